/* The vDSO's image: see vdso.S. */
#include "linux-user/abi/riscv64/abi.h"

#include <time.h>
#include "linux-user/abi/riscv64/vdso.inc"

/* The others are the kernel's: processor time, alarms, devices. */
static bool has_clock(const uint64_t *a)
{
    const unsigned known =
        1 << CLOCK_REALTIME | 1 << CLOCK_MONOTONIC | 1 << CLOCK_MONOTONIC_RAW |
        1 << CLOCK_REALTIME_COARSE | 1 << CLOCK_MONOTONIC_COARSE |
        1 << CLOCK_BOOTTIME | 1 << CLOCK_TAI;
    uint32_t clock = (uint32_t)a[0];

    return clock < 32 && (known >> clock & 1);
}

/* (pairs, their number, size of the set, set, flags) */
static bool has_probe(const uint64_t *a)
{
    const uint32_t which_cpus = 1; /* RISCV_HWPROBE_WHICH_CPUS */

    return !((uint32_t)a[4] & ~which_cpus);
}

static bool always(const uint64_t *a)
{
    (void)a;
    return true;
}

enum {
#define NUMBER(number, name)                  NR_##name = number,
#define OWN(number, name, arguments, handler) NR_##name = number,
#include "linux-user/abi/riscv64/numbers.def"
};

static const AbiVdsoCall calls[] = {
    {NR_clock_gettime, has_clock}, {NR_clock_getres, has_clock},
    {NR_getcpu, always},           {NR_gettimeofday, always},
    {NR_riscv_hwprobe, has_probe},
};

const AbiVdso riscv64_vdso = {
    .image = vdso_image,
    .bytes = sizeof(vdso_image),
    .sigreturn = VDSO_RT_SIGRETURN,
    .calls = calls,
    .nb_calls = sizeof(calls) / sizeof(calls[0]),
};
