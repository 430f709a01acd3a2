/* A program that executes itself many times over. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 100;
    char rest[16];

    if (n == 0) {
        puts("the last one");
        return 0;
    }
    snprintf(rest, sizeof(rest), "%d", n - 1);
    execl("/proc/self/exe", "chain", rest, (char *)NULL);
    printf("%d before the last: cannot be executed\n", n);
    return 1;
}
