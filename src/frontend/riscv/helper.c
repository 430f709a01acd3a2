/* See helper.h. */
#include "frontend/riscv/helper.h"

#include <time.h>
#include "core/plugin.h"
#include "core/softfp.h"
#include "frontend/riscv/cpu.h"

static uint64_t arithmetic(SoftFloatEnv *env, RmmOp op, SfFormat to,
                           SfFormat from, uint64_t a, uint64_t b, uint64_t c)
{
    switch (op) {
    case RMM_ADD: return sf_add(env, to, a, b);
    case RMM_SUB: return sf_sub(env, to, a, b);
    case RMM_MUL: return sf_mul(env, to, a, b);
    case RMM_DIV: return sf_div(env, to, a, b);
    case RMM_SQRT: return sf_sqrt(env, to, a);
    case RMM_MADD: return sf_muladd(env, to, a, b, c, 0);
    case RMM_MSUB: return sf_muladd(env, to, a, b, c, SF_NEG_C);
    case RMM_NMSUB: return sf_muladd(env, to, a, b, c, SF_NEG_PRODUCT);
    case RMM_NMADD:
        return sf_muladd(env, to, a, b, c, SF_NEG_PRODUCT | SF_NEG_C);
    case RMM_CVT_FF: return sf_convert(env, to, from, a);
    case RMM_TO_W: return sf_to_int(env, from, a, true, 32);
    case RMM_TO_WU: return sf_to_int(env, from, a, false, 32);
    case RMM_TO_L: return sf_to_int(env, from, a, true, 64);
    case RMM_TO_LU: return sf_to_int(env, from, a, false, 64);
    case RMM_FROM_S: return sf_from_int(env, to, a, true);
    case RMM_FROM_U: return sf_from_int(env, to, a, false);
    }
    return 0;
}

static uint64_t rmm(void *state, uint32_t control, uint64_t a, uint64_t b,
                    uint64_t c)
{
    CPUState *cpu = cpu_of_env(state);
    SoftFloatEnv env = {.rm = FP_ROUND_AWAY, .policy = &rv_fp_policy};
    uint64_t result = arithmetic(&env, (RmmOp)(control & 0xff),
                                 (SfFormat)(control >> 8 & 0xff),
                                 (SfFormat)(control >> 16 & 0xff), a, b, c);
    cpu->fp->raise(cpu, env.flags);
    return result;
}

static uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t ticks(void)
{
    return nanoseconds() / 100;
}

const Helper rv_helper_rmm = {
    .name = "riscv_rmm",
    .fn = (void *)rmm,
    .ret = TYPE_I64,
    .nb_args = 5,
    .args = {TYPE_I64, TYPE_I32, TYPE_I64, TYPE_I64, TYPE_I64},
};

const Helper rv_helper_cycle = {
    .name = "riscv_cycle",
    .fn = (void *)nanoseconds,
    .ret = TYPE_I64,
};

const Helper rv_helper_time = {
    .name = "riscv_time",
    .fn = (void *)ticks,
    .ret = TYPE_I64,
};

const Helper *const rv_helpers[] = {
    &rv_helper_rmm, &rv_helper_cycle, &rv_helper_time, &helper_plugin, NULL,
};
