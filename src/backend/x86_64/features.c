/* Names of what hosts have, and of processors. */
#include "backend/x86_64/x86.h"

const HostFeature x86_feature_names[] = {
    {"sse4.1", X86_SSE41}, {"popcnt", X86_POPCNT}, {"lzcnt", X86_LZCNT},
    {"bmi", X86_BMI},      {"movbe", X86_MOVBE},   {"avx2", X86_AVX | X86_AVX2},
    {"fma", X86_FMA},      {"avx512", X86_AVX512}, {NULL, 0},
};

enum {
    V2 = X86_SSE41 | X86_POPCNT,
    V3 = V2 | X86_LZCNT | X86_BMI | X86_MOVBE | X86_AVX | X86_AVX2 | X86_FMA,
    V4 = V3 | X86_AVX512,
};

/* The levels of the x86-64 psABI. */
const HostFeature x86_processor_names[] = {
    {"x86-64", 0},     {"x86-64-v2", V2}, {"x86-64-v3", V3},
    {"x86-64-v4", V4}, {NULL, 0},
};
