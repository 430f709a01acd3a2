/* What this host has, by cpuid and by what the system saves (xgetbv). */
#include <cpuid.h>
#include "backend/x86_64/x86.h"

static uint64_t saved_state(void)
{
    uint32_t lo, hi;

    __asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
    return (uint64_t)hi << 32 | lo;
}

static uint32_t vector_features(unsigned c1, unsigned b7)
{
    enum { YMM = 6, ZMM = 0xe6 };
    unsigned avx512 = bit_AVX512F | bit_AVX512VL | bit_AVX512BW | bit_AVX512DQ;
    uint64_t saved = c1 & bit_OSXSAVE ? saved_state() : 0;
    uint32_t f = 0;

    if ((saved & YMM) != YMM || !(c1 & bit_AVX) || !(b7 & bit_AVX2)) {
        return 0;
    }
    f |= X86_AVX | X86_AVX2;
    f |= c1 & bit_FMA ? X86_FMA : 0;
    if ((saved & ZMM) == ZMM && (b7 & avx512) == avx512) {
        f |= X86_AVX512;
    }
    return f;
}

uint32_t x86_features(void)
{
    unsigned a, b, c1 = 0, d, b7 = 0, c, ext = 0;
    uint32_t f = 0;

    __get_cpuid(1, &a, &b, &c1, &d);
    __get_cpuid_count(7, 0, &a, &b7, &c, &d);
    __get_cpuid(0x80000001, &a, &b, &ext, &d);
    f |= c1 & bit_SSE4_1 && c1 & bit_SSSE3 ? X86_SSE41 : 0;
    f |= c1 & bit_POPCNT ? X86_POPCNT : 0;
    f |= c1 & bit_MOVBE ? X86_MOVBE : 0;
    f |= ext & bit_LZCNT ? X86_LZCNT : 0;
    f |= b7 & bit_BMI && b7 & bit_BMI2 ? X86_BMI : 0;
    return f | vector_features(c1, b7);
}

const HostFeature x86_feature_names[] = {
    {"sse4.1", X86_SSE41},
    {"popcnt", X86_POPCNT},
    {"lzcnt", X86_LZCNT},
    {"bmi", X86_BMI},
    {"movbe", X86_MOVBE},
    {"avx2", X86_AVX | X86_AVX2},
    {"fma", X86_FMA},
    {"avx512", X86_AVX512},
    {NULL, 0},
};

enum {
    V2 = X86_SSE41 | X86_POPCNT,
    V3 = V2 | X86_LZCNT | X86_BMI | X86_MOVBE | X86_AVX | X86_AVX2 | X86_FMA,
    V4 = V3 | X86_AVX512,
};

/* The levels of the x86-64 psABI. */
const HostFeature x86_processor_names[] = {
    {"x86-64", 0}, {"x86-64-v2", V2}, {"x86-64-v3", V3},
    {"x86-64-v4", V4}, {NULL, 0},
};
