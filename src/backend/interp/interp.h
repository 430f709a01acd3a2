/*
 * Private to backend/interp: IR as "host code", run by the reference
 * interpreter.  It is slow, and runs on any host.
 *
 * A block in the code buffer is an InterpBlock and what follows it; a code
 * address is that of an InterpEntry, which says where in its block to go on.
 * A jump that exec may patch is a word that holds such an address.
 */
#ifndef BACKEND_INTERP_INTERP_H
#define BACKEND_INTERP_INTERP_H

#include <setjmp.h>
#include "backend/backend.h"
#include "core/interp.h"

enum { INTERP_CPU_ALIGN = 65536, INTERP_MAX_TEMPS = IR_MAX_TEMPS };

typedef enum EntryKind {
    ENTRY_OP,    /* go on at the op */
    ENTRY_STUB,  /* leave by the slot, whose ExitRecord follows */
    ENTRY_COUNT, /* count a jump by the slot, which may lead on */
} EntryKind;

typedef struct InterpEntry {
    uint32_t kind;         /* EntryKind */
    uint32_t index;        /* of the op, or the slot */
    uint32_t block_offset; /* this entry's address minus the block's */
} InterpEntry;

/* What the block has for each exit slot; written by exec through patch(). */
typedef struct InterpSlot {
    const InterpEntry *_Atomic target;  /* ExitSlot.site */
    const InterpEntry *_Atomic counted; /* ExitSlot.count_site */
    uint64_t guest_pc;
    InterpEntry stub;
    ExitRecord record;
    InterpEntry count, inner;
} InterpSlot;

typedef struct InterpBlock {
    InterpEntry entry;
    IR ir;                    /* its arrays are in the block, too */
    const uint32_t *label_op; /* by LabelId */
    InterpSlot slot[];        /* by number */
} InterpBlock;

/* What is kept for each cpu, in front of its CPUState. */
typedef struct InterpState {
    _Alignas(
        INTERP_CPU_ALIGN) uint8_t temps[INTERP_MAX_TEMPS * INTERP_TEMP_BYTES];
    InterpEnv env; /* env.fp is the guest's FP environment */
    uint64_t guest_base;
    uint32_t pc_offset;
    bool running; /* block and env.op say where */
    const InterpBlock *block;
    /* Where leave_from_signal() and go_on_at() bring control to. */
    sigjmp_buf *landing;
    const InterpEntry *go_on; /* NULL: leave for the reason */
    int reason;
} InterpState;

static inline InterpState *interp_state(const CPUState *cpu)
{
    return (InterpState *)(uintptr_t)cpu - 1;
}

struct BackendContext {
    BackendConfig cfg;
    ExitSlot slots[COMPILE_MAX_SLOTS];
    PcRow rows[COMPILE_MAX_ROWS];
};

static inline const InterpBlock *entry_block(const InterpEntry *e)
{
    return (const InterpBlock *)((const uint8_t *)e - e->block_offset);
}

/* build.c */
CompileStatus interp_compile(BackendContext *, IR *, CodeBuf *,
                             CompiledBlock *);
/* The offset of an op in its block: what pc rows and code_pc() count in. */
uint32_t interp_op_offset(const InterpBlock *, uint32_t op);

/* run.c: Backend.enter. */
int interp_enter(BackendContext *, CPUState *, const void *code);

#endif
