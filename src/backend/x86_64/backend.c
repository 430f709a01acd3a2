/* struct Backend for x86-64: contexts, entering, patching, signals. */
#include "backend/x86_64/x86.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "backend/x86_64/mxcsr.h"

/* ---- Contexts ----------------------------------------------------------- */

static void x86_destroy(BackendContext *b)
{
    if (b) {
        free(b->host);
        context_free(b);
    }
}

static BackendContext *x86_create(const BackendConfig *cfg, const IR *ir)
{
    Host *x = calloc(1, sizeof(*x));

    if (!x) {
        return NULL;
    }
    x->features = cfg->plain ? 0 : x86_features() & ~cfg->without;
    x->features |= cfg->force;
    x->avx = x->features & X86_AVX;
    x->gs = cfg->guest_base != 0;
    x->ret_stack = !cfg->no_ret_stack;
    x->count_heat = cfg->count_heat;
    x->count_all = cfg->count_all;
    x->helpers = ir->helpers;
    x->pc_disp = (int32_t)cfg->pc_offset;
    x86_describe(&x->desc, x->features);
    BackendContext *b = context_new(&x->desc, x, x->features, cfg, ir);
    if (!b) {
        free(x);
        return NULL;
    }
    x->conv = &b->conv;
    x->pins_vectors = b->conv.pinned >> REG_VEC;
    return b;
}

static bool emit_runtime(BackendContext *b, CodeBuf *buf)
{
    return x86_emit_runtime(b->host, buf);
}

static void share_runtime(BackendContext *b, const BackendContext *from)
{
    b->host->rt = from->host->rt;
}

static HostFacts facts(const BackendContext *b)
{
    return (HostFacts){
        .vec_bytes = b->host->avx ? 32 : 16,
        .index_shifts = 0xf, .index_disp = true, .movcond_ops = 3,
    };
}

/* ---- The FP environment -------------------------------------------------- */

static FpEnv fp_get(const CPUState *cpu)
{
    uint32_t mxcsr = x86_state(cpu)->guest_mxcsr;

    return (FpEnv){(uint8_t)mxcsr_get_rounding(mxcsr),
                   (uint8_t)mxcsr_get_flags(mxcsr)};
}

static void fp_set(CPUState *cpu, FpEnv env)
{
    x86_state(cpu)->guest_mxcsr = mxcsr_make(env.rounding, env.flags);
}

static void fp_raise(CPUState *cpu, uint32_t flags)
{
    (void)cpu;
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

static const FpEnvOps fp_ops = {fp_get, fp_set, fp_raise, fp_pause, fp_resume};

/* ---- The cpu ------------------------------------------------------------- */

static void forget_returns(CPUState *cpu)
{
    x86_state(cpu)->ret_sp = (uintptr_t)&x86_state(cpu)->ret_bottom;
}

static bool cpu_init(const BackendContext *b, CPUState *cpu)
{
    X86State *s = x86_state(cpu);

    s->ret_bottom = (uintptr_t)b->host->rt.ret_bottom;
    forget_returns(cpu);
    cpu->fp = &fp_ops;
    fp_set(cpu, (FpEnv){FRM_RNE, 0});
    return mprotect(s->guard, sizeof(s->guard), PROT_NONE) == 0;
}

/* ---- Running ------------------------------------------------------------ */

static int x86_enter(BackendContext *b, CPUState *cpu, const void *code)
{
    typedef int EnterFn(CPUState *, const void *);
    EnterFn *enter = (EnterFn *)(uintptr_t)b->host->rt.enter;

    return enter(cpu, code);
}

/* The rel32 does not cross 8 bytes: one store, seen whole or not at all. */
static void x86_patch(uint8_t *rw, const uint8_t *rx, const void *target)
{
    int64_t rel = (const uint8_t *)target - (rx + 4);

    check(rel == (int32_t)rel, "%p is out of reach", target);
    __atomic_store_n((uint32_t *)(void *)rw, (uint32_t)rel, __ATOMIC_RELEASE);
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
                                  ucontext_t *uc, int reason,
                                  const void *leave)
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

const Backend x86_64_backend = {
    .name = "x86_64",
    .elf_machine = EM_X86_64,
    .features = x86_feature_names,
    .processors = x86_processor_names,
    .reg_name = x86_reg_name,
    .pinned = context_pinned,
    .runtime_name = x86_runtime_name,
    .env_bias = ENV_BIAS,
    .cpu_bytes = sizeof(X86State),
    .cpu_init = cpu_init,
    .cpu_field = x86_cpu_field,
    .spill = X86_STATE_OFFSET(spill),
    .spill_bytes = SPILL_SLOT_BYTES,
    .create = x86_create,
    .destroy = x86_destroy,
    .emit_runtime = emit_runtime,
    .share_runtime = share_runtime,
    .facts = facts,
    .compile = context_compile,
    .enter = x86_enter,
    .patch = x86_patch,
    .code_pc = x86_code_pc,
    .leave_from_signal = x86_leave_from_signal,
    .forget_returns = forget_returns,
    .spoil_returns = spoil_returns,
    .go_on_at = x86_go_on_at,
    .ret_stack_overflow = x86_ret_stack_overflow,
};
