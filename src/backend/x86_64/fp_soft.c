/*
 * FP ops in C, for what the host's instructions do not do: rounding to
 * nearest with ties away, fused multiply-add on hosts without it, conversions
 * out of range, NaNs in minimum and maximum.
 *
 * Arguments and the result go through the slow words: 0 to 2 the bits of the
 * inputs, then 0 the result; 3 says which op it is.
 */
#include "backend/x86_64/emit_fp.h"

#include "backend/x86_64/mxcsr.h"
#include "core/softfp.h"

/* Word 3; k is the op's first constant, fp its policy. */
typedef struct SoftOp {
    unsigned opc : 16, type : 4, in_type : 4, k : 5, fp : 3;
} SoftOp;

_Static_assert(sizeof(SoftOp) == sizeof(int32_t), "an immediate");

static SfFormat format(unsigned type)
{
    return type == TYPE_F64 ? SF_F64 : SF_F32;
}

static bool is_rounded(unsigned opc)
{
    return opcode_info[opc].consts &&
           opcode_const_letter((Opcode)opc, 0) == 'r';
}

static SoftFloatEnv environment(const FpPolicy *policy, SoftOp op)
{
    uint32_t mxcsr = x86_mxcsr();
    bool fixed = is_rounded(op.opc) && op.k != FP_ROUND_ENV;

    return (SoftFloatEnv){
        .rm = (uint8_t)(fixed ? op.k : mxcsr_get_rounding(mxcsr)),
        .flush = (uint8_t)(policy->flush ? mxcsr_get_flush(mxcsr) : 0),
        .policy = policy,
    };
}

static unsigned negations(unsigned opc)
{
    return opc == OP_fmadd    ? 0
           : opc == OP_fmsub  ? SF_NEG_C
           : opc == OP_fnmsub ? SF_NEG_PRODUCT
                              : SF_NEG_PRODUCT | SF_NEG_C;
}

/* An integer input, extended from its type. */
static uint64_t extended(SoftOp op, uint64_t w)
{
    return op.in_type == TYPE_I64 ? w
           : op.opc == OP_fcvt_sf ? (uint64_t)(int32_t)w
                                  : (uint32_t)w;
}

static uint64_t soft(SoftFloatEnv *env, SoftOp op, const uint64_t *w)
{
    SfFormat f = format(op.type), from = format(op.in_type);
    unsigned bits = op.type == TYPE_I32 ? 32 : 64;

    switch (op.opc) {
    case OP_fadd: return sf_add(env, f, w[0], w[1]);
    case OP_fsub: return sf_sub(env, f, w[0], w[1]);
    case OP_fmul: return sf_mul(env, f, w[0], w[1]);
    case OP_fdiv: return sf_div(env, f, w[0], w[1]);
    case OP_fsqrt: return sf_sqrt(env, f, w[0]);
    case OP_fmadd:
    case OP_fmsub:
    case OP_fnmsub:
    case OP_fnmadd:
        return sf_muladd(env, f, w[0], w[1], w[2], negations(op.opc));
    case OP_fmin: return sf_min(env, f, (FMin)op.k, w[0], w[1]);
    case OP_fmax: return sf_max(env, f, (FMin)op.k, w[0], w[1]);
    case OP_fcmp: return sf_compare(env, f, (FCmp)op.k, w[0], w[1]);
    case OP_fcanon:
        return sf_is_nan(f, w[0]) ? sf_default_nan(env->policy, f) : w[0];
    case OP_fclass: return sf_class(from, w[0]);
    case OP_fround: return sf_round(env, f, w[0]);
    case OP_fcvt_ff: return sf_convert(env, f, from, w[0]);
    case OP_fcvt_fs: return sf_to_int(env, from, w[0], true, bits);
    case OP_fcvt_fu: return sf_to_int(env, from, w[0], false, bits);
    case OP_fcvt_sf: return sf_from_int(env, f, extended(op, w[0]), true);
    case OP_fcvt_uf: return sf_from_int(env, f, extended(op, w[0]), false);
    default: check(false, "soft op %u", op.opc); return 0;
    }
}

static void unbox(uint64_t w[3])
{
    for (unsigned i = 0; i < 3; i++) {
        w[i] = (uint32_t)w[i];
    }
}

void x86_soft_op(CPUState *cpu)
{
    uint64_t *w = x86_slow_words(cpu);
    SoftOp op;

    __builtin_memcpy(&op, &w[3], sizeof(op));
    SoftFloatEnv env = environment(&x86_state(cpu)->fp_policies[op.fp], op);
    if (op.in_type == TYPE_F32) {
        unbox(w);
    }
    w[0] = soft(&env, op, w);
    if (op.type == TYPE_F32 && opcode_info[op.opc].sig[0] == 't') {
        w[0] |= F32_BOX;
    }
    cpu->fp->raise(cpu, env.flags);
}

/* Input i to word i; word 3 is free so far. */
static void pass(Host *x, const EmitOp *e, unsigned i)
{
    const Operand *o = &e->in[i];

    if (o->kind == OPERAND_MEM) {
        x86_asm_mov_mr(&x->a, SZ_64, x86_slow_word(3), RAX);
        x86_asm_mov_rm(&x->a, SZ_64, RAX, x86_rm(o));
        x86_asm_mov_mr(&x->a, SZ_64, x86_slow_word(i), RAX);
        x86_asm_mov_rm(&x->a, SZ_64, RAX, x86_slow_word(3));
    } else if (x86_class(e->in_type) == CLASS_INT) {
        x86_asm_mov_mr(&x->a, SZ_64, x86_slow_word(i), o->reg);
    } else {
        x86_fp_store64(x, x86_slow_word(i), o->reg);
    }
}

void x86_fp_call_soft(Host *x, const EmitOp *e)
{
    unsigned n = opcode_info[e->opc].ins;
    bool has_k = opcode_info[e->opc].consts;
    SoftOp op = {.opc = e->opc,
                 .type = e->type,
                 .in_type = e->in_type,
                 .k = has_k ? e->k[0] & 31 : 0,
                 .fp = e->fp};
    int32_t word;
    bool to_gpr =
        opcode_info[e->opc].sig[0] != 't' || x86_class(e->type) == CLASS_INT;

    for (unsigned i = 0; i < n; i++) {
        pass(x, e, i);
    }
    __builtin_memcpy(&word, &op, sizeof(word));
    x86_asm_mov_mi(&x->a, SZ_32, x86_slow_word(3), word);
    x86_slow_call(x, X86_FN_SOFT);
    if (to_gpr) {
        x86_asm_mov_rm(&x->a, SZ_64, e->out[0].reg, x86_slow_word(0));
    } else {
        x86_fp_load64(x, e->out[0].reg, x86_slow_word(0));
    }
}

void x86_fp_slow_soft(Host *x, const SlowPath *s)
{
    x86_fp_call_soft(x, &s->e);
    x86_jmp_back(x, s);
}

void x86_emit_soft(Host *x, const EmitOp *e)
{
    x86_fp_call_soft(x, e);
}
