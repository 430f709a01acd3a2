/*
 * What the allocator did, step by step, for tools that show it.
 *
 * BackendConfig.trace is NULL otherwise; then nothing is noted, and the code
 * made is the same in any case.
 */
#ifndef BACKEND_TRACE_H
#define BACKEND_TRACE_H

#include "core/ir.h"

typedef enum TraceKind {
    TRACE_OP,          /* op begins */
    TRACE_LOAD,        /* temp: memory at disp -> reg */
    TRACE_STORE,       /* temp: reg -> memory at disp */
    TRACE_CONST,       /* temp: its value, or env's address -> reg */
    TRACE_STORE_CONST, /* temp: its value -> memory at disp */
    TRACE_MOVE,        /* temp: from -> reg */
    TRACE_EXCHANGE,    /* reg and from, what they hold */
    TRACE_OCCUPY,      /* temp lives in reg from here on */
    TRACE_FREE,        /* temp leaves reg */
    TRACE_IN_REG,      /* argument arg of the op: in reg, */
    TRACE_IN_MEMORY,   /* in memory at disp, */
    TRACE_IN_CODE,     /* or part of the instruction: a constant, env */
    TRACE_END, /* all ops are done: slow paths, stubs, literals follow */
} TraceKind;

/* Why a value is moved, loaded or stored: TRACE_REASON(name, text). */
#define TRACE_REASONS(TRACE_REASON)                                            \
    TRACE_REASON(NONE, "")                                                     \
    TRACE_REASON(INPUT, "the op reads it in a register")                       \
    TRACE_REASON(COPY, "the op destroys the register of this input")           \
    TRACE_REASON(OPERAND, "no register is left: the op reads memory")          \
    TRACE_REASON(EVICT, "its register is needed for another")                  \
    TRACE_REASON(DISPLACE, "this very register is needed for another")         \
    TRACE_REASON(SYNC, "the guest's state must be exact")                      \
    TRACE_REASON(ASSIGN, "the op is this move")                                \
    TRACE_REASON(HOME, "its pinned register")                                  \
    TRACE_REASON(LASTS, "it is read again in another block")                   \
    TRACE_REASON(BRANCH, "control may go elsewhere")                           \
    TRACE_REASON(ARGUMENT, "argument of the helper")                           \
    TRACE_REASON(SURVIVES, "the helper may change its register")               \
    TRACE_REASON(REGION, "in and out of the region pin other globals")

typedef enum TraceReason {
#define TRACE_REASON(name, text) TRACE_##name##_REASON,
    TRACE_REASONS(TRACE_REASON)
#undef TRACE_REASON
} TraceReason;

typedef struct TraceEvent {
    TraceKind kind;
    TraceReason why;
    uint32_t op;     /* in hand: its index in IR.ops */
    uint32_t offset; /* bytes of host code so far */
    TempId temp;
    int8_t reg, from; /* by Backend.reg_name(); -1: none */
    uint8_t arg;
    int32_t disp; /* from env: a home, or a spill slot */
} TraceEvent;

typedef struct BackendTrace {
    void (*event)(void *opaque, const TraceEvent *);
    void *opaque;
} BackendTrace;

#endif
