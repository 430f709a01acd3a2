/*
 * A signal interrupts a loop that computes nothing but NaNs: its handler must
 * see canonical ones. Natively, what it would see is simply printed.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/time.h>
#include <ucontext.h>

enum { SIGNALS = 20 };

#ifdef __riscv
#define INFINITE 0x7ff0000000000000

static volatile uint32_t count;
static unsigned wrong;

static void look(int sig, siginfo_t *info, void *context)
{
    const ucontext_t *uc = context;
    const unsigned long long *f = uc->uc_mcontext.__fpregs.__d.__f;
    (void)sig, (void)info;
    if (f[13] != INFINITE)
        return; /* not in the loop yet */
    wrong += f[15] != 0x7ff8000000000000 || f[14] != 0xffffffff7fc00000;
    count++;
}

/* fa5 and fa4 become infinity - infinity; fa3 is set when they are. */
static void spin(void)
{
    __asm__ volatile(
        "fmv.d.x fa5, %1\n fmv.w.x fa2, %2\n"
        "fsub.d fa5, fa5, fa5\n fsub.s fa4, fa2, fa2\n fmv.d.x fa3, %1\n"
        "1: fmul.d fa5, fa5, fa3\n fsub.s fa4, fa4, fa2\n"
        "fsub.d fa5, fa3, fa3\n fsub.s fa4, fa2, fa2\n"
        "lw t0, (%0)\n blt t0, %3, 1b\n"
        :
        : "r"(&count), "r"(INFINITE), "r"(0x7f800000), "r"(SIGNALS)
        : "t0", "fa2", "fa3", "fa4", "fa5", "memory");
}

static unsigned run(void)
{
    struct sigaction sa = { .sa_sigaction = look, .sa_flags = SA_SIGINFO };
    struct itimerval often = { { 0, 2000 }, { 0, 2000 } }, never = { 0 };
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    spin();
    setitimer(ITIMER_REAL, &never, NULL);
    return !wrong;
}
#else
static unsigned run(void)
{
    return 1;
}
#endif

int main(void)
{
    unsigned right = run();
    printf("%s\n", right ? "canonical" : "not canonical");
    return 0;
}
