/* waits read|spin: stands still, in a system call or out of one. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

volatile int stay = 1;
volatile long rounds;

int seven(int n)
{
    return 7 * n;
}

int main(int argc, char **argv)
{
    char line[16] = "";

    puts("here");
    fflush(stdout);
    if (argc > 1 && strcmp(argv[1], "read") == 0) {
        ssize_t n = read(0, line, sizeof(line) - 1);

        printf("read %zd: %s", n, line);
        return 5;
    }
    for (; stay; rounds++) { }
    puts("went on");
    return 6;
}
