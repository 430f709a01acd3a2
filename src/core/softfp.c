/*
 * A finite value is held unpacked as (-1)^sign * sig * 2^exp with an exact
 * integer sig of up to 128 bits.  Where an operation cannot be exact (a
 * quotient, a root, an addend far below) it works with more than twice the
 * bits of the format and ors into bit 0 whether anything was lost; that bit
 * is always below the rounding position.  Only round_pack() rounds.
 */
#include "core/softfp.h"

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
    u128 sig; /* 0: zero */
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

uint64_t sf_canonical_nan(SfFormat f)
{
    return infinity(&formats[f]) | 1ull << (formats[f].precision - 2);
}

static Num unpack(SfFormat fmt, uint64_t a)
{
    const FormatInfo *f = &formats[fmt];
    uint64_t fraction = a & low_bits(f->precision - 1);
    int biased = (int)(a >> (f->precision - 1)) & max_biased(f);
    Num n = {.sign = (a & sf_sign_bit(fmt)) != 0, .sig = fraction};

    if (biased == max_biased(f)) {
        bool quiet = fraction >> (f->precision - 2);
        n.kind = !fraction ? INFINITE : quiet ? NAN_QUIET : NAN_SIGNALLING;
    } else if (biased) {
        n.sig |= 1ull << (f->precision - 1);
        n.exp = f->min_exp + biased - 1;
    } else {
        n.exp = f->min_exp;
    }
    return n;
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
 * Would the value, rounded to the format's precision without a bound on the
 * exponent, still be below the normal range?
 */
static bool is_tiny(const FormatInfo *f, u128 sig, int exp, unsigned rm,
                    bool sign)
{
    int top = exp + bit_length(sig);
    int min_top = f->min_exp + f->precision;
    if (top != min_top - 1) {
        return top < min_top;
    }
    bool inexact;
    u128 kept = scale(sig, bit_length(sig) - f->precision, rm, sign, &inexact);
    return kept >> f->precision == 0;
}

/* The one place where results are rounded and packed. */
static uint64_t round_pack(SoftFloatEnv *env, SfFormat fmt, Num n)
{
    const FormatInfo *f = &formats[fmt];
    uint64_t sign = n.sign ? sf_sign_bit(fmt) : 0;
    if (n.kind != FINITE) {
        return n.kind == INFINITE ? sign | infinity(f) : sf_canonical_nan(fmt);
    }
    if (!n.sig) {
        return sign;
    }

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
        if (is_tiny(f, n.sig, n.exp, env->rm, n.sign)) {
            env->flags |= FP_FLAG_UNDERFLOW;
        }
    }
    int biased_less_1 = exp - f->min_exp;
    if (biased_less_1 >= max_biased(f) - 1) {
        return sign | overflow(env, f, n.sign);
    }
    /* The hidden bit of a normal number adds the missing 1. */
    return sign | (((uint64_t)biased_less_1 << (f->precision - 1)) + kept);
}

static bool num_is_nan(Num a)
{
    return a.kind >= NAN_QUIET;
}

static Num invalid(SoftFloatEnv *env)
{
    env->flags |= FP_FLAG_INVALID;
    return (Num){.kind = NAN_QUIET};
}

/* For an operation with a NaN among its operands: its result. */
static Num propagate(SoftFloatEnv *env, Num a, Num b)
{
    if (a.kind == NAN_SIGNALLING || b.kind == NAN_SIGNALLING) {
        return invalid(env);
    }
    return (Num){.kind = NAN_QUIET};
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
        return propagate(env, a, b);
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
        return propagate(env, a, b);
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
        return propagate(env, a, b);
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
        return propagate(env, a, a);
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

uint64_t sf_add(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return round_pack(env, f, add_num(env, unpack(f, a), unpack(f, b)));
}

uint64_t sf_sub(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return sf_add(env, f, a, b ^ sf_sign_bit(f));
}

uint64_t sf_mul(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return round_pack(env, f, mul_num(env, unpack(f, a), unpack(f, b)));
}

uint64_t sf_div(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return round_pack(env, f, div_num(env, unpack(f, a), unpack(f, b)));
}

uint64_t sf_sqrt(SoftFloatEnv *env, SfFormat f, uint64_t a)
{
    return round_pack(env, f, sqrt_num(env, unpack(f, a)));
}

/* 0 * infinity + quiet NaN is invalid too (RISC-V, F extension, 11.2). */
uint64_t sf_muladd(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b,
                   uint64_t c, unsigned negate)
{
    Num product = mul_num(env, unpack(f, a), unpack(f, b));
    Num addend = unpack(f, c);
    product.sign ^= (negate & SF_NEG_PRODUCT) != 0;
    addend.sign ^= (negate & SF_NEG_C) != 0;
    return round_pack(env, f, add_num(env, product, addend));
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

static uint64_t min_max(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b,
                        bool max)
{
    a &= low_bits(formats[f].width);
    b &= low_bits(formats[f].width);
    if (sf_is_snan(f, a) || sf_is_snan(f, b)) {
        env->flags |= FP_FLAG_INVALID;
    }
    if (sf_is_nan(f, a)) {
        return sf_is_nan(f, b) ? sf_canonical_nan(f) : b;
    }
    if (sf_is_nan(f, b)) {
        return a;
    }
    return (order_key(f, a) < order_key(f, b)) != max ? a : b;
}

uint64_t sf_min(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return min_max(env, f, a, b, false);
}

uint64_t sf_max(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return min_max(env, f, a, b, true);
}

bool sf_compare(SoftFloatEnv *env, SfFormat f, FCmp cmp, uint64_t a, uint64_t b)
{
    if (sf_is_nan(f, a) || sf_is_nan(f, b)) {
        bool invalid = cmp != FCMP_EQ || sf_is_snan(f, a) || sf_is_snan(f, b);
        env->flags |= invalid && !fcmp_is_silent(cmp) ? FP_FLAG_INVALID : 0;
        return false;
    }
    uint64_t magnitudes = (a | b) & (sf_sign_bit(f) - 1);
    int64_t x = order_key(f, a), y = order_key(f, b);
    bool equal = x == y || !magnitudes;
    FCmp relation = fcmp_relation(cmp);
    return relation == FCMP_EQ   ? equal
           : relation == FCMP_LE ? equal || x < y
                                 : !equal && x < y;
}

uint64_t sf_round(SoftFloatEnv *env, SfFormat f, uint64_t a)
{
    Num n = unpack(f, a);
    if (num_is_nan(n)) {
        n = propagate(env, n, n);
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
    Num n = unpack(from, a);
    return round_pack(env, to, num_is_nan(n) ? propagate(env, n, n) : n);
}

/* Nearest end of the range; the greatest value for a NaN. */
static uint64_t int_limit(bool low, bool is_signed, unsigned bits)
{
    uint64_t max = low_bits((int)bits) >> is_signed;
    uint64_t limit = !low ? max : is_signed ? ~max : 0;
    return bits == 32 ? (uint64_t)(int32_t)limit : limit;
}

uint64_t sf_to_int(SoftFloatEnv *env, SfFormat f, uint64_t a, bool is_signed,
                   unsigned bits)
{
    Num n = unpack(f, a);
    bool negative = n.sign && !num_is_nan(n);
    if (n.kind != FINITE || n.exp + bit_length(n.sig) > 65) {
        env->flags |= FP_FLAG_INVALID;
        return int_limit(negative, is_signed, bits);
    }
    bool inexact;
    u128 magnitude = scale(n.sig, -n.exp, env->rm, n.sign, &inexact);
    u128 max = low_bits((int)bits) >> is_signed;
    if (magnitude > (!negative ? max : is_signed ? max + 1 : 0)) {
        env->flags |= FP_FLAG_INVALID;
        return int_limit(negative, is_signed, bits);
    }
    env->flags |= inexact ? FP_FLAG_INEXACT : 0;
    uint64_t value = (uint64_t)(negative ? -magnitude : magnitude);
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
    case NAN_SIGNALLING: return 1 << 8;
    case NAN_QUIET: return 1 << 9;
    case INFINITE: rank = 3; break;
    default:
        rank = !n.sig ? 0 : 1 + (n.sig >> (formats[f].precision - 1) != 0);
        break;
    }
    return n.sign ? 1u << (3 - rank) : 1u << (4 + rank);
}
