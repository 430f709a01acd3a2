/* Floating-point ops, by softfp. */
#include "core/interp_priv.h"

/* The format of an F32 or F64 value, or of the integer of that width. */
static SfFormat format_of(Type t)
{
    return type_size(t) == 4 ? SF_F32 : SF_F64;
}

/* Ops without a rounding mode and without effect on the flags. */
static bool quiet_op(const FpPolicy *p, const Op *op, SfFormat f, uint64_t a,
                     uint64_t b, uint64_t *o)
{
    uint64_t sign = sf_sign_bit(f);
    switch (op->opc) {
    case OP_fsgnj: *o = (a & ~sign) | (b & sign); return true;
    case OP_fsgnjn: *o = (a & ~sign) | (~b & sign); return true;
    case OP_fsgnjx: *o = a ^ (b & sign); return true;
    case OP_fclass: *o = sf_class(f, a); return true;
    case OP_fcanon:
        *o = sf_is_nan(f, a) ? sf_default_nan(p, f) : a;
        return true;
    case OP_fbox: *o = F32_BOX | a; return true;
    case OP_funbox:
        *o = a >= F32_BOX ? (uint32_t)a : fp_default_nan32(p);
        return true;
    case OP_fsingle: *o = (uint32_t)a; return true;
    case OP_fmv_fi:
    case OP_fmv_if: *o = a; return true;
    default: return false;
    }
}

/* An integer input, extended from its type. */
static uint64_t extended(const Interp *in, const Op *op, bool is_signed)
{
    unsigned bits = type_size(interp_in_type(in, op, 0)) * 8;
    uint64_t a = interp_in64(in, op, 0);
    return is_signed ? (uint64_t)interp_sext(a, bits) : a;
}

static bool conversion(Interp *in, SoftFloatEnv *env, const Op *op, uint64_t *o)
{
    SfFormat to = format_of((Type)op->type);
    SfFormat from = format_of(interp_in_type(in, op, 0));
    unsigned bits = type_size((Type)op->type) * 8;
    uint64_t a = interp_in64(in, op, 0);
    switch (op->opc) {
    case OP_fcvt_ff: *o = sf_convert(env, to, from, a); return true;
    case OP_fcvt_fs: *o = sf_to_int(env, from, a, true, bits); return true;
    case OP_fcvt_fu: *o = sf_to_int(env, from, a, false, bits); return true;
    case OP_fcvt_sf:
        *o = sf_from_int(env, to, extended(in, op, true), true);
        return true;
    case OP_fcvt_uf:
        *o = sf_from_int(env, to, extended(in, op, false), false);
        return true;
    default: return false;
    }
}

static bool arithmetic(SoftFloatEnv *env, const Op *op, SfFormat f, uint64_t a,
                       uint64_t b, uint64_t c, uint64_t *o)
{
    enum { BOTH = SF_NEG_PRODUCT | SF_NEG_C };
    switch (op->opc) {
    case OP_fadd: *o = sf_add(env, f, a, b); return true;
    case OP_fsub: *o = sf_sub(env, f, a, b); return true;
    case OP_fmul: *o = sf_mul(env, f, a, b); return true;
    case OP_fdiv: *o = sf_div(env, f, a, b); return true;
    case OP_fsqrt: *o = sf_sqrt(env, f, a); return true;
    case OP_fmadd: *o = sf_muladd(env, f, a, b, c, 0); return true;
    case OP_fmsub: *o = sf_muladd(env, f, a, b, c, SF_NEG_C); return true;
    case OP_fnmsub:
        *o = sf_muladd(env, f, a, b, c, SF_NEG_PRODUCT);
        return true;
    case OP_fnmadd: *o = sf_muladd(env, f, a, b, c, BOTH); return true;
    case OP_fmin: *o = sf_min(env, f, (FMin)op_const(op, 0), a, b); return true;
    case OP_fmax: *o = sf_max(env, f, (FMin)op_const(op, 0), a, b); return true;
    case OP_fround: *o = sf_round(env, f, a); return true;
    case OP_fcmp:
        *o = sf_compare(env, f, (FCmp)op_const(op, 0), a, b);
        return true;
    default: return false;
    }
}

static void set_mode(SoftFloatEnv *env, uint64_t mode)
{
    env->rm = mode & 3;
    env->flush = mode & FP_MODE_FLUSH;
}

static bool environment_op(Interp *in, const Op *op)
{
    SoftFloatEnv *env = &in->env->fp;
    switch (op->opc) {
    case OP_fflags_get: interp_out64(in, op, 0, env->flags); return true;
    case OP_fflags_set:
        env->flags =
            interp_in64(in, op, 0) & fp_flags_of(ir_fp_policy(in->ir, op));
        return true;
    case OP_fmode_set: set_mode(env, interp_in64(in, op, 0)); return true;
    default: return false;
    }
}

/* The mode of an op that has one. */
static uint8_t rounding_mode(const Interp *in, const Op *op)
{
    bool has = op_consts(op) && opcode_const_letter((Opcode)op->opc, 0) == 'r';
    bool fixed = has && op_const(op, 0) != FP_ROUND_ENV;
    return fixed ? (uint8_t)op_const(op, 0) : in->env->fp.rm;
}

bool interp_fp_op(Interp *in, const Op *op)
{
    if (op->opc < OP_fadd || op->opc > OP_fmode_set) {
        return false;
    }
    if (environment_op(in, op)) {
        return true;
    }
    uint64_t arg[3] = {0}, o = 0;
    for (unsigned i = 0; i < op_ins(op); i++) {
        arg[i] = interp_in64(in, op, i);
    }
    const FpPolicy *policy = ir_fp_policy(in->ir, op);
    SoftFloatEnv env = {.rm = rounding_mode(in, op), .policy = policy};
    env.flush = policy->flush ? in->env->fp.flush : 0;
    SfFormat f = format_of((Type)op->type);
    bool known = quiet_op(policy, op, f, arg[0], arg[1], &o) ||
                 conversion(in, &env, op, &o) ||
                 arithmetic(&env, op, f, arg[0], arg[1], arg[2], &o);
    in->env->fp.flags |= env.flags;
    interp_out64(in, op, 0, o);
    return known;
}
