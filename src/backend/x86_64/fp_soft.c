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

/* Word 3. */
typedef struct SoftOp {
    uint8_t opc, type, in_type, rm;
} SoftOp;

static SfFormat format(unsigned type)
{
    return type == TYPE_F64 ? SF_F64 : SF_F32;
}

static unsigned current_rm(unsigned rm)
{
    return rm != FP_ROUND_ENV ? rm : mxcsr_get_rounding(x86_mxcsr());
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
    case OP_fmin: return sf_min(env, f, w[0], w[1]);
    case OP_fmax: return sf_max(env, f, w[0], w[1]);
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
    SoftFloatEnv env = {0};

    __builtin_memcpy(&op, &w[3], sizeof(op));
    env.rm = (uint8_t)current_rm(op.rm);
    if (op.in_type == TYPE_F32) {
        unbox(w);
    }
    w[0] = soft(&env, op, w);
    if (type_in(op.type, 1 << TYPE_F32) && op.opc != OP_fclass) {
        w[0] |= F32_BOX;
    }
    cpu->fp->raise(cpu, env.flags);
}

static unsigned rounding(const EmitOp *e)
{
    return opcode_info[e->opc].consts ? (unsigned)e->k[0] : FP_ROUND_EVEN;
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
    } else if (type_class(e->in_type) == CLASS_INT) {
        x86_asm_mov_mr(&x->a, SZ_64, x86_slow_word(i), o->reg);
    } else {
        x86_fp_store64(x, x86_slow_word(i), o->reg);
    }
}

void x86_fp_call_soft(Host *x, const EmitOp *e)
{
    unsigned n = opcode_info[e->opc].ins;
    SoftOp op = {e->opc, e->type, e->in_type, (uint8_t)rounding(e)};
    int32_t word;
    bool to_gpr = opcode_info[e->opc].sig[0] != 't' ||
                  type_class(e->type) == CLASS_INT;

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
