/* struct Backend for x86-64: contexts, cpus, patching. */
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
    x->guest_base = cfg->guest_base;
    x->ret_stack = !cfg->no_ret_stack;
    x->count_heat = cfg->count_heat;
    x->count_all = cfg->count_all;
    x->helpers = ir->helpers;
    x->fp = ir->fp_policies;
    x->nb_fp = ir->nb_fp_policies;
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
        .index_shifts = 0xf,
        .index_disp = true,
        .movcond_ops = 3,
    };
}

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
    s->fp_policies = b->host->fp;
    s->guest_mxcsr = mxcsr_make(FP_ROUND_EVEN, 0);
    cpu->fp = &x86_fp_ops;
    return mprotect(s->guard, sizeof(s->guard), PROT_NONE) == 0;
}

/* ---- Linking ------------------------------------------------------------ */

static void x86_move(uint8_t *code, const uint32_t *outer, uint32_t n,
                     int64_t by)
{
    for (uint32_t i = 0; i < n; i++) {
        int32_t rel;

        memcpy(&rel, code + outer[i], sizeof(rel));
        rel -= (int32_t)by;
        memcpy(code + outer[i], &rel, sizeof(rel));
    }
}

static uint64_t code_key(const BackendContext *b)
{
    return b->host->features;
}

/* The rel32 does not cross 8 bytes: one store, seen whole or not at all. */
static void x86_patch(uint8_t *rw, const uint8_t *rx, const void *target)
{
    int64_t rel = (const uint8_t *)target - (rx + 4);

    check(rel == (int32_t)rel, "%p is out of reach", target);
    __atomic_store_n((uint32_t *)(void *)rw, (uint32_t)rel, __ATOMIC_RELEASE);
}

const Backend x86_64_backend = {
    .name = "x86_64",
    .jump_reach = INT32_MAX,
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
    .patch = x86_patch,
    .move = x86_move,
    .code_key = code_key,
    .forget_returns = forget_returns,
    .native = &x86_native,
};
