/* The vDSO's image: see vdso.S. */
#include "linux-user/abi/riscv64/target.h"

#include <time.h>
#include "linux-user/abi/riscv64/vdso.inc"

const TargetVdso target_vdso = {
    .image = vdso_image,
    .size = sizeof(vdso_image),
    .sigreturn = VDSO_RT_SIGRETURN,
};

/* The others are the kernel's: processor time, alarms, devices. */
static bool has_clock(const uint64_t *a)
{
    const unsigned known = 1 << CLOCK_REALTIME | 1 << CLOCK_MONOTONIC |
                           1 << CLOCK_MONOTONIC_RAW |
                           1 << CLOCK_REALTIME_COARSE |
                           1 << CLOCK_MONOTONIC_COARSE |
                           1 << CLOCK_BOOTTIME | 1 << CLOCK_TAI;
    uint32_t clock = (uint32_t)a[0];

    return clock < 32 && (known >> clock & 1);
}

/* (pairs, their number, size of the set, set, flags) */
static bool has_probe(const uint64_t *a)
{
    const uint32_t which_cpus = 1;     /* RISCV_HWPROBE_WHICH_CPUS */

    return !((uint32_t)a[4] & ~which_cpus);
}

static bool always(const uint64_t *a)
{
    (void)a;
    return true;
}

bool target_vdso_answers(uint64_t nr, const uint64_t *a)
{
    static const struct {
        unsigned nr;
        bool (*answers)(const uint64_t *a);
    } rows[] = {
        { 113, has_clock },            /* clock_gettime */
        { 114, has_clock },            /* clock_getres */
        { 168, always },               /* getcpu */
        { 169, always },               /* gettimeofday */
        { 258, has_probe },            /* riscv_hwprobe */
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].nr == nr) {
            return rows[i].answers(a);
        }
    }
    return false;
}
