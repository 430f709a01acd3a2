/* Signals that are handled, ignored, fatal; faults. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

volatile int handled;

void on_usr1(int signo)
{
    handled += signo;
}

void between(void)
{
}

static void die(const char *how)
{
    if (strcmp(how, "segv") == 0) {
        *(volatile int *)16 = 1;
    } else if (strcmp(how, "ill") == 0) {
        asm volatile(".word 0");
    } else if (strcmp(how, "trap") == 0) {
        asm volatile("ebreak");
    } else if (strcmp(how, "abort") == 0) {
        abort();
    }
}

int main(int argc, char **argv)
{
    signal(SIGUSR1, on_usr1);
    signal(SIGUSR2, SIG_IGN);
    raise(SIGUSR1);
    between();
    raise(SIGUSR2);
    between();
    printf("handled %d\n", handled);
    fflush(stdout);
    if (argc > 1) {
        die(argv[1]);
    }
    return 0;
}
