/*
 * A finite value is held unpacked as (-1)^sign * sig * 2^exp with an exact
 * integer sig of up to 128 bits.  Where an operation cannot be exact (a
 * quotient, a root, an addend far below) it works with more than twice the
 * bits of the format and ors into bit 0 whether anything was lost; that bit
 * is always below the rounding position.  Only round_pack() rounds.
 */
#include "core/softfp.h"

#include <stddef.h>

typedef unsigned __int128 u128;

typedef struct FormatInfo {
    int width;     /* bits of the whole value */
    int precision; /* bits of a significand, with the hidden one */
    int min_exp;   /* exponent of the lowest bit of a subnormal */
} FormatInfo;

static const FormatInfo formats[SF_FORMATS] = {
    [SF_F16] = {16, 11, -24},
    [SF_F32] = {32, 24, -149},
    [SF_F64] = {64, 53, -1074},
};

typedef enum NumKind { FINITE, INFINITE, NAN_QUIET, NAN_SIGNALLING } NumKind;

typedef struct Num {
    NumKind kind;
    bool sign;
    int exp;
    u128 sig; /* 0: zero; of a NaN its fraction, from bit 63 on */
} Num;

static uint64_t low_bits(int n)
{
    return n == 64 ? UINT64_MAX : (1ull << n) - 1;
}

static int max_biased(const FormatInfo *f)
{
    return (1 << (f->width - f->precision)) - 1;
}

uint64_t sf_sign_bit(SfFormat f)
{
    return 1ull << (formats[f].width - 1);
}

static uint64_t infinity(const FormatInfo *f)
{
    return (uint64_t)max_biased(f) << (f->precision - 1);
}

/* Where the fraction of a NaN ends that begins at bit 63. */
static int nan_shift(const FormatInfo *f)
{
    return 65 - f->precision;
}

static Num default_nan(const FpPolicy *p)
{
    uint64_t top = (uint64_t)p->default_nan << 57;
    uint64_t below = p->default_nan & 1 ? low_bits(57) : 0;
    return (Num){
        .kind = NAN_QUIET, .sign = p->default_nan >> 7, .sig = top | below};
}

static uint64_t pack_nan(SfFormat fmt, Num n)
{
    const FormatInfo *f = &formats[fmt];
    uint64_t quiet = 1ull << (f->precision - 2);
    return (n.sign ? sf_sign_bit(fmt) : 0) | infinity(f) | quiet |
           (uint64_t)n.sig >> nan_shift(f);
}

uint64_t sf_default_nan(const FpPolicy *p, SfFormat f)
{
    return pack_nan(f, default_nan(p));
}

uint32_t fp_default_nan32(const FpPolicy *p)
{
    return (uint32_t)sf_default_nan(p, SF_F32);
}

uint64_t fp_default_nan64(const FpPolicy *p)
{
    return sf_default_nan(p, SF_F64);
}

const FpPolicy fp_policy_plain = {.default_nan = 0x40, .fma_invalid = true};

static Num unpack(SfFormat fmt, uint64_t a)
{
    const FormatInfo *f = &formats[fmt];
    uint64_t fraction = a & low_bits(f->precision - 1);
    int biased = (int)(a >> (f->precision - 1)) & max_biased(f);
    Num n = {.sign = (a & sf_sign_bit(fmt)) != 0, .sig = fraction};

    if (biased == max_biased(f)) {
        bool quiet = fraction >> (f->precision - 2);
        n.kind = !fraction ? INFINITE : quiet ? NAN_QUIET : NAN_SIGNALLING;
        n.sig = fraction << nan_shift(f);
    } else if (biased) {
        n.sig |= 1ull << (f->precision - 1);
        n.exp = f->min_exp + biased - 1;
    } else {
        n.exp = f->min_exp;
    }
    return n;
}

static bool num_is_nan(Num a)
{
    return a.kind >= NAN_QUIET;
}

static bool is_subnormal(SfFormat fmt, Num n)
{
    return n.kind == FINITE && n.sig &&
           !(n.sig >> (formats[fmt].precision - 1));
}

/* The value as an op takes it. */
static Num operand(SoftFloatEnv *env, SfFormat fmt, uint64_t a)
{
    Num n = unpack(fmt, a);
    if (!is_subnormal(fmt, n)) {
        return n;
    }
    if (env->flush & FP_FLUSH_IN && fmt != SF_F16) {
        n.sig = 0;
        if (env->policy->subnormal == FP_SUBNORMAL_FLUSHED) {
            env->flags |= FP_FLAG_SUBNORMAL;
        }
    } else {
        env->subnormal = env->policy->subnormal == FP_SUBNORMAL_USED;
    }
    return n;
}

/* For ops that any subnormal operand does nothing to. */
static Num quiet_operand(SoftFloatEnv *env, SfFormat fmt, uint64_t a)
{
    Num n = operand(env, fmt, a);
    env->subnormal = false;
    return n;
}

/* An op is over in which operands were as operand() gave them. */
static void settle(SoftFloatEnv *env)
{
    env->flags |= env->subnormal ? FP_FLAG_SUBNORMAL : 0;
    env->subnormal = false;
}

static int bit_length(u128 x)
{
    uint64_t high = (uint64_t)(x >> 64), low = (uint64_t)x;
    return high  ? 128 - __builtin_clzll(high)
           : low ? 64 - __builtin_clzll(low)
                 : 0;
}

/* sig >> shift, rounded as rm says; any shift > 0. */
static u128 round_shift(u128 sig, int shift, unsigned rm, bool sign,
                        bool *inexact)
{
    u128 kept = shift < 128 ? sig >> shift : 0;
    u128 rest = shift < 128 ? sig - (kept << shift) : sig;
    u128 half = shift <= 128 ? (u128)1 << (shift - 1) : 0;
    bool tie = half && rest == half, above = half && rest > half;
    bool up;

    switch (rm) {
    case FP_ROUND_EVEN: up = above || (tie && (kept & 1)); break;
    case FP_ROUND_AWAY: up = above || tie; break;
    case FP_ROUND_DOWN: up = sign && rest; break;
    case FP_ROUND_UP: up = !sign && rest; break;
    default: up = false; break;
    }
    *inexact = rest != 0;
    return kept + up;
}

/* sig * 2^-shift as an integer; a negative shift must not lose bits. */
static u128 scale(u128 sig, int shift, unsigned rm, bool sign, bool *inexact)
{
    if (shift > 0) {
        return round_shift(sig, shift, rm, sign, inexact);
    }
    *inexact = false;
    return sig << -shift;
}

static uint64_t overflow(SoftFloatEnv *env, const FormatInfo *f, bool sign)
{
    bool to_infinity = env->rm == FP_ROUND_EVEN || env->rm == FP_ROUND_AWAY ||
                       env->rm == (sign ? FP_ROUND_DOWN : FP_ROUND_UP);
    env->flags |= FP_FLAG_OVERFLOW | FP_FLAG_INEXACT;
    return infinity(f) - !to_infinity;
}

/*
 * Is the value below the normal range, as it is, or rounded to the format's
 * precision without a bound on the exponent?
 */
static bool is_tiny(const SoftFloatEnv *env, const FormatInfo *f, Num n)
{
    int top = n.exp + bit_length(n.sig);
    int min_top = f->min_exp + f->precision;
    if (top != min_top - 1 || env->policy->tiny_before) {
        return top < min_top;
    }
    bool inexact;
    u128 kept = scale(n.sig, bit_length(n.sig) - f->precision, env->rm, n.sign,
                      &inexact);
    return kept >> f->precision == 0;
}

static bool flushes_result(SoftFloatEnv *env, SfFormat fmt, Num n)
{
    if (!(env->flush & FP_FLUSH_OUT) || fmt == SF_F16 ||
        !is_tiny(env, &formats[fmt], n)) {
        return false;
    }
    env->flags |= FP_FLAG_UNDERFLOW;
    env->flags |= env->policy->flush_inexact ? FP_FLAG_INEXACT : 0;
    return true;
}

static uint64_t round_finite(SoftFloatEnv *env, SfFormat fmt, Num n)
{
    const FormatInfo *f = &formats[fmt];
    int exp = n.exp + bit_length(n.sig) - f->precision;
    exp = exp < f->min_exp ? f->min_exp : exp;
    bool inexact;
    uint64_t kept =
        (uint64_t)scale(n.sig, exp - n.exp, env->rm, n.sign, &inexact);
    if (kept >> f->precision) {
        kept >>= 1;
        exp++;
    }
    if (inexact) {
        env->flags |= FP_FLAG_INEXACT;
        env->flags |= is_tiny(env, f, n) ? FP_FLAG_UNDERFLOW : 0;
    }
    int biased_less_1 = exp - f->min_exp;
    if (biased_less_1 >= max_biased(f) - 1) {
        return overflow(env, f, n.sign);
    }
    /* The hidden bit of a normal number adds the missing 1. */
    return ((uint64_t)biased_less_1 << (f->precision - 1)) + kept;
}

/* The one place where results are rounded and packed. */
static uint64_t round_pack(SoftFloatEnv *env, SfFormat fmt, Num n)
{
    uint64_t sign = n.sign ? sf_sign_bit(fmt) : 0;
    settle(env);
    if (num_is_nan(n)) {
        return pack_nan(fmt, n);
    }
    if (n.kind == INFINITE) {
        return sign | infinity(&formats[fmt]);
    }
    if (!n.sig || flushes_result(env, fmt, n)) {
        return sign;
    }
    return sign | round_finite(env, fmt, n);
}

static Num invalid(SoftFloatEnv *env)
{
    env->flags |= FP_FLAG_INVALID;
    env->subnormal = false;
    return default_nan(env->policy);
}

/* The result of an operation of which some operands are NaNs. */
static Num propagate(SoftFloatEnv *env, const Num *operands, int count)
{
    const Num *first = NULL, *signalling = NULL;
    for (int i = count - 1; i >= 0; i--) {
        first = num_is_nan(operands[i]) ? &operands[i] : first;
        signalling =
            operands[i].kind == NAN_SIGNALLING ? &operands[i] : signalling;
    }
    env->subnormal = false;
    env->flags |= signalling ? FP_FLAG_INVALID : 0;
    if (env->policy->nan == FP_NAN_ANY) {
        return default_nan(env->policy);
    }
    bool prefer = signalling && env->policy->nan == FP_NAN_SIGNALLING;
    return prefer ? *signalling : *first;
}

static Num propagate2(SoftFloatEnv *env, Num a, Num b)
{
    return propagate(env, (Num[]){a, b}, 2);
}

/* sig with its top bit at 125, so that a sum still fits. */
static Num normalize(Num a)
{
    int shift = 126 - bit_length(a.sig);
    a.sig <<= shift;
    a.exp -= shift;
    return a;
}

static u128 shift_right_jam(u128 sig, int shift)
{
    if (shift >= 128) {
        return sig != 0;
    }
    u128 kept = sig >> shift;
    return kept | ((kept << shift) != sig);
}

/* Both finite; significands of at most 106 bits. */
static Num add_finite(SoftFloatEnv *env, Num a, Num b)
{
    if (!a.sig && !b.sig) {
        a.sign = a.sign == b.sign ? a.sign : env->rm == FP_ROUND_DOWN;
        return a;
    }
    if (!a.sig || !b.sig) {
        return a.sig ? a : b;
    }
    a = normalize(a);
    b = normalize(b);
    if (a.exp < b.exp || (a.exp == b.exp && a.sig < b.sig)) {
        Num t = a;
        a = b;
        b = t;
    }
    u128 small = shift_right_jam(b.sig, a.exp - b.exp);
    if (a.sign == b.sign) {
        a.sig += small;
    } else {
        a.sig -= small;
        a.sign = a.sig ? a.sign : env->rm == FP_ROUND_DOWN;
    }
    return a;
}

static Num add_num(SoftFloatEnv *env, Num a, Num b)
{
    if (num_is_nan(a) || num_is_nan(b)) {
        return propagate2(env, a, b);
    }
    if (a.kind == INFINITE && b.kind == INFINITE && a.sign != b.sign) {
        return invalid(env);
    }
    if (a.kind == INFINITE || b.kind == INFINITE) {
        return a.kind == INFINITE ? a : b;
    }
    return add_finite(env, a, b);
}

static Num mul_num(SoftFloatEnv *env, Num a, Num b)
{
    if (num_is_nan(a) || num_is_nan(b)) {
        return propagate2(env, a, b);
    }
    bool sign = a.sign != b.sign;
    if (a.kind == INFINITE || b.kind == INFINITE) {
        bool zero =
            (a.kind == FINITE && !a.sig) || (b.kind == FINITE && !b.sig);
        return zero ? invalid(env) : (Num){.kind = INFINITE, .sign = sign};
    }
    return (Num){.sign = sign, .exp = a.exp + b.exp, .sig = a.sig * b.sig};
}

static Num div_finite(Num a, Num b)
{
    Num q = {.sign = a.sign != b.sign};
    if (!a.sig) {
        return q;
    }
    /* 126 bits by at most 53: a quotient of 73 bits or more. */
    a = normalize(a);
    q.exp = a.exp - b.exp;
    q.sig = a.sig / b.sig;
    q.sig |= q.sig * b.sig != a.sig;
    return q;
}

static Num div_num(SoftFloatEnv *env, Num a, Num b)
{
    bool sign = a.sign != b.sign;
    if (num_is_nan(a) || num_is_nan(b)) {
        return propagate2(env, a, b);
    }
    if (a.kind == INFINITE) {
        return b.kind == INFINITE ? invalid(env)
                                  : (Num){.kind = INFINITE, .sign = sign};
    }
    if (b.kind == INFINITE) {
        return (Num){.sign = sign};
    }
    if (!b.sig) {
        if (!a.sig) {
            return invalid(env);
        }
        env->flags |= FP_FLAG_DIVZERO;
        env->subnormal = false;
        return (Num){.kind = INFINITE, .sign = sign};
    }
    return div_finite(a, b);
}

/* Largest root with root * root <= x. */
static uint64_t integer_sqrt(u128 x)
{
    uint64_t root = 0;
    for (uint64_t bit = 1ull << 63; bit; bit >>= 1) {
        uint64_t next = root | bit;
        if ((u128)next * next <= x) {
            root = next;
        }
    }
    return root;
}

static Num sqrt_num(SoftFloatEnv *env, Num a)
{
    if (num_is_nan(a)) {
        return propagate(env, &a, 1);
    }
    if (a.kind == FINITE && !a.sig) {
        return a;
    }
    if (a.sign) {
        return invalid(env);
    }
    if (a.kind == INFINITE) {
        return a;
    }
    a = normalize(a);
    if (a.exp & 1) {
        a.sig <<= 1;
        a.exp--;
    }
    uint64_t root = integer_sqrt(a.sig);
    u128 lost = a.sig - (u128)root * root;
    return (Num){.exp = a.exp / 2 - 1, .sig = (u128)root << 1 | (lost != 0)};
}

typedef Num NumFn(SoftFloatEnv *, Num, Num);

static uint64_t binary(SoftFloatEnv *env, SfFormat f, NumFn *fn, uint64_t a,
                       uint64_t b)
{
    Num x = operand(env, f, a), y = operand(env, f, b);
    return round_pack(env, f, fn(env, x, y));
}

static Num negated(Num n)
{
    n.sign ^= !num_is_nan(n);
    return n;
}

static Num sub_num(SoftFloatEnv *env, Num a, Num b)
{
    return add_num(env, a, negated(b));
}

uint64_t sf_add(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return binary(env, f, add_num, a, b);
}

uint64_t sf_sub(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return binary(env, f, sub_num, a, b);
}

uint64_t sf_mul(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return binary(env, f, mul_num, a, b);
}

uint64_t sf_div(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return binary(env, f, div_num, a, b);
}

uint64_t sf_sqrt(SoftFloatEnv *env, SfFormat f, uint64_t a)
{
    return round_pack(env, f, sqrt_num(env, operand(env, f, a)));
}

static bool is_zero(Num n)
{
    return n.kind == FINITE && !n.sig;
}

/* a * b + c with a NaN among them. */
static Num muladd_nan(SoftFloatEnv *env, Num a, Num b, Num c)
{
    const FpPolicy *p = env->policy;
    bool no_product = (a.kind == INFINITE && is_zero(b)) ||
                      (b.kind == INFINITE && is_zero(a));
    if (no_product && c.kind == NAN_QUIET && p->fma_invalid) {
        return invalid(env);
    }
    return p->fma_addend_first ? propagate(env, (Num[]){c, a, b}, 3)
                               : propagate(env, (Num[]){a, b, c}, 3);
}

uint64_t sf_muladd(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b,
                   uint64_t c, unsigned negate)
{
    Num x = operand(env, f, a), y = operand(env, f, b), z = operand(env, f, c);
    if (negate & SF_NEG_PRODUCT) {
        x.sign ^= !num_is_nan(x) || env->policy->fma_negates_nan;
    }
    if (negate & SF_NEG_C) {
        z.sign ^= !num_is_nan(z) || env->policy->fma_negates_nan;
    }
    if (num_is_nan(x) || num_is_nan(y) || num_is_nan(z)) {
        return round_pack(env, f, muladd_nan(env, x, y, z));
    }
    Num product = mul_num(env, x, y);
    bool bad = num_is_nan(product);
    return round_pack(env, f, bad ? product : add_num(env, product, z));
}

bool sf_is_nan(SfFormat f, uint64_t a)
{
    return num_is_nan(unpack(f, a));
}

bool sf_is_snan(SfFormat f, uint64_t a)
{
    return unpack(f, a).kind == NAN_SIGNALLING;
}

/* A key that orders all numbers, -0 below +0. */
static int64_t order_key(SfFormat f, uint64_t a)
{
    uint64_t magnitude = a & (sf_sign_bit(f) - 1);
    return a & sf_sign_bit(f) ? (int64_t)~magnitude : (int64_t)magnitude;
}

/* Of fmin and fmax with a NaN among the operands. */
static Num min_max_nan(SoftFloatEnv *env, FMin kind, Num a, Num b)
{
    bool both = num_is_nan(a) && num_is_nan(b);
    bool signalling = a.kind == NAN_SIGNALLING || b.kind == NAN_SIGNALLING;
    if (both || kind == FMIN_NAN || (kind == FMIN_NUMBER_2008 && signalling)) {
        return propagate2(env, a, b);
    }
    env->subnormal = false;
    env->flags |= signalling ? FP_FLAG_INVALID : 0;
    return num_is_nan(a) ? b : a;
}

/* What an operand is to be copied as, flushed or not. */
static uint64_t taken(SfFormat f, Num n, uint64_t a)
{
    bool zero = n.kind == FINITE && !n.sig;
    return a & (zero ? sf_sign_bit(f) : low_bits(formats[f].width));
}

/* a < b ? a : b, for a maximum a > b ? a : b. */
static uint64_t second_unless(SoftFloatEnv *env, SfFormat f, uint64_t a,
                              uint64_t b, bool max)
{
    FCmp less = FCMP_LT;
    bool first =
        max ? sf_compare(env, f, less, b, a) : sf_compare(env, f, less, a, b);
    uint64_t chosen = first ? a : b;
    uint8_t flags = env->flags;
    Num n = quiet_operand(env, f, chosen);
    env->flags = flags;
    return taken(f, n, chosen);
}

static uint64_t min_max(SoftFloatEnv *env, SfFormat f, FMin kind, uint64_t a,
                        uint64_t b, bool max)
{
    if (kind == FMIN_SECOND) {
        return second_unless(env, f, a, b, max);
    }
    Num x = operand(env, f, a), y = operand(env, f, b);
    if (num_is_nan(x) || num_is_nan(y)) {
        return round_pack(env, f, min_max_nan(env, kind, x, y));
    }
    settle(env);
    a = taken(f, x, a);
    b = taken(f, y, b);
    return (order_key(f, a) < order_key(f, b)) != max ? a : b;
}

uint64_t sf_min(SoftFloatEnv *env, SfFormat f, FMin kind, uint64_t a,
                uint64_t b)
{
    return min_max(env, f, kind, a, b, false);
}

uint64_t sf_max(SoftFloatEnv *env, SfFormat f, FMin kind, uint64_t a,
                uint64_t b)
{
    return min_max(env, f, kind, a, b, true);
}

static bool relation_holds(SfFormat f, FCmp relation, uint64_t a, uint64_t b)
{
    uint64_t magnitudes = (a | b) & (sf_sign_bit(f) - 1);
    int64_t x = order_key(f, a), y = order_key(f, b);
    bool equal = x == y || !magnitudes;
    return relation == FCMP_EQ   ? equal
           : relation == FCMP_LE ? equal || x < y
                                 : !equal && x < y;
}

static bool compare(SoftFloatEnv *env, SfFormat f, FCmp relation, uint64_t a,
                    uint64_t b)
{
    Num x = operand(env, f, a), y = operand(env, f, b);
    if (num_is_nan(x) || num_is_nan(y)) {
        bool signalling = x.kind == NAN_SIGNALLING || y.kind == NAN_SIGNALLING;
        env->subnormal = false;
        env->flags |= relation != FCMP_EQ || signalling ? FP_FLAG_INVALID : 0;
        return false;
    }
    settle(env);
    return relation_holds(f, relation, taken(f, x, a), taken(f, y, b));
}

bool sf_compare(SoftFloatEnv *env, SfFormat f, FCmp cmp, uint64_t a, uint64_t b)
{
    uint8_t flags = env->flags;
    bool result = compare(env, f, fcmp_relation(cmp), a, b);
    env->flags = fcmp_is_silent(cmp) ? flags : env->flags;
    return result;
}

uint64_t sf_round(SoftFloatEnv *env, SfFormat f, uint64_t a)
{
    Num n = quiet_operand(env, f, a);
    if (num_is_nan(n)) {
        n = propagate(env, &n, 1);
    } else if (n.kind == FINITE && n.exp < 0) {
        bool inexact;
        n.sig = round_shift(n.sig, -n.exp, env->rm, n.sign, &inexact);
        n.exp = 0;
        env->flags |= inexact ? FP_FLAG_INEXACT : 0;
    }
    return round_pack(env, f, n);
}

uint64_t sf_convert(SoftFloatEnv *env, SfFormat to, SfFormat from, uint64_t a)
{
    Num n = operand(env, from, a);
    return round_pack(env, to, num_is_nan(n) ? propagate(env, &n, 1) : n);
}

/* For what does not fit: n, or what it would be rounded to. */
static uint64_t no_int(SoftFloatEnv *env, Num n, bool is_signed, unsigned bits)
{
    uint64_t max = low_bits((int)bits) >> is_signed, value;
    bool nan = num_is_nan(n);
    env->flags |= FP_FLAG_INVALID;
    if (env->policy->to_int == FP_INT_INDEFINITE) {
        value = is_signed ? ~max : max;
    } else if (nan && env->policy->to_int == FP_INT_SATURATE_ZERO) {
        value = 0;
    } else {
        value = nan || !n.sign ? max : is_signed ? ~max : 0;
    }
    return bits == 32 ? (uint64_t)(int32_t)value : value;
}

uint64_t sf_to_int(SoftFloatEnv *env, SfFormat f, uint64_t a, bool is_signed,
                   unsigned bits)
{
    Num n = quiet_operand(env, f, a);
    if (n.kind != FINITE || n.exp + bit_length(n.sig) > 65) {
        return no_int(env, n, is_signed, bits);
    }
    bool inexact;
    u128 magnitude = scale(n.sig, -n.exp, env->rm, n.sign, &inexact);
    u128 max = low_bits((int)bits) >> is_signed;
    if (magnitude > (!n.sign ? max : is_signed ? max + 1 : 0)) {
        return no_int(env, n, is_signed, bits);
    }
    env->flags |= inexact ? FP_FLAG_INEXACT : 0;
    uint64_t value = (uint64_t)(n.sign ? -magnitude : magnitude);
    return bits == 32 ? (uint64_t)(int32_t)value : value;
}

uint64_t sf_from_int(SoftFloatEnv *env, SfFormat f, uint64_t a, bool is_signed)
{
    bool negative = is_signed && (int64_t)a < 0;
    Num n = {.sign = negative, .sig = negative ? -a : a};
    return round_pack(env, f, n);
}

unsigned sf_class(SfFormat f, uint64_t a)
{
    Num n = unpack(f, a);
    unsigned rank; /* distance from zero: 0 zero, 1 sub, 2 normal, 3 inf */
    switch (n.kind) {
    case NAN_SIGNALLING: return FCLASS_SIGNALLING;
    case NAN_QUIET: return FCLASS_QUIET;
    case INFINITE: rank = 3; break;
    default:
        rank = !n.sig ? 0 : 1 + (n.sig >> (formats[f].precision - 1) != 0);
        break;
    }
    return n.sign ? FCLASS_NEG_ZERO >> rank : FCLASS_ZERO << rank;
}
