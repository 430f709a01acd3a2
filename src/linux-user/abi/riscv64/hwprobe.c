/*
 * riscv_hwprobe: what the processor can do (Linux,
 * Documentation/arch/riscv/hwprobe.rst).  All processors are alike.
 */
#include "linux-user/abi/riscv64/abi.h"

#include <errno.h>
#include <string.h>
#include "frontend/riscv/isa.h"

enum {
    HWPROBE_WHICH_CPUS = 1,

    KEY_BASE_BEHAVIOR = 3,
    KEY_IMA_EXT_0 = 4,
    KEY_CPUPERF_0 = 5,
    KEY_HIGHEST_VIRT_ADDRESS = 7,
    KEY_TIME_CSR_FREQ = 8,
    KEY_MISALIGNED_SCALAR_PERF = 9,
    KEY_MISALIGNED_VECTOR_PERF = 10,

    BASE_BEHAVIOR_IMA = 1 << 0,
    IMA_FD = 1 << 0,
    IMA_C = 1 << 1,
    MISALIGNED_FAST = 3,
    MISALIGNED_VECTOR_UNSUPPORTED = 4,
    TIME_FREQ = 10000000, /* frontend/riscv: the time CSR, in Hz */
};

typedef struct Pair {
    int64_t key;
    uint64_t value;
} Pair;

static bool probe_constant(int64_t key, uint64_t *value)
{
    static const struct {
        int key;
        uint64_t value;
    } known[] = {
        {0, 0},
        {1, 0},
        {2, 0},
        {KEY_CPUPERF_0, MISALIGNED_FAST},
        {6, 0}, /* Zicboz block size */
        {KEY_TIME_CSR_FREQ, TIME_FREQ},
        {KEY_MISALIGNED_SCALAR_PERF, MISALIGNED_FAST},
        {KEY_MISALIGNED_VECTOR_PERF, MISALIGNED_VECTOR_UNSUPPORTED},
        {11, 0}, /* vendor extensions: T-Head */
        {12, 0}, /* Zicbom block size */
        {13, 0}, /* vendor extensions: SiFive */
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].key == key) {
            *value = known[i].value;
            return true;
        }
    }
    return false;
}

/* The behaviour is that of I, M and A together, or none that has a name. */
static uint64_t base_behavior(uint64_t features)
{
    const uint64_t ima = RV_i | RV_m | RV_a;

    return (features & ima) == ima ? BASE_BEHAVIOR_IMA : 0;
}

static uint64_t extensions(uint64_t features)
{
    return (features & RV_d ? IMA_FD : 0) | (features & RV_c ? IMA_C : 0);
}

/* False if the key is unknown.  Keys 0 to 2 are ids of the machine: 0. */
static bool probe(Task *t, int64_t key, uint64_t *value)
{
    uint64_t features = t->proc->options->exec.features;

    switch (key) {
    case KEY_BASE_BEHAVIOR: *value = base_behavior(features); return true;
    case KEY_IMA_EXT_0: *value = extensions(features); return true;
    case KEY_HIGHEST_VIRT_ADDRESS:
        *value = task_mm(t)->space.end - 1;
        return true;
    default: return probe_constant(key, value);
    }
}

static long probe_pairs(Task *t, const uint64_t *a)
{
    for (uint64_t i = 0; i < a[1]; i++) {
        uint64_t addr = a[0] + i * sizeof(Pair);
        Pair p;

        if (!mm_read(task_mm(t), &p, addr, sizeof(p))) {
            return -EFAULT;
        }
        if (!probe(t, p.key, &p.value)) {
            p.key = -1;
            p.value = 0;
        }
        if (!mm_write(task_mm(t), addr, &p, sizeof(p))) {
            return -EFAULT;
        }
    }
    return 0;
}

/* The processors of the given set that have the given values: all or none. */
static long which_cpus(Task *t, const uint64_t *a)
{
    bool match = true;

    for (uint64_t i = 0; i < a[1]; i++) {
        uint64_t value;
        Pair p;

        if (!mm_read(task_mm(t), &p, a[0] + i * sizeof(p), sizeof(p))) {
            return -EFAULT;
        }
        match = match && probe(t, p.key, &value) && value == p.value;
    }
    if (!match && !mm_zero(task_mm(t), a[3], a[2])) {
        return -EFAULT;
    }
    return 0;
}

long sys_riscv_hwprobe(Task *t, const uint64_t *a)
{
    if (a[1] > SPACE_MAX / sizeof(Pair)) {
        return -EFAULT;
    }
    switch (a[4]) {
    case 0: return probe_pairs(t, a);
    case HWPROBE_WHICH_CPUS: return a[2] && a[3] ? which_cpus(t, a) : -EINVAL;
    default: return -EINVAL;
    }
}
