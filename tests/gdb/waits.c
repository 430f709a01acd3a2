/* waits read|spin: stands still, in a system call or out of one. */
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

volatile int stay = 1;
volatile long rounds;

int seven(int n)
{
    return 7 * n;
}

/* A system call whose frames are those of no C library. */
__attribute__((naked)) long wait_for_input(int fd, void *buf, long n)
{
    __asm__("li a7, %0\n\tecall\n\tret" : : "i"(SYS_read));
}

int main(int argc, char **argv)
{
    char line[16] = "";

    puts("here");
    fflush(stdout);
    if (argc > 1 && strcmp(argv[1], "read") == 0) {
        long n = wait_for_input(0, line, sizeof(line) - 1);

        printf("read %ld: %s", n, line);
        return 5;
    }
    for (; stay; rounds++) { }
    puts("went on");
    return 6;
}
