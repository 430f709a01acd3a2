/*
 * What only an x86-64 host can do: say what it has, run code, and what
 * signals show of that.  foreign.c stands for it elsewhere.
 */
#include <asm/prctl.h>
#include <cpuid.h>
#include <sys/syscall.h>
#include "backend/x86_64/mxcsr.h"
#include "backend/x86_64/x86.h"
#include "host/usercopy.h"

/* ---- Features, by cpuid and by what the system saves (xgetbv) ------------ */

static uint64_t saved_state(void)
{
    uint32_t lo, hi;

    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return (uint64_t)hi << 32 | lo;
}

static uint32_t vector_features(unsigned c1, unsigned b7)
{
    enum { YMM = 6, ZMM = 0xe6 };
    unsigned avx512 = bit_AVX512F | bit_AVX512VL | bit_AVX512BW | bit_AVX512DQ;
    uint64_t saved = c1 & bit_OSXSAVE ? saved_state() : 0;
    uint32_t f = 0;

    if ((saved & YMM) != YMM || !(c1 & bit_AVX) || !(b7 & bit_AVX2)) {
        return 0;
    }
    f |= X86_AVX | X86_AVX2;
    f |= c1 & bit_FMA ? X86_FMA : 0;
    if ((saved & ZMM) == ZMM && (b7 & avx512) == avx512) {
        f |= X86_AVX512;
    }
    return f;
}

uint32_t x86_features(void)
{
    unsigned a, b, c1 = 0, d, b7 = 0, c, ext = 0;
    uint32_t f = 0;

    __get_cpuid(1, &a, &b, &c1, &d);
    __get_cpuid_count(7, 0, &a, &b7, &c, &d);
    __get_cpuid(0x80000001, &a, &b, &ext, &d);
    f |= c1 & bit_SSE4_1 && c1 & bit_SSSE3 ? X86_SSE41 : 0;
    f |= c1 & bit_POPCNT ? X86_POPCNT : 0;
    f |= c1 & bit_MOVBE ? X86_MOVBE : 0;
    f |= ext & bit_LZCNT ? X86_LZCNT : 0;
    f |= b7 & bit_BMI && b7 & bit_BMI2 ? X86_BMI : 0;
    return f | vector_features(c1, b7);
}

/* ---- The FP environment -------------------------------------------------- */

static FpEnv fp_get(const CPUState *cpu)
{
    const X86State *s = x86_state(cpu);
    uint32_t mxcsr = s->guest_mxcsr, flags = mxcsr_get_flags(mxcsr);

    if (s->fp_policies->subnormal != FP_SUBNORMAL_USED) {
        flags = (flags & ~(uint32_t)FP_FLAG_SUBNORMAL) | s->subnormal;
    }
    return (FpEnv){
        (uint8_t)(mxcsr_get_rounding(mxcsr) | mxcsr_get_flush(mxcsr)),
        (uint8_t)flags};
}

static void fp_set(CPUState *cpu, FpEnv env)
{
    X86State *s = x86_state(cpu);

    s->guest_mxcsr = mxcsr_make(env.mode, env.flags);
    s->subnormal = 0;
    if (s->fp_policies->subnormal == FP_SUBNORMAL_FLUSHED) {
        s->subnormal = env.flags & FP_FLAG_SUBNORMAL;
    }
}

static void fp_raise(CPUState *cpu, uint32_t flags)
{
    X86State *s = x86_state(cpu);

    if (s->fp_policies->subnormal == FP_SUBNORMAL_FLUSHED) {
        s->subnormal |= flags & FP_FLAG_SUBNORMAL;
    }
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | mxcsr_from_flags(flags));
}

/* Setting MXCSR takes long: only if it matters. */
static void fp_pause(CPUState *cpu)
{
    X86State *s = x86_state(cpu);

    s->guest_mxcsr = __builtin_ia32_stmxcsr();
    if ((s->guest_mxcsr ^ s->host_mxcsr) & ~(uint32_t)MXCSR_FLAGS) {
        __builtin_ia32_ldmxcsr(s->host_mxcsr);
    }
}

static void fp_resume(CPUState *cpu)
{
    const X86State *s = x86_state(cpu);

    if (__builtin_ia32_stmxcsr() != s->guest_mxcsr) {
        __builtin_ia32_ldmxcsr(s->guest_mxcsr);
    }
}

const FpEnvOps x86_fp_ops = {fp_get, fp_set, fp_raise, fp_pause, fp_resume};

uint32_t x86_mxcsr(void)
{
    return __builtin_ia32_stmxcsr();
}

/* ---- Running ------------------------------------------------------------ */

/* The base of gs, which neither libc nor the emulator uses otherwise; what
   this thread has set it to.  One that it inherits is like none. */
static __thread uint64_t gs_base;

static void set_gs_base(uint64_t base)
{
    check(raw_syscall(SYS_arch_prctl, ARCH_SET_GS, (long)base, 0, 0, 0, 0) == 0,
          "no base %#lx for gs", (long)base);
    gs_base = base;
}

static int x86_enter(BackendContext *b, CPUState *cpu, const void *code)
{
    typedef int EnterFn(CPUState *, const void *);
    EnterFn *enter = (EnterFn *)(uintptr_t)b->host->rt.enter;

    if (b->host->gs && b->host->guest_base != gs_base) {
        set_gs_base(b->host->guest_base);
    }
    return enter(cpu, code);
}

/* ---- Signals ------------------------------------------------------------ */

static uintptr_t x86_code_pc(const CPUState *cpu, const ucontext_t *uc)
{
    (void)cpu;
    return (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
}

/*
 * The pinned registers are still where they were: the code goes on at the
 * runtime's leave, which stores them, or the region's, which leads there.
 */
static void x86_leave_from_signal(BackendContext *b, CPUState *cpu,
                                  ucontext_t *uc, int reason, const void *leave)
{
    greg_t *g = uc->uc_mcontext.gregs;

    (void)cpu;
    g[REG_RAX] = (uint32_t)reason;
    g[REG_RIP] = (greg_t)(uintptr_t)(leave ? leave : b->host->rt.leave);
}

static void spoil_returns(CPUState *cpu, const ucontext_t *uc)
{
    X86State *s = x86_state(cpu);
    uint64_t *e = (uint64_t *)(uintptr_t)uc->uc_mcontext.gregs[REG_RSP];

    for (; e < &s->ret_bottom; e++) {
        *e = s->ret_bottom;
    }
}

static void x86_go_on_at(CPUState *cpu, ucontext_t *uc, const void *code)
{
    (void)cpu;
    uc->uc_mcontext.gregs[REG_RIP] = (greg_t)(uintptr_t)code;
}

static bool x86_ret_stack_overflow(CPUState *cpu, ucontext_t *uc,
                                   uintptr_t fault_addr)
{
    greg_t *g = uc->uc_mcontext.gregs;
    uintptr_t rsp = (uintptr_t)g[REG_RSP];
    uintptr_t bottom = (uintptr_t)&x86_state(cpu)->ret_bottom;

    if (fault_addr >= rsp || rsp - fault_addr > 64 || rsp > bottom ||
        bottom - rsp > RET_STACK_BYTES) {
        return false;
    }
    g[REG_RSP] = (greg_t)bottom;
    return true;
}

const BackendNative x86_native = {
    .enter = x86_enter,
    .code_pc = x86_code_pc,
    .leave_from_signal = x86_leave_from_signal,
    .go_on_at = x86_go_on_at,
    .spoil_returns = spoil_returns,
    .ret_stack_overflow = x86_ret_stack_overflow,
};
