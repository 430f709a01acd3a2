/*
 * CPUState: what generated code and those around it need beside the guest's
 * registers, and where the guest's registers are.
 *
 * One per guest thread.  Only that thread touches it, but for exit_request.
 * It stands in memory between what the backend keeps for itself, in front of
 * it (Backend.cpu_bytes), and the guest's state, as large as the frontend says
 * (Frontend.state_bytes).  All offsets of IR globals, and of ld/st with base
 * env, count from `guest`.
 */
#ifndef CORE_CPU_H
#define CORE_CPU_H

#include <stdint.h>

enum {
    JUMP_CACHE_BITS = 12,
    JUMP_CACHE_SIZE = 1 << JUMP_CACHE_BITS,
    HEAT_BITS = 10,
    HEAT_SIZE = 1 << HEAT_BITS,
};

/*
 * Direct-mapped cache from guest pc and tb_flags to host code.  The flags are
 * in the place and in the key: two pairs that have the same place and the same
 * key are the same, whatever the bits of an address that a guest jumps to.
 * For flags of 0, the key is the pc.  Bit 0 of a pc is not in the place, for
 * most guests have none: where instructions stand at any address, two
 * neighbours have the same place and keys of their own.
 */
typedef struct JumpCacheEntry {
    uint64_t key; /* jump_cache_key(), or jump_cache_no_key() */
    const void *code;
} JumpCacheEntry;

enum {
    TB_FLAG_BITS = JUMP_CACHE_BITS - 1, /* of Frontend.tb_flags() */
    TB_FLAG_KEY_SHIFT = 48,
};

enum { MAX_HELPERS = 128 }; /* of a frontend, with a count of their own */

/* What generated code counts, with BackendConfig.count_all. */
typedef struct CodeCounts {
    uint64_t lookups;             /* in the jump cache */
    uint64_t returns;             /* by the return stack */
    uint64_t returns_skipped;     /* entries that a return did not match, */
    uint64_t returns_lost;        /* and returns that matched none */
    uint64_t helper[MAX_HELPERS]; /* calls, by place in IR.helpers */
} CodeCounts;

typedef struct CPUState CPUState;

/* An FP environment: its mode, FP_ROUND_* but AWAY and FP_FLUSH_*, and sticky
   FP_FLAG_*. */
typedef struct FpEnv {
    uint8_t mode, flags;
} FpEnv;

/* The guest's FP environment, which the backend keeps as its host does. */
typedef struct FpEnvOps {
    /* While the guest does not run, or between pause and resume. */
    FpEnv (*get)(const CPUState *);
    void (*set)(CPUState *, FpEnv);
    /* For C code that generated code calls: FP_FLAG_* become sticky. */
    void (*raise)(CPUState *, uint32_t flags);
    /* Around such code if it wants the emulator's own environment. */
    void (*pause)(CPUState *);
    void (*resume)(CPUState *);
} FpEnvOps;

struct CPUState {
    JumpCacheEntry jump_cache[JUMP_CACHE_SIZE];
    int32_t heat[HEAT_SIZE]; /* jumps back still to come, see heat_slot() */
    uint64_t exit_site;      /* host address of the ExitRecord of the slot
                                by which code was left (backend.h) */
    CodeCounts counts;
    uint64_t align_addr;   /* address of a misaligned access (backend.h) */
    uint64_t watch_addr;   /* of the access that EXIT_WATCH is about */
    uint64_t watch_access; /* and its kind; exec/watch.c */
    uint32_t exit_request; /* set by signal handlers: leave soon */
    const FpEnvOps *fp;
    void *exec;       /* the Exec that runs this cpu (exec/exec.h) */
    void *user;       /* whose cpu it is; exec does not look at it */
    void *plugin;     /* the plugins' thread (plugin/plugin.h) */
    void *instrument; /* bytes behind the guest's state (exec.h) */
    _Alignas(64) uint8_t guest[];
};

static inline uint32_t jump_cache_slot(uint64_t pc, uint32_t flags)
{
    return ((pc >> 1) ^ flags) & (JUMP_CACHE_SIZE - 1);
}

/*
 * A key that no pair at this place has: those that have it are half the cache
 * away, or nearer by their flags, but not here.
 */
static inline uint64_t jump_cache_no_key(uint32_t slot)
{
    return (uint64_t)(slot ^ JUMP_CACHE_SIZE / 2) << 1;
}

/* 0 in memory that is all 0 is the key of no pair but those at these places. */
static inline void jump_cache_init(CPUState *cpu, uint32_t nb_flags)
{
    for (uint32_t flags = 0; flags < nb_flags; flags++) {
        cpu->jump_cache[flags].key = jump_cache_no_key(flags);
    }
}

static inline uint64_t jump_cache_key(uint64_t pc, uint32_t flags)
{
    return pc ^ (uint64_t)flags << TB_FLAG_KEY_SHIFT;
}

/* Which counter a jump back to pc counts down. */
static inline uint32_t heat_slot(uint64_t pc)
{
    return (pc >> 1) & (HEAT_SIZE - 1);
}

/* The CPUState whose guest state is at env. */
static inline CPUState *cpu_of_env(void *env)
{
    return (CPUState *)((char *)env - __builtin_offsetof(CPUState, guest));
}

#endif
