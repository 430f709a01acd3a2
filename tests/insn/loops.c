/*
 * Loops of floating-point instructions, which become regions: what registers
 * hold at the end, and at a fault in the middle. c is in fa5 and fa0 at first,
 * so that it changes each time; a and b by turns in an array that the loop
 * reads.
 */
#include "insn.h"
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { ROUNDS = 5, PAGE = 4096 };

typedef struct {
    uint64_t f[8];     /* fa0 to fa7 */
    uint64_t seen[4];  /* what loops store */
    uint64_t fcsr;
} Regs;

static sigjmp_buf back;
static Regs regs;

static void on_fault(int sig, siginfo_t *info, void *context)
{
    const ucontext_t *uc = context;
    (void)sig, (void)info;
    memcpy(regs.f, &uc->uc_mcontext.__fpregs.__d.__f[10], sizeof(regs.f));
    regs.fcsr = uc->uc_mcontext.__fpregs.__d.__fcsr;
    siglongjmp(back, 1);
}

/* The end of an array, behind which nothing is mapped. */
static uint64_t *array_end(void)
{
    static uint8_t *end;
    if (!end) {
        struct sigaction sa = { .sa_sigaction = on_fault,
                                .sa_flags = SA_SIGINFO };
        end = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        end += PAGE;
        munmap(end, PAGE);
        sigaction(SIGSEGV, &sa, NULL);
    }
    return (uint64_t *)end;
}

typedef void LoopFn(Regs *, const uint64_t *from, const uint64_t *to);

static uint64_t run(LoopFn *loop, uint64_t a, uint64_t b, uint64_t c,
                    uint64_t *flags, int fault)
{
    uint64_t *end = array_end(), h = 0;
    for (int i = 1; i <= ROUNDS; i++) {
        end[-i] = i & 1 ? b : a;
    }
    regs = (Regs){ .f = { c, 1, 2, 3, 4, c, 6, 7 } };
    if (!sigsetjmp(back, 1)) {
        loop(&regs, end - ROUNDS, end + fault);
    }
    for (size_t i = 0; i < sizeof(Regs) / 8; i++) {
        h = h * 0x9e3779b97f4a7c15 + ((uint64_t *)&regs)[i];
    }
    *flags = regs.fcsr;
    return h;
}

#define REGS(op)                                                              \
    #op " fa0, 0(a0)\n" #op " fa1, 8(a0)\n" #op " fa2, 16(a0)\n"              \
    #op " fa3, 24(a0)\n" #op " fa4, 32(a0)\n" #op " fa5, 40(a0)\n"            \
    #op " fa6, 48(a0)\n" #op " fa7, 56(a0)\n"

/* before; then the body for each element, at a1, up to a2; 9: the end. */
#define LOOP(name, before, body)                                              \
    LoopFn name;                                                              \
    __asm__(".text\n.balign 16\n.globl " #name "\n" #name ":\n"               \
            "fsflags zero\n" REGS(fld) before "\n j 1f\n1:\n" body "\n"              \
            "addi a1, a1, 8\n bne a1, a2, 1b\n9:\n"                          \
            REGS(fsd) "frflags t0\n sd t0, 96(a0)\n ret\n");                  \
    static uint64_t name##_end(uint64_t a, uint64_t b, uint64_t c,            \
                               uint64_t *flags)                               \
    {                                                                         \
        return run(name, a, b, c, flags, 0);                                  \
    }                                                                         \
    static uint64_t name##_fault(uint64_t a, uint64_t b, uint64_t c,          \
                                 uint64_t *flags)                             \
    {                                                                         \
        return run(name, a, b, c, flags, 1);                                  \
    }

LOOP(sum_d, "",
     "fld fa4, 0(a1)\n fmul.d fa3, fa4, fa4\n fadd.d fa5, fa5, fa4")
LOOP(sum_s, "",
     "flw fa4, 0(a1)\n fmul.s fa3, fa4, fa4\n fadd.s fa5, fa5, fa3")
LOOP(sum_s_zero, "fmv.w.x fa5, zero",
     "flw fa4, 0(a1)\n fmul.s fa4, fa0, fa4\n fadd.s fa5, fa5, fa4")
LOOP(stored_d, "",
     "fld fa4, 0(a1)\n fadd.d fa5, fa5, fa4\n fsd fa5, 64(a0)\n"
     "fsub.d fa3, fa5, fa0\n fsd fa3, 72(a0)")
LOOP(stored_s, "",
     "flw fa4, 0(a1)\n fadd.s fa5, fa5, fa4\n fsw fa5, 64(a0)\n"
     "fsub.s fa3, fa5, fa0\n fsd fa3, 72(a0)\n fsw fa0, 80(a0)")
LOOP(converted, "",
     "fld fa4, 0(a1)\n fadd.d fa5, fa5, fa4\n fcvt.s.d fa3, fa5\n"
     "fcvt.d.s fa2, fa3\n fcvt.w.d t0, fa2\n sd t0, 64(a0)")
LOOP(signs, "",
     "fld fa4, 0(a1)\n fadd.d fa5, fa5, fa4\n fabs.d fa3, fa5\n"
     "fneg.d fa2, fa5\n fsgnj.d fa1, fa5, fa4\n fsgnj.d fa6, fa4, fa5\n"
     "fabs.s fa7, fa5")
LOOP(signs_s, "",
     "flw fa4, 0(a1)\n fadd.s fa5, fa5, fa4\n fabs.s fa3, fa5\n"
     "fneg.s fa2, fa5\n fsgnj.s fa1, fa5, fa4\n fmv.d fa6, fa5\n"
     "fclass.s t0, fa5\n sd t0, 64(a0)")
LOOP(looked_at, "",
     "fld fa4, 0(a1)\n fadd.d fa5, fa5, fa4\n fmv.x.d t0, fa5\n"
     "sd t0, 64(a0)\n fclass.d t0, fa5\n sd t0, 72(a0)\n"
     "fle.d t0, fa5, fa4\n sd t0, 80(a0)\n fmin.d fa3, fa5, fa0")
/* One arm defers, the other does not. */
LOOP(arms, "",
     "ld t0, 0(a1)\n andi t0, t0, 1\n fld fa4, 0(a1)\n beqz t0, 2f\n"
     "fmv.d fa5, fa4\n j 3f\n"
     "2: fadd.d fa5, fa5, fa4\n 3: fsub.d fa3, fa5, fa4")
LOOP(arms_mixed, "",
     "ld t0, 0(a1)\n andi t0, t0, 1\n fld fa4, 0(a1)\n beqz t0, 2f\n"
     "fadd.s fa5, fa4, fa4\n j 3f\n"
     "2: fadd.d fa5, fa5, fa4\n 3: fadd.s fa3, fa5, fa0")
/* A single where the other format is expected. */
LOOP(confused, "",
     "fld fa4, 0(a1)\n fadd.s fa5, fa5, fa4\n fadd.d fa3, fa5, fa4\n"
     "fadd.s fa2, fa3, fa5")
LOOP(nested, "",
     "li t1, 3\n fld fa4, 0(a1)\n"
     "2: fadd.d fa5, fa5, fa4\n fcvt.s.d fa3, fa5\n"
     "flw fa2, 0(a1)\n fmul.s fa3, fa3, fa2\n"
     "addi t1, t1, -1\n bnez t1, 2b\n"
     "fadd.s fa1, fa1, fa3\n fadd.d fa3, fa4, fa4")
/* Comparisons that leave no flags; one in between that does. */
LOOP(quiet, "",
     "fld fa4, 0(a1)\n frflags t0\n flt.d t1, fa4, fa5\n feq.s t2, fa4, fa5\n"
     "fsflags t0\n sd t1, 64(a0)\n sd t2, 72(a0)\n fle.d t1, fa4, fa4\n"
     "frflags t0\n fle.d t1, fa5, fa4\n fadd.d fa3, fa4, fa5\n fsflags t0\n"
     "slli t0, t0, 1\n add t1, t1, t0\n sd t1, 80(a0)\n fmv.d fa5, fa3")
LOOP(leaves, "",
     "fld fa4, 0(a1)\n fadd.d fa5, fa5, fa4\n fadd.s fa3, fa3, fa4\n"
     "fclass.d t0, fa4\n andi t0, t0, 0x81\n beqz t0, 2f\n"
     "fmul.d fa5, fa5, fa5\n fsd fa0, 64(a0)\n j 9f\n 2:")

#define SETS { SET_LOOP, SET_LOOP, SET_LOOP }
#define ROWS(name)                                                            \
    { #name, "end", name##_end, SETS, FRM_ANY },                              \
    { #name, "fault", name##_fault, SETS, FRM_ANY },

static const Row rows[] = {
    ROWS(sum_d) ROWS(sum_s) ROWS(sum_s_zero) ROWS(stored_d) ROWS(stored_s)
    ROWS(converted) ROWS(signs) ROWS(signs_s) ROWS(looked_at) ROWS(arms)
    ROWS(arms_mixed) ROWS(confused) ROWS(nested) ROWS(quiet) ROWS(leaves)
};
const RowTable loop_rows = { rows, sizeof(rows) / sizeof(*rows) };
