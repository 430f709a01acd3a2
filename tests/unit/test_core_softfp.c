/*
 * softfp against the host's SSE and FMA: edge values by edge values and
 * random ones, in the four modes the host has; results that the host lacks
 * (round to max magnitude, RISC-V's NaN and range rules) against tables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <immintrin.h>
#include <string.h>
#include "core/softfp.h"
#include "fp_policies.h"

/* The flags by short names, for rows. */
enum {
    F_INEXACT = FP_FLAG_INEXACT,
    F_UNDERFLOW = FP_FLAG_UNDERFLOW,
    F_OVERFLOW = FP_FLAG_OVERFLOW,
    F_DIVZERO = FP_FLAG_DIVZERO,
    F_INVALID = FP_FLAG_INVALID,
};

enum { RANDOM_ROUNDS = 40000 };

static const uint64_t edges32[] = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x00000002, 0x007fffff,
    0x807fffff, 0x00800000, 0x80800000, 0x00800001, 0x00ffffff, 0x33800000,
    0x33800001, 0x34000000, 0x3effffff, 0x3f000000, 0x3f000001, 0x3f7fffff,
    0x3f800000, 0xbf800000, 0x3f800001, 0x3fc00000, 0x40000000, 0x40400000,
    0x4b7fffff, 0x4b800000, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001,
    0x4f7fffff, 0x4f800000, 0x5effffff, 0x5f000000, 0xdf000000, 0x5f800000,
    0x7f000000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000,
    0xffc00000, 0x7f800001, 0xffbfffff, 0x7fc12345,
};

static const uint64_t edges64[] = {
    0x0000000000000000, 0x8000000000000000, 0x0000000000000001,
    0x8000000000000001, 0x000fffffffffffff, 0x0010000000000000,
    0x8010000000000000, 0x0010000000000001, 0x001fffffffffffff,
    0x3690000000000000, 0x36a0000000000000, 0x380fffffffffffff,
    0x3810000000000000, 0x380fffffe0000000, 0x380fffffefffffff,
    0x380ffffff0000000, 0x3ca0000000000000, 0x3ca0000000000001,
    0x3fdfffffffffffff, 0x3fe0000000000000, 0x3fefffffffffffff,
    0x3ff0000000000000, 0xbff0000000000000, 0x3ff0000000000001,
    0x3ff8000000000000, 0x4000000000000000, 0x41dfffffff800000,
    0x41dfffffffc00000, 0x41dfffffffe00000, 0x41e0000000000000,
    0xc1e0000000000000, 0xc1e0000000100000, 0xc1e0000000200000,
    0x41efffffffe00000, 0x41effffffff00000, 0x41f0000000000000,
    0x43dfffffffffffff, 0x43e0000000000000, 0xc3e0000000000000,
    0x43efffffffffffff, 0x43f0000000000000, 0x47efffffe0000000,
    0x47efffffefffffff, 0x47effffff0000000, 0x7fe0000000000000,
    0x7fefffffffffffff, 0xffefffffffffffff, 0x7ff0000000000000,
    0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000000000,
    0x7ff0000000000001, 0xfff7ffffffffffff, 0x433fffffffffffff,
};

enum { EDGES32 = sizeof(edges32) / sizeof(edges32[0]) };
enum { EDGES64 = sizeof(edges64) / sizeof(edges64[0]) };

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static unsigned edge_count(SfFormat f)
{
    return f == SF_F32 ? EDGES32 : EDGES64;
}

/* Edge value i below edge_count, else a random one, often near another. */
static uint64_t value(SfFormat f, unsigned i, uint64_t *state)
{
    if (i < edge_count(f)) {
        return f == SF_F32 ? edges32[i] : edges64[i];
    }
    uint64_t r = next_random(state);
    if (f == SF_F32) {
        r &= 0xffffffff;
        return r & 1 ? r : (r & 0x80ffffff) | 0x3e000000;
    }
    return r & 1 ? r : (r & 0x803fffffffffffff) | 0x3fc0000000000000;
}

/* The host ---------------------------------------------------------------- */

/* A mode: rounding and FP_FLUSH_*. */
static void host_begin(unsigned mode)
{
    static const unsigned control[] = {0, 3, 1, 2};
    _mm_setcsr(0x1f80 | control[mode & FP_MODE_ROUND] << 13 |
               (mode & FP_FLUSH_IN ? 0x40 : 0) |
               (mode & FP_FLUSH_OUT ? 0x8000 : 0));
}

static SoftFloatEnv soft_env(const FpPolicy *policy, unsigned mode)
{
    return (SoftFloatEnv){.rm = mode & FP_MODE_ROUND,
                          .flush = mode & FP_MODE_FLUSH, .policy = policy};
}

/* The next mode: four of rounding, with each set of FP_FLUSH_*; 32: none. */
static unsigned next_mode(unsigned mode)
{
    return (mode & FP_MODE_ROUND) == FP_ROUND_UP ? (mode | 7) + 1 : mode + 1;
}

enum { MODES = FP_MODE_FLUSH + 8 };

/* Ends an operation; its flags as FP_FLAG_*. */
static unsigned host_end(void)
{
    unsigned csr = _mm_getcsr();
    _mm_setcsr(0x1f80);
    return (csr & 1 ? F_INVALID : 0) | (csr & 2 ? FP_FLAG_SUBNORMAL : 0) |
           (csr & 4 ? F_DIVZERO : 0) |
           (csr & 8 ? F_OVERFLOW : 0) | (csr & 16 ? F_UNDERFLOW : 0) |
           (csr & 32 ? F_INEXACT : 0);
}

static __m128d reg(uint64_t a)
{
    return _mm_castsi128_pd(_mm_cvtsi64_si128((long long)a));
}

static uint64_t bits(SfFormat f, __m128d r)
{
    uint64_t v = (uint64_t)_mm_cvtsi128_si64(_mm_castpd_si128(r));
    return f == SF_F32 ? v & 0xffffffff : v;
}

#define HOST_BINARY(name, insn)                                                \
    static uint64_t host_##name(SfFormat f, uint64_t a, uint64_t b)            \
    {                                                                          \
        __m128d r = reg(a), s = reg(b);                                        \
        if (f == SF_F32) {                                                     \
            __asm__ volatile(insn "ss %1, %0" : "+x"(r) : "x"(s));             \
        } else {                                                               \
            __asm__ volatile(insn "sd %1, %0" : "+x"(r) : "x"(s));             \
        }                                                                      \
        return bits(f, r);                                                     \
    }

HOST_BINARY(add, "add")
HOST_BINARY(sub, "sub")
HOST_BINARY(mul, "mul")
HOST_BINARY(div, "div")
HOST_BINARY(min, "min")
HOST_BINARY(max, "max")

static uint64_t host_sqrt(SfFormat f, uint64_t a, uint64_t b)
{
    __m128d r = reg(a);
    (void)b;
    if (f == SF_F32) {
        __asm__ volatile("sqrtss %0, %0" : "+x"(r));
    } else {
        __asm__ volatile("sqrtsd %0, %0" : "+x"(r));
    }
    return bits(f, r);
}

static uint64_t host_convert(SfFormat f, uint64_t a, uint64_t b)
{
    __m128d r = reg(a);
    (void)b;
    if (f == SF_F32) {
        __asm__ volatile("cvtss2sd %0, %0" : "+x"(r));
    } else {
        __asm__ volatile("cvtsd2ss %0, %0" : "+x"(r));
    }
    return bits(f == SF_F32 ? SF_F64 : SF_F32, r);
}

/* The product's first operand is the instruction's second one. */
static uint64_t host_muladd(SfFormat f, uint64_t a, uint64_t b, uint64_t c)
{
    __m128d r = reg(b), s = reg(a), t = reg(c);
    if (f == SF_F32) {
        __asm__ volatile("vfmadd213ss %2, %1, %0" : "+x"(r) : "x"(s), "x"(t));
    } else {
        __asm__ volatile("vfmadd213sd %2, %1, %0" : "+x"(r) : "x"(s), "x"(t));
    }
    return bits(f, r);
}

/* Comparisons ---------------------------------------------------------- */

static void expect_same(const char *what, SfFormat f, unsigned rm, uint64_t a,
                        uint64_t b, uint64_t c, uint64_t want,
                        unsigned want_flags, uint64_t got, unsigned got_flags)
{
    if (want != got || want_flags != got_flags) {
        fail_msg("%s of format %d, mode %u %#lx %#lx %#lx: want %#lx flags %#x, "
                 "got %#lx flags %#x",
                 what, (int)f, rm, a, b, c, want, want_flags, got, got_flags);
    }
}

static uint64_t soft_min(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return sf_min(env, f, FMIN_SECOND, a, b);
}

static uint64_t soft_max(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    return sf_max(env, f, FMIN_SECOND, a, b);
}

static uint64_t soft_sqrt(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b)
{
    (void)b;
    return sf_sqrt(env, f, a);
}

static uint64_t soft_convert(SoftFloatEnv *env, SfFormat f, uint64_t a,
                             uint64_t b)
{
    (void)b;
    return sf_convert(env, f == SF_F32 ? SF_F64 : SF_F32, f, a);
}

static const struct Binary {
    const char *name;
    uint64_t (*soft)(SoftFloatEnv *, SfFormat, uint64_t, uint64_t);
    uint64_t (*host)(SfFormat, uint64_t, uint64_t);
    bool converts; /* the result has the other format */
} binaries[] = {
    {"add", sf_add, host_add, false},
    {"sub", sf_sub, host_sub, false},
    {"mul", sf_mul, host_mul, false},
    {"div", sf_div, host_div, false},
    {"min", soft_min, host_min, false},
    {"max", soft_max, host_max, false},
    {"sqrt", soft_sqrt, host_sqrt, false},
    {"convert", soft_convert, host_convert, true},
};

/* What the host would yield if its NaNs were canonical, and its flags. */
static uint64_t plain(SfFormat f, uint64_t a)
{
    return sf_is_nan(f, a) ? sf_default_nan(&fp_policy_plain, f) : a;
}

static unsigned plain_flags(unsigned flags)
{
    return flags & ~(unsigned)FP_FLAG_SUBNORMAL;
}

static void compare_binary(const struct Binary *op, SfFormat f, uint64_t a,
                           uint64_t b)
{
    SfFormat result = !op->converts ? f : f == SF_F32 ? SF_F64 : SF_F32;
    for (unsigned m = 0; m < MODES; m = next_mode(m)) {
        SoftFloatEnv env = soft_env(&policy_sse, m);
        host_begin(m);
        uint64_t want = op->host(f, a, b);
        unsigned flags = host_end();
        uint64_t got = op->soft(&env, f, a, b);
        expect_same(op->name, result, m, a, b, 0, want, flags, got, env.flags);
        if (m <= FP_ROUND_UP && op->soft != soft_min && op->soft != soft_max) {
            env = soft_env(&fp_policy_plain, m);
            got = op->soft(&env, f, a, b);
            expect_same(op->name, result, m, a, b, 0, plain(result, want),
                        plain_flags(flags), got, env.flags);
        }
    }
}

static void test_binary(void **unused)
{
    (void)unused;
    uint64_t state = 1;
    for (unsigned i = 0; i < sizeof(binaries) / sizeof(binaries[0]); i++) {
        for (SfFormat f = SF_F32; f <= SF_F64; f++) {
            unsigned n = edge_count(f);
            for (unsigned j = 0; j < n * n + RANDOM_ROUNDS; j++) {
                unsigned x = j < n * n ? j / n : n;
                unsigned y = j < n * n ? j % n : n;
                uint64_t a = value(f, x, &state);
                compare_binary(&binaries[i], f, a, value(f, y, &state));
            }
        }
    }
}

static void compare_muladd(SfFormat f, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t magnitude = sf_sign_bit(f) - 1,
             infinity = f == SF_F32 ? 0x7f800000 : 0x7ff0000000000000;
    uint64_t x = a & magnitude, y = b & magnitude;
    bool zero_times_inf = (x == infinity && !y) || (y == infinity && !x);
    for (unsigned m = 0; m < MODES; m = next_mode(m)) {
        SoftFloatEnv env = soft_env(&policy_sse, m);
        host_begin(m);
        uint64_t want = host_muladd(f, a, b, c);
        unsigned flags = host_end();
        uint64_t got = sf_muladd(&env, f, a, b, c, 0);
        expect_same("muladd", f, m, a, b, c, want, flags, got, env.flags);
        if (m <= FP_ROUND_UP) {
            env = soft_env(&fp_policy_plain, m);
            flags = plain_flags(flags) | (zero_times_inf ? F_INVALID : 0);
            got = sf_muladd(&env, f, a, b, c, 0);
            expect_same("muladd", f, m, a, b, c, plain(f, want), flags, got,
                        env.flags);
        }
    }
}

static void test_muladd(void **unused)
{
    (void)unused;
    uint64_t state = 2;
    if (!__builtin_cpu_supports("fma")) {
        skip();
    }
    for (SfFormat f = SF_F32; f <= SF_F64; f++) {
        unsigned n = edge_count(f), all = n * n * n;
        for (unsigned i = 0; i < all; i += 3) {
            compare_muladd(f, value(f, i % n, &state),
                           value(f, i / n % n, &state),
                           value(f, i / n / n, &state));
        }
        for (unsigned i = 0; i < RANDOM_ROUNDS; i++) {
            uint64_t a = value(f, n, &state), b = value(f, n, &state);
            compare_muladd(f, a, b, value(f, n, &state));
        }
    }
}

static void test_muladd_signs(void **unused)
{
    (void)unused;
    SoftFloatEnv env = soft_env(&fp_policy_plain, FP_ROUND_EVEN);
    static const uint64_t two = 0x40000000, three = 0x40400000;
    static const uint64_t ten = 0x41200000;
    assert_int_equal(sf_muladd(&env, SF_F32, two, three, ten, 0), 0x41800000);
    assert_int_equal(sf_muladd(&env, SF_F32, two, three, ten, SF_NEG_C),
                     0xc0800000);
    assert_int_equal(sf_muladd(&env, SF_F32, two, three, ten, SF_NEG_PRODUCT),
                     0x40800000);
    assert_int_equal(
        sf_muladd(&env, SF_F32, two, three, ten, SF_NEG_PRODUCT | SF_NEG_C),
        0xc1800000);
    assert_int_equal(env.flags, 0);
}

/* ucomis (quiet) or comis (signalling) as a < b, a == b, unordered. */
static void host_compare(SfFormat f, bool quiet, uint64_t a, uint64_t b,
                         bool *less, bool *equal)
{
    __m128d r = reg(a), s = reg(b);
    bool carry, zero, parity;
    if (f == SF_F32 && quiet) {
        __asm__ volatile("ucomiss %4, %3"
                         : "=@ccc"(carry), "=@ccz"(zero), "=@ccp"(parity)
                         : "x"(r), "x"(s));
    } else if (f == SF_F32) {
        __asm__ volatile("comiss %4, %3"
                         : "=@ccc"(carry), "=@ccz"(zero), "=@ccp"(parity)
                         : "x"(r), "x"(s));
    } else if (quiet) {
        __asm__ volatile("ucomisd %4, %3"
                         : "=@ccc"(carry), "=@ccz"(zero), "=@ccp"(parity)
                         : "x"(r), "x"(s));
    } else {
        __asm__ volatile("comisd %4, %3"
                         : "=@ccc"(carry), "=@ccz"(zero), "=@ccp"(parity)
                         : "x"(r), "x"(s));
    }
    *less = carry && !parity;
    *equal = zero && !parity;
}

static void compare_compare(SfFormat f, uint64_t a, uint64_t b)
{
    for (FCmp cmp = FCMP_EQ; cmp < FCMP_COUNT; cmp++) {
        unsigned mode = cmp & 1 ? FP_FLUSH_IN : 0;
        SoftFloatEnv env = soft_env(&policy_sse, mode);
        bool less, equal;
        host_begin(mode);
        FCmp k = fcmp_relation(cmp);
        host_compare(f, k == FCMP_EQ, a, b, &less, &equal);
        unsigned flags = host_end();
        flags = fcmp_is_silent(cmp) ? 0 : flags;
        bool want = k == FCMP_LT ? less : equal || (k == FCMP_LE && less);
        bool got = sf_compare(&env, f, cmp, a, b);
        expect_same("compare", f, cmp, a, b, 0, want, flags, got, env.flags);
    }
}

static void test_compare(void **unused)
{
    (void)unused;
    for (SfFormat f = SF_F32; f <= SF_F64; f++) {
        unsigned n = edge_count(f);
        for (unsigned i = 0; i < n * n; i++) {
            compare_compare(f, value(f, i / n, NULL), value(f, i % n, NULL));
        }
    }
}

static uint64_t host_to_int(SfFormat f, uint64_t a, unsigned width)
{
    __m128d r = reg(a);
    uint64_t to64;
    uint32_t to32;
    if (width == 64 && f == SF_F32) {
        __asm__ volatile("cvtss2si %1, %0" : "=r"(to64) : "x"(r));
    } else if (width == 64) {
        __asm__ volatile("cvtsd2si %1, %0" : "=r"(to64) : "x"(r));
    } else if (f == SF_F32) {
        __asm__ volatile("cvtss2si %1, %0" : "=r"(to32) : "x"(r));
    } else {
        __asm__ volatile("cvtsd2si %1, %0" : "=r"(to32) : "x"(r));
    }
    return width == 64 ? to64 : (uint64_t)(int32_t)to32;
}

static void compare_to_int(SfFormat f, uint64_t a, unsigned width)
{
    for (unsigned m = 0; m < MODES; m = next_mode(m)) {
        SoftFloatEnv env = soft_env(&policy_sse, m);
        host_begin(m);
        uint64_t want = host_to_int(f, a, width);
        unsigned flags = host_end();
        uint64_t got = sf_to_int(&env, f, a, true, width);
        expect_same("to_int", f, m, a, width, 0, want, flags, got, env.flags);
        env = soft_env(&fp_policy_plain, m & FP_MODE_ROUND);
        got = sf_to_int(&env, f, a, true, width);
        if (m <= FP_ROUND_UP && !(flags & F_INVALID)) { /* else: the table */
            expect_same("to_int", f, m, a, width, 0, want, flags, got,
                        env.flags);
        }
    }
}

static void test_to_int(void **unused)
{
    (void)unused;
    uint64_t state = 3;
    for (SfFormat f = SF_F32; f <= SF_F64; f++) {
        unsigned n = edge_count(f);
        for (unsigned i = 0; i < n + RANDOM_ROUNDS; i++) {
            uint64_t a = value(f, i, &state);
            compare_to_int(f, a, 32);
            compare_to_int(f, a, 64);
        }
    }
}

static const struct ToInt {
    uint64_t a;
    bool is_signed;
    unsigned width, rm;
    uint64_t want;
    unsigned flags;
} to_int_rows[] = {
    {0x7ff8000000000000, true, 32, FP_ROUND_ZERO, 0x7fffffff, F_INVALID},
    {0x7ff8000000000000, true, 64, FP_ROUND_ZERO, INT64_MAX, F_INVALID},
    {0xfff8000000000000, false, 32, FP_ROUND_ZERO, UINT64_MAX, F_INVALID},
    {0x7ff0000000000001, false, 64, FP_ROUND_ZERO, UINT64_MAX, F_INVALID},
    {0xfff0000000000000, true, 32, FP_ROUND_ZERO, 0xffffffff80000000, F_INVALID},
    {0xfff0000000000000, true, 64, FP_ROUND_ZERO, 1ull << 63, F_INVALID},
    {0xfff0000000000000, false, 32, FP_ROUND_ZERO, 0, F_INVALID},
    {0x7ff0000000000000, false, 32, FP_ROUND_ZERO, UINT64_MAX, F_INVALID},
    {0xbff0000000000000, false, 32, FP_ROUND_ZERO, 0, F_INVALID}, /* -1 */
    {0xbff0000000000000, false, 64, FP_ROUND_ZERO, 0, F_INVALID},
    {0xbfe0000000000000, false, 64, FP_ROUND_ZERO, 0, F_INEXACT}, /* -0.5 */
    {0xbfe0000000000000, false, 64, FP_ROUND_AWAY, 0, F_INVALID},
    {0xbfe0000000000000, false, 64, FP_ROUND_EVEN, 0, F_INEXACT},
    {0x8000000000000000, false, 64, FP_ROUND_EVEN, 0, 0},
    {0x41efffffffe00000, false, 32, FP_ROUND_EVEN, UINT64_MAX, 0}, /* 2^32 - 1 */
    {0x41effffffff00000, false, 32, FP_ROUND_ZERO, UINT64_MAX, F_INEXACT},
    {0x41effffffff00000, false, 32, FP_ROUND_EVEN, UINT64_MAX, F_INVALID},
    {0x43efffffffffffff, false, 64, FP_ROUND_EVEN, 0xfffffffffffff800, 0},
    {0x43f0000000000000, false, 64, FP_ROUND_EVEN, UINT64_MAX, F_INVALID},
    {0x3fe0000000000000, true, 64, FP_ROUND_AWAY, 1, F_INEXACT},
    {0xc004000000000000, true, 64, FP_ROUND_AWAY, -3ull, F_INEXACT}, /* -2.5 */
    {0xc004000000000000, true, 64, FP_ROUND_EVEN, -2ull, F_INEXACT},
};

static void test_to_int_table(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < sizeof(to_int_rows) / sizeof(to_int_rows[0]);
         i++) {
        const struct ToInt *row = &to_int_rows[i];
        SoftFloatEnv env = soft_env(&fp_policy_plain, row->rm);
        uint64_t got =
            sf_to_int(&env, SF_F64, row->a, row->is_signed, row->width);
        if (got != row->want || env.flags != row->flags) {
            fail_msg("row %u: got %#lx flags %#x", i, got, env.flags);
        }
    }
}

static uint64_t host_from_int(SfFormat f, uint64_t a)
{
    __m128d r = reg(0);
    if (f == SF_F32) {
        __asm__ volatile("cvtsi2ss %1, %0" : "+x"(r) : "r"(a));
    } else {
        __asm__ volatile("cvtsi2sd %1, %0" : "+x"(r) : "r"(a));
    }
    return bits(f, r);
}

static void compare_from_int(SfFormat f, uint64_t a)
{
    for (unsigned rm = FP_ROUND_EVEN; rm <= FP_ROUND_UP; rm++) {
        SoftFloatEnv env = soft_env(&policy_sse, rm);
        host_begin(rm);
        uint64_t want = host_from_int(f, a);
        unsigned flags = host_end();
        uint64_t got = sf_from_int(&env, f, a, true);
        expect_same("from_int", f, rm, a, 0, 0, want, flags, got, env.flags);
        if ((int64_t)a >= 0) {
            env.flags = 0;
            got = sf_from_int(&env, f, a, false);
            expect_same("from_uint", f, rm, a, 0, 0, want, flags, got,
                        env.flags);
        }
    }
}

static void test_from_int(void **unused)
{
    (void)unused;
    uint64_t state = 4;
    static const uint64_t edges[] = {
        0,
        1,
        -1ull,
        1ull << 63,
        INT64_MAX,
        0x7fffffff,
        0x80000000,
        0x1000001,
        0x1000003,
        0x20000000000001,
        0x20000000000003,
        0x7ffffffffffffdff,
        0x7ffffffffffffe00,
        0x7fffff4000000000,
    };
    for (SfFormat f = SF_F32; f <= SF_F64; f++) {
        for (unsigned i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
            compare_from_int(f, edges[i]);
        }
        for (unsigned i = 0; i < RANDOM_ROUNDS; i++) {
            uint64_t r = next_random(&state);
            compare_from_int(f, r >> (r & 63));
        }
    }
    SoftFloatEnv env = soft_env(&fp_policy_plain, FP_ROUND_EVEN);
    assert_int_equal(sf_from_int(&env, SF_F64, UINT64_MAX, false),
                     0x43f0000000000000);
    assert_int_equal(env.flags, F_INEXACT);
}

static uint64_t host_round(SfFormat f, uint64_t a)
{
    __m128d r = reg(a);
    if (f == SF_F32) {
        __asm__ volatile("roundss $4, %0, %0" : "+x"(r));
    } else {
        __asm__ volatile("roundsd $4, %0, %0" : "+x"(r));
    }
    return bits(f, r);
}

static void test_round(void **unused)
{
    (void)unused;
    uint64_t state = 5;
    if (!__builtin_cpu_supports("sse4.1")) {
        skip();
    }
    for (SfFormat f = SF_F32; f <= SF_F64; f++) {
        for (unsigned i = 0; i < edge_count(f) + RANDOM_ROUNDS; i++) {
            uint64_t a = value(f, i, &state);
            for (unsigned rm = FP_ROUND_EVEN; rm <= FP_ROUND_UP; rm++) {
                SoftFloatEnv env = soft_env(&policy_sse, rm);
                host_begin(rm);
                uint64_t want = host_round(f, a);
                unsigned flags = host_end();
                uint64_t got = sf_round(&env, f, a);
                expect_same("round", f, rm, a, 0, 0, want, flags, got,
                            env.flags);
            }
        }
    }
}

/* In RMM: an exact double product rounds to what the single product is. */
static void test_max_magnitude(void **unused)
{
    (void)unused;
    uint64_t state = 6;
    SoftFloatEnv env = soft_env(&fp_policy_plain, FP_ROUND_AWAY);
    assert_int_equal(sf_round(&env, SF_F64, 0x4004000000000000),
                     0x4008000000000000);
    assert_int_equal(sf_round(&env, SF_F64, 0xbfe0000000000000),
                     0xbff0000000000000);
    assert_int_equal(sf_round(&env, SF_F64, 0x3fdfffffffffffff), 0);
    /* 1 + 2^-24 is a tie; 2^24 + 1 too. */
    assert_int_equal(sf_add(&env, SF_F32, 0x3f800000, 0x33800000), 0x3f800001);
    assert_int_equal(sf_from_int(&env, SF_F32, 0x1000001, true), 0x4b800001);
    assert_int_equal(sf_add(&env, SF_F32, 0x7f7fffff, 0x73000000), 0x7f800000);
    for (unsigned i = 0; i < RANDOM_ROUNDS; i++) {
        uint64_t a = (next_random(&state) & 0x80ffffff) | 0x3e000000;
        uint64_t b = (next_random(&state) & 0x80ffffff) | 0x3e000000;
        uint64_t exact =
            sf_mul(&env, SF_F64, sf_convert(&env, SF_F64, SF_F32, a),
                   sf_convert(&env, SF_F64, SF_F32, b));
        assert_int_equal(sf_convert(&env, SF_F32, SF_F64, exact),
                         sf_mul(&env, SF_F32, a, b));
    }
}

static const struct MinMax {
    uint32_t a, b, min, max;
    unsigned flags;
} min_max_rows[] = {
    {0x3f800000, 0x40000000, 0x3f800000, 0x40000000, 0},
    {0xbf800000, 0xc0000000, 0xc0000000, 0xbf800000, 0},
    {0x80000000, 0x00000000, 0x80000000, 0x00000000, 0},
    {0x00000000, 0x80000000, 0x80000000, 0x00000000, 0},
    {0x7fc00000, 0x3f800000, 0x3f800000, 0x3f800000, 0},
    {0x3f800000, 0xffc12345, 0x3f800000, 0x3f800000, 0},
    {0x7f800001, 0x3f800000, 0x3f800000, 0x3f800000, F_INVALID},
    {0x7f800001, 0x7fc00000, 0x7fc00000, 0x7fc00000, F_INVALID},
    {0xffc00001, 0x7fc00000, 0x7fc00000, 0x7fc00000, 0},
    {0xff800000, 0x7f800000, 0xff800000, 0x7f800000, 0},
};

static void test_min_max(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < sizeof(min_max_rows) / sizeof(min_max_rows[0]);
         i++) {
        const struct MinMax *row = &min_max_rows[i];
        SoftFloatEnv env = soft_env(&fp_policy_plain, 0);
        assert_int_equal(sf_min(&env, SF_F32, FMIN_NUMBER, row->a, row->b), row->min);
        assert_int_equal(env.flags, row->flags);
        env.flags = 0;
        assert_int_equal(sf_max(&env, SF_F32, FMIN_NUMBER, row->a, row->b), row->max);
        assert_int_equal(env.flags, row->flags);
    }
}

static void test_class(void **unused)
{
    (void)unused;
    static const uint32_t in_order[] = {
        0xff800000, 0xbf800000, 0x80000001, 0x80000000, 0x00000000,
        0x007fffff, 0x00800000, 0x7f800000, 0x7f800001, 0x7fc00000,
    };
    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(sf_class(SF_F32, in_order[i]), 1 << i);
    }
}

static void test_half(void **unused)
{
    (void)unused;
    SoftFloatEnv env = soft_env(&fp_policy_plain, FP_ROUND_EVEN);
    assert_int_equal(sf_default_nan(&fp_policy_plain, SF_F16), 0x7e00);
    assert_int_equal(sf_add(&env, SF_F16, 0x3c00, 0x3c00), 0x4000);
    assert_int_equal(sf_convert(&env, SF_F16, SF_F32, 0x3f800000), 0x3c00);
    assert_int_equal(sf_convert(&env, SF_F32, SF_F16, 0x0001), 0x33800000);
    assert_int_equal(env.flags, 0);
    assert_int_equal(sf_convert(&env, SF_F16, SF_F32, 0x47800000), 0x7c00);
    assert_int_equal(env.flags, F_OVERFLOW | F_INEXACT);
    /* 0.1 + 0.2 in half precision: 0x2e66 + 0x3266 = 0x34cc. */
    assert_int_equal(sf_add(&env, SF_F16, 0x2e66, 0x3266), 0x34cc);
}

/*
 * What the pseudo-code of the Arm ARM gives (FPAdd, FPMul, FPMulAdd, FPMin,
 * FPMinNum, FPSqrt, FPToFixed, FPConvert, FPRound; FPProcessNaNs and
 * FPProcessNaNs3), worked out by hand.
 */
typedef enum ArmOp {
    ARM_ADD, ARM_SUB, ARM_MUL, ARM_DIV, ARM_SQRT, ARM_MADD, ARM_MSUB,
    ARM_NMADD, ARM_NMSUB, ARM_MIN, ARM_MAXNM, ARM_TO_S32, ARM_TO_U64,
    ARM_TO_F64, ARM_EQ, ARM_RINT,
} ArmOp;

static const struct ArmRow {
    ArmOp op;
    uint32_t a, b, c;
    bool fz;
    uint64_t want;
    unsigned flags;
} arm_rows[] = {
#include "arm_fp.def"
};

static uint64_t arm_result(SoftFloatEnv *env, const struct ArmRow *r)
{
    enum { BOTH = SF_NEG_PRODUCT | SF_NEG_C };
    const SfFormat f = SF_F32;
    switch (r->op) {
    case ARM_ADD: return sf_add(env, f, r->a, r->b);
    case ARM_SUB: return sf_sub(env, f, r->a, r->b);
    case ARM_MUL: return sf_mul(env, f, r->a, r->b);
    case ARM_DIV: return sf_div(env, f, r->a, r->b);
    case ARM_SQRT: return sf_sqrt(env, f, r->a);
    case ARM_MADD: return sf_muladd(env, f, r->a, r->b, r->c, 0);
    case ARM_MSUB:
        return sf_muladd(env, f, r->a, r->b, r->c, SF_NEG_PRODUCT);
    case ARM_NMADD: return sf_muladd(env, f, r->a, r->b, r->c, BOTH);
    case ARM_NMSUB: return sf_muladd(env, f, r->a, r->b, r->c, SF_NEG_C);
    case ARM_MIN: return sf_min(env, f, FMIN_NAN, r->a, r->b);
    case ARM_MAXNM: return sf_max(env, f, FMIN_NUMBER_2008, r->a, r->b);
    case ARM_TO_S32: return sf_to_int(env, f, r->a, true, 32);
    case ARM_TO_U64: return sf_to_int(env, f, r->a, false, 64);
    case ARM_TO_F64: return sf_convert(env, SF_F64, f, r->a);
    case ARM_EQ: return sf_compare(env, f, FCMP_EQ, r->a, r->b);
    default: return sf_round(env, f, r->a);
    }
}

static void test_arm(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < sizeof(arm_rows) / sizeof(arm_rows[0]); i++) {
        const struct ArmRow *r = &arm_rows[i];
        SoftFloatEnv env =
            r->fz ? soft_env(&policy_arm_fz, FP_MODE_FLUSH)
                  : soft_env(&policy_arm, FP_ROUND_EVEN);
        uint64_t got = arm_result(&env, r);
        if (got != r->want || env.flags != r->flags) {
            fail_msg("row %u: %#lx flags %#x, not %#lx flags %#x", i, got,
                     env.flags, r->want, r->flags);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_binary),
        cmocka_unit_test(test_muladd),
        cmocka_unit_test(test_muladd_signs),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_to_int),
        cmocka_unit_test(test_to_int_table),
        cmocka_unit_test(test_from_int),
        cmocka_unit_test(test_round),
        cmocka_unit_test(test_max_magnitude),
        cmocka_unit_test(test_min_max),
        cmocka_unit_test(test_class),
        cmocka_unit_test(test_half),
        cmocka_unit_test(test_arm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
