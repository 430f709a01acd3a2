/*
 * The guest's registers at a fault: a handler sees each register's value,
 * repairs one, and goes on. Natively, the results are simply printed.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <ucontext.h>

#ifdef __riscv
static uint64_t seen[32], fp[32];
static uint64_t good = 0x1122334455667788;
static long faults;

static void repair(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    (void)sig, (void)info;
    for (int i = 1; i < 32; i++)
        seen[i] = uc->uc_mcontext.__gregs[i];
    for (int i = 0; i < 32; i++)
        fp[i] = uc->uc_mcontext.__fpregs.__d.__f[i];
    faults++;
    uc->uc_mcontext.__gregs[REG_A0] = (uintptr_t)&good;
}

/* Registers hold known values, then a load from address a0 = 8 faults. */
static uint64_t trip(uint64_t seed)
{
    register uint64_t a0 __asm__("a0") = 8;
    register uint64_t a1 __asm__("a1") = seed;
    __asm__ volatile(
        "addi t0, a1, 1\n addi t1, t0, 1\n addi t2, t1, 1\n"
        "addi s2, t2, 1\n addi s3, s2, 1\n addi s4, s3, 1\n"
        "addi s5, s4, 1\n addi s6, s5, 1\n addi s7, s6, 1\n"
        "addi s8, s7, 1\n addi s9, s8, 1\n addi s10, s9, 1\n"
        "addi s11, s10, 1\n addi t3, s11, 1\n addi t4, t3, 1\n"
        "addi t5, t4, 1\n addi t6, t5, 1\n addi a2, t6, 1\n"
        "fcvt.d.l ft0, a1\n fcvt.d.l fs11, t6\n fmv.d.x fa5, t3\n"
        "fcvt.s.l ft8, a2\n"
        "mv a1, a0\n"
        "ld a1, 0(a0)\n"
        "addi t0, t0, 100\n add a1, a1, t0\n"
        : "+r"(a0), "+r"(a1)
        :
        : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a2", "s2", "s3", "s4",
          "s5", "s6", "s7", "s8", "s9", "s10", "s11", "ft0", "ft8", "fa5",
          "fs11", "memory");
    return a1;
}

int main(void)
{
    struct sigaction sa = { .sa_sigaction = repair, .sa_flags = SA_SIGINFO };
    sigaction(SIGSEGV, &sa, NULL);
    for (int i = 0; i < 3; i++) {
        printf("%lx\n", trip(1000 * i));
        for (int r = 5; r < 32; r++)
            if (r != 8 && r != 9 && (r < 13 || r > 17))
                printf(" x%d=%lx", r, seen[r]);
        printf("\n f0=%lx f15=%lx f27=%lx f28=%lx\n", fp[0], fp[15], fp[27],
               fp[28]);
    }
    printf("%ld faults\n", faults);
    return 0;
}
#else
static uint64_t bits(double d)
{
    union { double d; uint64_t u; } v = { d };
    return v.u;
}

static uint64_t boxed(float f)
{
    union { float f; uint32_t u; } v = { f };
    return v.u | 0xffffffff00000000;
}

/* The order in which trip() counts its registers up. */
static const int order[] = { 5, 6, 7, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                             28, 29, 30, 31, 12 };

int main(void)
{
    for (int i = 0; i < 3; i++) {
        uint64_t x[32] = { 0 }, seed = 1000 * i;
        for (int k = 0; k < 18; k++)
            x[order[k]] = seed + k + 1;
        x[10] = x[11] = 8;
        printf("%lx\n", 0x1122334455667788 + seed + 1 + 100);
        for (int r = 5; r < 32; r++)
            if (r != 8 && r != 9 && (r < 13 || r > 17))
                printf(" x%d=%lx", r, x[r]);
        printf("\n f0=%lx f15=%lx f27=%lx f28=%lx\n", bits(seed), x[28],
               bits(x[31]), boxed(x[12]));
    }
    printf("3 faults\n");
    return 0;
}
#endif
