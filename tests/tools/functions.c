/*
 * Functions that tests/tools/run.sh runs twice: here, by what runs the program,
 * and from their IR, by tcg-irbackend.  Without arguments: a line for each
 * call, "NAME a0 a1 result"; arguments and results are registers' bits.
 */
#include <stdio.h>
#include <string.h>

typedef unsigned long Word;

#define FUNCTION __attribute__((noinline, used)) Word

static const unsigned char digits[] = "0123456789abcdef";
static unsigned counts[16];
static long (*const operations[])(long, long);

FUNCTION f_gcd(Word a, Word b)
{
    return b ? f_gcd(b, a % b) : a;
}

FUNCTION f_hash(Word a, Word b)
{
    Word h = 14695981039346656037u;
    for (int i = 0; i < 64; i += 8) {
        h = (h ^ (a >> i & 0xff)) * 1099511628211u + b;
    }
    return h;
}

/* Data: tables, and memory of the program's own. */
FUNCTION f_digits(Word a, Word b)
{
    Word sum = 0;
    memset(counts, 0, sizeof(counts));
    for (; a; a /= 10) {
        counts[a % 10]++;
    }
    for (unsigned i = 0; i < 16; i++) {
        sum = sum * 31 + counts[i] * digits[i] + b;
    }
    return sum;
}

/* For what faults: not called here. */
FUNCTION f_load(const Word *p)
{
    return *p;
}

/* A jump table. */
FUNCTION f_switch(Word a, Word b)
{
    switch (a % 8) {
    case 0: return b + 11;
    case 1: return b * 3;
    case 2: return b ^ 0x55;
    case 3: return b << 4;
    case 4: return b >> 3;
    case 5: return ~b;
    case 6: return -b;
    default: return b / 7;
    }
}

static long add(long a, long b)
{
    return a + b;
}

static long most(long a, long b)
{
    return a > b ? a : b;
}

static long product(long a, long b)
{
    return a * b;
}

static long (*const operations[])(long, long) = {add, most, product};

/* Calls by address. */
FUNCTION f_call(Word a, Word b)
{
    return (Word)operations[a % 3]((long)a, (long)b);
}

/* Strings on the stack, and the C library's loops. */
FUNCTION f_text(Word a, Word b)
{
    char text[64];
    memset(text, 'a' + (int)(b % 26), sizeof(text));
    text[a % 64] = '\0';
    return strlen(text) * 256 + (unsigned char)text[b % (a % 64 + 1)];
}

/* Floating point. */
FUNCTION f_series(Word a, Word b)
{
    double sum = 0, x = (double)(a % 100) / 7;
    float single = (float)(b % 1000) / 3;
    for (int i = 1; i < 20; i++) {
        sum = sum * x + 1.0 / i - (double)(single *= 0.75f);
    }
    return (Word)(long)(sum / 1e9) + (Word)(x < sum);
}

static const struct {
    const char *name;
    Word (*fn)(Word, Word);
} functions[] = {
    {"f_gcd", f_gcd},   {"f_hash", f_hash}, {"f_digits", f_digits},
    {"f_switch", f_switch}, {"f_call", f_call}, {"f_text", f_text},
    {"f_series", f_series},
};

int main(void)
{
    static const Word values[][2] = {
        {840, 36}, {0, 1}, {0xfffffffffffffff0, 12345}, {98765432, 77}, {7, 3},
    };
    for (unsigned i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        for (unsigned k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
            Word a = values[k][0], b = values[k][1];
            printf("%s 0x%lx 0x%lx 0x%016lx\n", functions[i].name, a, b,
                   functions[i].fn(a, b));
        }
    }
    return 0;
}
