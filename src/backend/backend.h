/*
 * Backends: allocated registers and host code for IR.
 *
 * What always holds of the code they make:
 * - At every entry and exit of a block, and at every op that may fault, each
 *   global of the convention is in its host register and every other global
 *   in the guest state.
 * - A region, whose IR has inner slots, pins other globals inside
 *   (adapter.h), but is entered and left by the convention all the same.
 * - A block is left by: an exit slot (a patchable jump), the jump cache, the
 *   return stack, or exit_tb.
 * - Code addresses data relative to env only, other code by rel32, and C by
 *   the runtime's table, so a block depends on its distance from the runtime
 *   alone: two of the same IR at the same distance have the same bytes.
 */
#ifndef BACKEND_BACKEND_H
#define BACKEND_BACKEND_H

#include <stdbool.h>
#include <ucontext.h>
#include "backend/codebuf.h"
#include "backend/trace.h"
#include "core/cpu.h"
#include "core/ir.h"
#include "core/target.h"

/* What the code may use; all that the host has by default. */
typedef struct BackendConfig {
    bool plain;         /* only what every host of this kind has */
    uint32_t without;   /* features not to use, bits of the host's own */
    uint32_t force;     /* to be used even if this host has not got them: then
                           the code is to be looked at, not run */
    int max_pinned_int; /* at most so many pinned globals, -1: no limit */
    int max_pinned_fp;
    int max_scratch;           /* stress: allocatable registers a class, -1 */
    uint64_t guest_base;       /* host address = guest address + guest_base */
    bool no_ret_stack;         /* calls and returns as plain jumps */
    bool every_pc;             /* rows for all guest instructions, not only for
                                  those that may need their pc */
    bool count_all;            /* in CPUState.counts */
    bool count_heat;           /* jumps back count in CPUState.heat */
    uint32_t pc_offset;        /* Frontend.pc_offset */
    const char *const *hot;    /* Frontend.hot */
    const BackendTrace *trace; /* NULL: none */
} BackendConfig;

/* A feature of the host that can be used or not; a processor with several. */
typedef struct HostFeature {
    const char *name;
    uint32_t bits;
} HostFeature;

/*
 * Follows the call instruction of a slot's exit stub: what CPUState.exit_site
 * points to.  The TB pointer that exec stored stands 8 bytes before the
 * block's first instruction.
 */
typedef struct __attribute__((packed)) ExitRecord { /* not aligned */
    uint32_t slot;
    uint32_t block_offset; /* this record's address minus the block's */
} ExitRecord;

typedef enum SlotKind { SLOT_JUMP, SLOT_CALL, SLOT_RETURN } SlotKind;

/* An exit slot of a compiled block; offsets from the block's start. */
typedef struct ExitSlot {
    uint64_t guest_pc;
    uint32_t site;       /* the aligned rel32 of the jump, 0: slot unused */
    uint32_t stub;       /* where it jumps while not linked */
    uint32_t inner;      /* nonzero: the code here is that of guest_pc */
    uint32_t count;      /* nonzero: code that counts, then jumps by the */
    uint32_t count_site; /* rel32 here, or to the stub when heat is 0 */
    uint8_t kind;        /* SlotKind */
    uint16_t flags;      /* tb_flags there */
    bool plain; /* leads to a block, never to a region: IR.plain_slot */
} ExitSlot;

/*
 * For backends: may the way by slot k, from the instruction at pc, lead to a
 * region's head?  A call may, and a jump back to another block.
 */
bool slot_is_counted(const IR *ir, unsigned k, SlotKind kind, uint64_t pc,
                     uint64_t target);

/* Host code from host_offset to the next row belongs to guest_pc. */
typedef struct PcRow {
    uint32_t host_offset;
    int32_t guest_offset; /* from the pc of the first insn_start */
    uint32_t side; /* nonzero: a fault of its first op leaves by this code */
} PcRow;

enum {
    COMPILE_MAX_SLOTS = 64,
    COMPILE_MAX_ROWS = 4096,
    COMPILE_MAX_OUTER = 2048,
};

typedef enum CompileStatus {
    COMPILE_OK,
    COMPILE_BUFFER_FULL, /* flush and try again */
    COMPILE_TOO_LARGE,   /* try again with fewer instructions */
    COMPILE_NO_MEMORY,
} CompileStatus;

/* The result of compile(); arrays are the backend context's, until the next. */
typedef struct CompiledBlock {
    uint32_t offset; /* of the first instruction in the CodeBuf */
    uint32_t size;   /* of code, stubs included */
    const ExitSlot *slots;
    uint32_t nb_slots;
    const PcRow *rows;
    uint32_t nb_rows;
    uint32_t leave;    /* nonzero: where leave_from_signal() leaves by */
    uint32_t literals; /* from here on data; size: there is none */
    /*
     * Offsets of the rel32s that lead to the runtime, ascending: the block can
     * be moved by changing them, to another address that is the same modulo
     * MOVE_ALIGN.  More than COMPILE_MAX_OUTER: it cannot be moved.
     */
    const uint32_t *outer;
    uint32_t nb_outer;
} CompiledBlock;

typedef struct BackendContext BackendContext;

/* What enter() returns besides exit_tb's reasons (which are >= 0). */
enum {
    LEFT_BY_SLOT = -1,   /* cpu->exit_site says which slot; not linked */
    LEFT_BY_LOOKUP = -2, /* pc is in the guest state; jump cache missed */
    LEFT_BY_FAULT = -16, /* the reason that leave_from_signal() is given, and
                            that sides leave by */
    LEFT_BY_ALIGN = -3,  /* the instruction at pc, in the guest state, made
                            an access that must be aligned and is not, at
                            cpu->align_addr */
};

/*
 * What runs the code, on a host that it is for; elsewhere all are NULL.  A
 * thread may run code of several contexts, with guest bases of their own.
 */
typedef struct BackendNative {
    /* Runs host code `code` for cpu until it leaves; see LEFT_*. */
    int (*enter)(BackendContext *, CPUState *cpu, const void *code);
    /* Which address of generated code a signal interrupted the cpu at; any
       address outside of the code buffer: none. */
    uintptr_t (*code_pc)(const CPUState *cpu, const ucontext_t *);
    /*
     * The last thing that a signal handler does which interrupted generated
     * code: control then goes on by leaving that, with all state in cpu:
     * enter() then returns `reason`.  leave is the address of the block's own
     * code for that, NULL: it has none.  May not return.
     */
    void (*leave_from_signal)(BackendContext *, CPUState *cpu, ucontext_t *,
                              int reason, const void *leave);
    /* The same, to go on at code with all registers as they are. */
    void (*go_on_at)(CPUState *cpu, ucontext_t *, const void *code);
    /* In a signal handler that interrupted the cpu's code: makes all entries
       of its return stack match nothing. */
    void (*spoil_returns)(CPUState *cpu, const ucontext_t *);
    /*
     * Called in a SIGSEGV handler: if the fault is the return stack running
     * into its guard page, empties it and returns true: just go on.
     */
    bool (*ret_stack_overflow)(CPUState *cpu, ucontext_t *,
                               uintptr_t fault_addr);
} BackendNative;

typedef struct Backend {
    const char *name;
    uint16_t elf_machine; /* EM_* of the host */
    /* Bits for BackendConfig.without and force; NULL-terminated by name. */
    const HostFeature *features, *processors;
    /* One a thread; ir has the frontend's globals and helpers, which are all
       that code calls.  NULL: no memory. */
    BackendContext *(*create)(const BackendConfig *, const IR *ir);
    void (*destroy)(BackendContext *);
    /*
     * Emits the runtime (enter, leave, save and restore stubs) at the start
     * of the buffer.  Once for each buffer, before any compile().
     */
    bool (*emit_runtime)(BackendContext *, CodeBuf *);
    /* Uses the runtime that another context has emitted. */
    void (*share_runtime)(BackendContext *, const BackendContext *from);
    /* What the passes before compile() have to know. */
    HostFacts (*facts)(const BackendContext *);
    /* Allocates and emits the block; the IR has gone through liveness. */
    CompileStatus (*compile)(BackendContext *, IR *, CodeBuf *,
                             CompiledBlock *);
    /*
     * For who shows code. The register of a TraceEvent, as it holds values of
     * the type. The i-th pinned global; false: there is none. What of the
     * runtime stands at the address ("leave", "helper NAME"), in whose code
     * `call exit` is followed by an ExitRecord; NULL: nothing. What code reads
     * and writes by the env register, env_bias is added to: bytes from the
     * guest state's start.
     */
    const char *(*reg_name)(int reg, Type);
    bool (*pinned)(const BackendContext *, unsigned i, TempId *, int *reg);
    const char *(*runtime_name)(const BackendContext *, const void *addr,
                                char *buf, size_t size);
    int32_t env_bias;
    /*
     * What the backend keeps for each cpu: cpu_bytes in front of the CPUState,
     * a multiple of pages.  cpu_init gets it with all memory 0 and sets
     * CPUState.fp (rounding to nearest, no flags) and an empty return stack;
     * false, with errno: not enough memory.  Where in it an offset from the
     * guest's state is: a field's name; spill slots of spill_bytes, one for
     * each TempId, begin at `spill`.
     */
    size_t cpu_bytes;
    bool (*cpu_init)(const BackendContext *, CPUState *);
    const char *(*cpu_field)(int32_t offset);
    int32_t spill;
    uint32_t spill_bytes;
    /* Jumps between blocks, and calls of the runtime, go so far: the code
       buffer is no larger. */
    uint64_t jump_reach;
    /* Points the jump whose site (ExitSlot) is at rw/rx to `target`, at once
       for threads that run it. */
    void (*patch)(uint8_t *rw, const uint8_t *rx, const void *target);
    /* Changes rel32s of CompiledBlock.outer: the code, at `code` to be written,
       is `by` bytes farther from the runtime.  NULL: code cannot be moved. */
    void (*move)(uint8_t *code, const uint32_t *outer, uint32_t n, int64_t by);
    /* What of the host shapes code; moved code is for the same alone. */
    uint64_t (*code_key)(const BackendContext *);
    /* Empties the return stack of a cpu that does not run. */
    void (*forget_returns)(CPUState *cpu);
    const BackendNative *native;
} Backend;

/*
 * A cpu and what belongs to it, in zeroed memory of the caller's that begins
 * with a page, of as many bytes as backend_cpu_bytes() says for a guest state
 * of that size; NULL with errno.
 */
size_t backend_cpu_bytes(const Backend *, size_t state_bytes);
CPUState *backend_cpu_init(const BackendContext *, const Backend *,
                           void *memory);

#define BACKEND(name) extern const Backend name##_backend;
#include "gen/backends.def"
#undef BACKEND

static inline bool backend_is_native(const Backend *b)
{
    return b->native->enter != NULL;
}

/*
 * All that there are, those whose code runs here first and of these what is
 * made for this host; NULL: no more, no such name.
 */
const Backend *backend_at(unsigned i);
const Backend *backend_named(const char *name);

#endif
