/*
 * The reference interpreter: executes every op as opcode.def describes it.
 * It is the oracle for the optimiser and the backends, so it is plain, not
 * fast.
 *
 * Results that opcode.def leaves unspecified are fixed here: a quotient by
 * zero is all ones and the remainder the (low) dividend, one that overflows
 * is cut to its low bits, and shift counts are taken modulo the width.
 * An FP op that yields a NaN yields the canonical one.
 */
#ifndef CORE_INTERP_H
#define CORE_INTERP_H

#include <stdbool.h>
#include <stdint.h>
#include "core/ir.h"
#include "core/softfp.h"

/* How a run ended, and which results are then set. */
typedef enum InterpExit {
    INTERP_EXIT_TB,  /* reason */
    INTERP_GOTO_TB,  /* slot, target */
    INTERP_GOTO_PTR, /* target */
    INTERP_CALL_TB,  /* slot, target, ret_slot, ret_pc */
    INTERP_CALL_PTR, /* target, ret_slot, ret_pc */
    INTERP_RET_PTR,  /* target */
    INTERP_FAULT,    /* fault_addr, fault_align */
    INTERP_END,      /* the last op fell through */
    INTERP_LIMIT,    /* max_ops were executed */
} InterpExit;

typedef struct InterpEnv {
    /* Set by the caller. */
    uint8_t *state; /* guest state: globals at their offsets; value of env */
    /*
     * Guest memory: move bytes to or from buf as they lie in memory; false
     * for a fault.  NULL faults always.
     */
    bool (*load)(void *opaque, uint64_t addr, void *buf, unsigned bytes);
    bool (*store)(void *opaque, uint64_t addr, const void *buf, unsigned bytes);
    void (*plugin)(void *opaque, uint64_t call, uint64_t addr,
                   uint64_t value); /* may be NULL */
    void *opaque;
    uint64_t max_ops; /* 0: no limit */
    SoftFloatEnv fp;  /* the FP environment, before and after */

    /* Results. */
    uint64_t reason, slot, target, ret_slot, ret_pc;
    uint32_t flags;   /* tb_flags at target */
    uint64_t insn_pc; /* address of the last insn_start */
    uint64_t fault_addr;
    bool fault_align; /* it was misaligned, not unmapped */
    uint64_t nb_executed;
} InterpEnv;

/* Runs verified IR from its first op. */
InterpExit interp_run(const IR *ir, InterpEnv *env);

#endif
