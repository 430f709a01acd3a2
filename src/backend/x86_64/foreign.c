/* native.c of all other hosts: code is made, to be looked at. */
#include "backend/x86_64/mxcsr.h"
#include "backend/x86_64/x86.h"

const BackendNative x86_native = {0};
const FpEnvOps x86_fp_ops = {0};

uint32_t x86_features(void)
{
    return 0;
}

uint32_t x86_mxcsr(void)
{
    return mxcsr_make(FP_ROUND_EVEN, 0);
}
