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
    /*
     * The access of an atomic op, whole for other threads: if the bytes at addr
     * are those of *old, they become those of *value; else *old is set to what
     * they are.  False for a fault.  NULL: a load and a store.
     */
    bool (*exchange)(void *opaque, uint64_t addr, uint64_t *old, uint64_t value,
                     unsigned bytes);
    /* Is the slot linked?  Then a goto_tb ends the run; NULL: none is. */
    bool (*linked)(void *opaque, uint64_t slot);
    void *opaque;
    uint64_t max_ops; /* 0: no limit */
    SoftFloatEnv fp;  /* the FP environment, before and after */

    /* Results. */
    uint64_t reason, slot, target, ret_slot, ret_pc;
    uint32_t flags;   /* tb_flags at target */
    uint64_t insn_pc; /* address of the last insn_start */
    uint64_t fault_addr;
    uint64_t fault_pc;    /* the insn_pc of the op that faulted */
    bool fault_align;     /* it was misaligned, not unmapped */
    volatile uint32_t op; /* the index of the op in hand, for handlers */
    uint64_t nb_executed;
} InterpEnv;

/* Runs verified IR from its first op. */
InterpExit interp_run(const IR *ir, InterpEnv *env);

/*
 * The same for who runs it often, and may never come back from a callback:
 * from op `first` on, with values of temps in room for ir->nb_temps of them
 * (INTERP_TEMP_BYTES each) and the ops of labels that interp_labels() has
 * found.
 */
enum { INTERP_TEMP_BYTES = 32 };
void interp_labels(const IR *ir, uint32_t label_op[]);
InterpExit interp_run_at(const IR *ir, InterpEnv *env, uint32_t first,
                         void *temps, const uint32_t label_op[]);

#endif
