/*
 * Integer corners in C, with results in their operands' registers (signed
 * division through an aliased conditional move once went wrong).
 */
#include <stdint.h>
#include <stdio.h>

static const int64_t values[] = {
    0, 1, -1, 2, -2, 7, -7, 63, 64, 255, -256, 32767, -32768, 65536,
    INT32_MAX, INT32_MIN, (int64_t)INT32_MAX + 1, (int64_t)INT32_MIN - 1,
    UINT32_MAX, INT64_MAX, INT64_MIN, INT64_MIN + 1, 0x5555555555555555,
    0x0123456789abcdef,
};
enum { N = sizeof(values) / sizeof(*values) };

static uint64_t hash = 14695981039346656037u;

static void mix(uint64_t v)
{
    hash = (hash ^ v) * 1099511628211u;
}

static int safe(int64_t a, int64_t b)
{
    return b != 0 && !(a == INT64_MIN && b == -1);
}

static void __attribute__((noinline)) divide(int64_t a, int64_t b)
{
    int64_t q = a, r = a, s = b;
    if (safe(a, b)) {
        q = q / b;
        r = r % b;
        s = a / s;
        mix(q), mix(r), mix(s);
        s = b;
        s = a % s;
        mix(s);
    }
    int32_t x = a, y = b;
    if (safe((int64_t)x << 32, y)) {
        mix(x / y);
        x %= y;
        mix(x);
    }
    uint64_t u = a, v = b;
    if (v) {
        mix(u / v);
        u %= v;
        mix(u);
    }
    if ((uint32_t)b)
        mix((uint32_t)a / (uint32_t)b + (uint32_t)a % (uint32_t)b);
}

static void __attribute__((noinline)) wide(int64_t a, int64_t b)
{
    __int128 p = (__int128)a * b;
    unsigned __int128 u = (unsigned __int128)(uint64_t)a * (uint64_t)b;
    mix(p), mix(p >> 64), mix(u), mix(u >> 64);
    if (b) {
        unsigned __int128 n = ((unsigned __int128)(uint64_t)a << 64) | 12345;
        mix(n / (uint64_t)b), mix(n % (uint64_t)b);
    }
    int64_t sum;
    mix(__builtin_add_overflow(a, b, &sum));
    mix(__builtin_sub_overflow(a, b, &sum) + sum);
    mix(__builtin_mul_overflow(a, b, &sum));
}

static void __attribute__((noinline)) bitwise(int64_t a, int64_t b)
{
    uint64_t u = a;
    int s = b & 63;
    mix(u << s | u >> ((64 - s) & 63)), mix(a >> s), mix(u >> s);
    mix((uint32_t)u << (s & 31)), mix((int32_t)a >> (s & 31));
    mix(u & ~b), mix(u ^ ~b), mix(~(u | b));
    mix(__builtin_popcountll(u)), mix(__builtin_bswap64(u));
    mix(u ? __builtin_clzll(u) * 64 + __builtin_ctzll(u) : 0);
    mix(__builtin_bswap32(u)), mix(__builtin_parityll(u));
    mix((int8_t)a + (uint8_t)b), mix((int16_t)a - (uint16_t)b);
    mix(a < b), mix(u < (uint64_t)b), mix(a == b), mix((a & b) != 0);
    mix(a > b ? a : b), mix((int32_t)a <= (int32_t)b ? a : -(uint64_t)b);
    mix(a < 0 ? -u : u);
}

int main(void)
{
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            divide(values[i], values[j]);
            wide(values[i], values[j]);
            bitwise(values[i], values[j]);
        }
        printf("%016lx\n", (unsigned long)hash);
    }
    return 0;
}
