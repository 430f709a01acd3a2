/*
 * struct Backend for no host in particular: IR is run by the reference
 * interpreter.  It shows that what is above backends knows of no host, and is
 * what a host without a backend of its own gets.
 */
#include "backend/interp/interp.h"

#include <elf.h>
#include <signal.h>
#include <stdlib.h>
#include "util/check.h"

/* ---- Contexts ------------------------------------------------------------ */

static void destroy(BackendContext *b)
{
    free(b);
}

static BackendContext *create(const BackendConfig *cfg, const IR *ir)
{
    (void)ir;
    BackendContext *b = calloc(1, sizeof(*b));
    if (b) {
        b->cfg = *cfg;
    }
    return b;
}

/* There is none. */
static bool emit_runtime(BackendContext *b, CodeBuf *buf)
{
    (void)b;
    (void)buf;
    return true;
}

static void share_runtime(BackendContext *b, const BackendContext *from)
{
    (void)b;
    (void)from;
}

/* All that the IR has: so that all of it is run here, too. */
static HostFacts facts(const BackendContext *b)
{
    return (HostFacts){
        .vec_bytes = b->cfg.plain ? 16 : 32,
        .index_shifts = 0xf,
        .index_disp = true,
        .movcond_ops = 3,
    };
}

/* ---- The FP environment -------------------------------------------------- */

static FpEnv fp_get(const CPUState *cpu)
{
    const SoftFloatEnv *fp = &interp_state(cpu)->env.fp;
    return (FpEnv){fp->rm | fp->flush, fp->flags};
}

static void fp_set(CPUState *cpu, FpEnv env)
{
    interp_state(cpu)->env.fp =
        (SoftFloatEnv){.rm = env.mode & FP_MODE_ROUND,
                       .flush = env.mode & FP_MODE_FLUSH,
                       .flags = env.flags};
}

static void fp_raise(CPUState *cpu, uint32_t flags)
{
    interp_state(cpu)->env.fp.flags |= (uint8_t)flags;
}

/* The emulator's environment is never another. */
static void fp_keep(CPUState *cpu)
{
    (void)cpu;
}

static const FpEnvOps fp_ops = {fp_get, fp_set, fp_raise, fp_keep, fp_keep};

/* ---- The cpu ------------------------------------------------------------- */

static bool cpu_init(const BackendContext *b, CPUState *cpu)
{
    (void)b;
    cpu->fp = &fp_ops;
    fp_set(cpu, (FpEnv){FP_ROUND_EVEN, 0});
    return true;
}

static const char *cpu_field(int32_t offset)
{
    (void)offset;
    return NULL;
}

/* Calls and returns are jumps. */
static void forget_returns(CPUState *cpu)
{
    (void)cpu;
}

static void spoil_returns(CPUState *cpu, const ucontext_t *uc)
{
    (void)cpu;
    (void)uc;
}

static bool ret_stack_overflow(CPUState *cpu, ucontext_t *uc, uintptr_t addr)
{
    (void)cpu;
    (void)uc;
    (void)addr;
    return false;
}

/* ---- Running ------------------------------------------------------------- */

static void patch(uint8_t *rw, const uint8_t *rx, const void *target)
{
    (void)rx;
    __atomic_store_n((const void **)(void *)rw, target, __ATOMIC_RELEASE);
}

static uintptr_t code_pc(const CPUState *cpu, const ucontext_t *uc)
{
    const InterpState *s = interp_state(cpu);
    (void)uc;
    if (!s->running || !s->block) {
        return 0;
    }
    return (uintptr_t)s->block + interp_op_offset(s->block, s->env.op);
}

/* The handler's signal mask is left as by a return from it. */
static void land(InterpState *s, const ucontext_t *uc)
{
    pthread_sigmask(SIG_SETMASK, &uc->uc_sigmask, NULL);
    siglongjmp(*s->landing, 1);
}

static void leave_from_signal(BackendContext *b, CPUState *cpu, ucontext_t *uc,
                              int reason, const void *leave)
{
    InterpState *s = interp_state(cpu);
    (void)b;
    (void)leave;
    s->go_on = NULL;
    s->reason = reason;
    land(s, uc);
}

static void go_on_at(CPUState *cpu, ucontext_t *uc, const void *code)
{
    InterpState *s = interp_state(cpu);
    s->go_on = code;
    land(s, uc);
}

/* ---- Names --------------------------------------------------------------- */

static const char *reg_name(int reg, Type type)
{
    (void)reg;
    (void)type;
    return "?";
}

static bool pinned(const BackendContext *b, unsigned i, TempId *t, int *reg)
{
    (void)b;
    (void)i;
    (void)t;
    (void)reg;
    return false;
}

static const char *runtime_name(const BackendContext *b, const void *addr,
                                char *buf, size_t size)
{
    (void)b;
    (void)addr;
    (void)buf;
    (void)size;
    return NULL;
}

static const HostFeature none[] = {{NULL, 0}};

static const BackendNative native = {
    .enter = interp_enter,
    .code_pc = code_pc,
    .leave_from_signal = leave_from_signal,
    .go_on_at = go_on_at,
    .spoil_returns = spoil_returns,
    .ret_stack_overflow = ret_stack_overflow,
};

const Backend interp_backend = {
    .name = "interp",
    .jump_reach = UINT64_MAX,
    .elf_machine = EM_NONE,
    .features = none,
    .processors = none,
    .create = create,
    .destroy = destroy,
    .emit_runtime = emit_runtime,
    .share_runtime = share_runtime,
    .facts = facts,
    .compile = interp_compile,
    .reg_name = reg_name,
    .pinned = pinned,
    .runtime_name = runtime_name,
    .cpu_bytes = sizeof(InterpState),
    .cpu_init = cpu_init,
    .cpu_field = cpu_field,
    .spill_bytes = INTERP_TEMP_BYTES,
    .patch = patch,
    .forget_returns = forget_returns,
    .native = &native,
};
