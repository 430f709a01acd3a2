/*
 * Frontends: guest code in, IR out.
 *
 * A frontend knows its guest's instructions and state, and the IR; it knows
 * nothing of hosts, caches of blocks or operating systems.
 */
#ifndef FRONTEND_FRONTEND_H
#define FRONTEND_FRONTEND_H

#include <stdio.h>
#include "core/cpu.h"
#include "core/ir.h"
#include "core/target.h"

/*
 * Where guest code is read from.  read copies the code at guest address addr,
 * up to n bytes, and returns how many they are: at least 1, or 0 if there is
 * nothing executable at addr.  A copy, because other threads may change the
 * code and even unmap it meanwhile.
 */
typedef struct CodeReader {
    size_t (*read)(void *opaque, uint64_t addr, void *buf, size_t n);
    void *opaque;
} CodeReader;

enum { INSN_MAX_BYTES = 16 }; /* of an instruction of any guest */

/* An instruction of the guest in the IR of a translation. */
typedef struct InsnNote {
    uint64_t pc;
    uint32_t op; /* its insn_start; it ends where the next one's is */
    uint8_t bytes;
    bool first; /* control enters here: of a block, or of a region's */
    uint8_t code[INSN_MAX_BYTES]; /* bytes of it */
} InsnNote;

/*
 * Where a block begins: guest code at pc is translated for a cpu of which
 * Frontend.tb_flags() says flags.
 */
typedef struct BlockAt {
    uint64_t pc;
    uint32_t flags;
} BlockAt;

typedef struct BlockRequest {
    uint64_t pc;
    uint32_t flags;
    uint32_t max_insns; /* at least 1 */
    CodeReader code;
    /*
     * For a region: its blocks in the order to lay them out, its own among
     * them. Each ends where the next one in memory begins, if not before. One
     * may come several times: a jump to it goes to the next copy, behind the
     * last one to the first.
     */
    const BlockAt *blocks;
    uint32_t nb_blocks; /* 0: just the block at pc */
    bool guards;        /* a region may turn away what does not suit it */
    /*
     * Breakpoints, ascending: a block ends before one, and a block at one
     * leaves by EXIT_STOP at once, whatever stands there; no region has one
     * of them as a block's pc.
     */
    const uint64_t *stops;
    uint32_t nb_stops;
    InsnNote *notes; /* room for max_insns, in their order; NULL: none */
} BlockRequest;

typedef struct BlockInfo {
    uint32_t nb_insns; /* 0: no code could be fetched at fault_addr */
    uint64_t start;    /* pc; of a region, its lowest address */
    uint32_t nb_bytes; /* of guest code: [start, start + nb_bytes) */
    uint32_t nb_slots; /* exit slots used: 0 .. nb_slots-1 */
    uint64_t fault_addr;
} BlockInfo;

/* Constants of exit_tb: why a block leaves to the run loop. */
enum {
    EXIT_SYSCALL = 1,  /* pc is after the instruction */
    EXIT_BREAK,        /* pc is at the instruction */
    EXIT_ILLEGAL,      /* pc is at the instruction */
    EXIT_MISALIGNED,   /* pc is where no instruction may begin */
    EXIT_CODE_CHANGED, /* see which code has changed, go on at pc */
    EXIT_STOP,         /* pc is at the breakpoint */
    EXIT_WATCH,        /* pc is at the instruction; see CPUState.watch_addr */
};

enum {
    MAX_SLOTS = IR_MAX_SLOTS, /* exit slots of one block at most */
    MAX_REGION_BLOCKS = 40,
    MAX_REGION_PARTS = 100, /* those that come several times counted so */
};

/* What one instruction needs at most of each in the IR, with what ends it. */
typedef struct InsnLimits {
    uint16_t ops, temps, labels, slots;
} InsnLimits;

/*
 * What a debugger sees of the registers.  They have numbers from 0 on, in the
 * order of the description, and at most DEBUG_REG_MAX bytes each.
 */
enum { DEBUG_REG_MAX = 64 };

typedef struct GuestDebug {
    uint32_t nb_regs;
    uint32_t pc_reg, sp_reg; /* numbers */
    uint32_t syscall_bytes;  /* of the instruction that makes one */
    /* GDB's target description, XML. */
    void (*describe)(FILE *);
    uint32_t (*size)(uint32_t reg);
    /*
     * Of size(reg) bytes, lowest first; pc and sp have 8.  The guest does not
     * run.  A write of what is read-only does nothing.
     */
    void (*read)(const CPUState *, uint32_t reg, void *value);
    void (*write)(CPUState *, uint32_t reg, const void *value);
} GuestDebug;

/* The low 8 bytes. */
static inline uint64_t debug_read_number(const GuestDebug *debug,
                                         const CPUState *cpu, uint32_t reg)
{
    uint64_t value[DEBUG_REG_MAX / sizeof(uint64_t)] = {0};
    debug->read(cpu, reg, value);
    return value[0];
}

/*
 * The processors that a guest may have.  What sets them apart are features,
 * bits that the frontend gives a meaning; never 0.
 */
typedef struct CpuModels {
    uint64_t features; /* of the default */
    /* "NAME,FEATURE=on|off,..."; false with one line, without its end. */
    bool (*parse)(const char *text, uint64_t *features, char *msg, size_t size);
    /* Names and features as lines of text. */
    void (*help)(FILE *);
} CpuModels;

/* Of a user's addresses: where programs expect theirs, and what there is. */
typedef struct AddressBits {
    uint8_t usual, most;
} AddressBits;

typedef struct Frontend {
    const char *name;
    uint32_t state_bytes; /* of the guest state, CPUState.guest */
    uint32_t pc_offset;   /* of the 64-bit pc in it */
    uint32_t insn_bytes;  /* of the longest instruction, at most
                             INSN_MAX_BYTES */
    uint32_t insn_align;  /* its address is a multiple of this: 1, 2, 4 */
    uint32_t page_bits;   /* of the guest's pages; exec's, of 4 KiB, are
                             parts of them */
    InsnLimits insn_limits;
    uint64_t pc_mask; /* bits of an indirect jump's address that
                         count; the run loop clears the others */
    MemoryModel memory_model;
    /* Globals by name, those first that deserve a host register most;
       integer and FP ones may be mixed.  NULL-terminated. */
    const char *const *hot;
    const Helper *const *helpers; /* NULL-terminated */
    const CpuModels *models;
    /* Of a processor with these features. */
    AddressBits (*address_bits)(uint64_t features);
    /*
     * Sets helpers, state_bytes, FP policies and globals of a new IR (a block
     * follows the first policy unless it sets IR.fp); what it returns goes
     * to translate. Instructions that the features lack are illegal.
     * NULL: no memory.
     */
    void *(*create)(IR *ir, uint64_t features);
    void (*destroy)(void *translator);
    /* Fills the IR (which is reset) with one block or region. */
    void (*translate)(void *translator, const BlockRequest *, BlockInfo *);
    /*
     * The state of translation: what of the guest's state code is translated
     * for, below nb_tb_flags; 0 where control mostly calls and returns.
     */
    uint32_t (*tb_flags)(const CPUState *cpu);
    uint32_t nb_tb_flags; /* at most 1 << TB_FLAG_BITS */
    /* The registers as a thread finds them that no other has made. */
    void (*reset)(CPUState *);
    /* The guest's registers as lines of text, with or without the FP ones. */
    void (*show_state)(FILE *, const CPUState *, bool fp);
    const GuestDebug *debug;
} Frontend;

#endif
