/*
 * A guest program on disk, as functions and basic blocks.
 *
 * What always holds: functions do not overlap, and together they are all of
 * the program's executable sections.  So one may be what lies between two
 * others, without a name.
 */
#ifndef TOOLS_IR_PROGRAM_H
#define TOOLS_IR_PROGRAM_H

#include "disas/symbols.h"
#include "guest/guest.h"

enum { CODE_CACHE_BYTES = 1 << 16 };

typedef struct Program {
    const Guest *guest;
    ElfFile file;
    Symbols *symbols;
    CodeReader code;     /* opaque is the program: it must not move */
    uint64_t cache_addr; /* of the code read last: */
    size_t cache_bytes;
    uint8_t cache[CODE_CACHE_BYTES];
} Program;

typedef struct Function {
    uint64_t start, end;
} Function;

/* Where basic blocks of a function begin, a byte for each place. */
typedef struct Leaders {
    Function function;
    uint8_t *is_leader;
} Leaders;

/*
 * arch: the guest's name, NULL: as the file says.  False with a message that
 * starts with the path.
 */
bool program_open(Program *, const char *path, const char *arch, char *msg,
                  size_t size);
void program_close(Program *);

/* In the order of their addresses, malloc'ed. */
Function *program_functions(const Program *, size_t *count);
/* The function that has the address; false: no code is there. */
bool program_function_at(const Program *, uint64_t addr, Function *);
/* "0x10430", "main" or "main+0x10"; false: it is none. */
bool program_address(const Program *, const char *text, uint64_t *addr);
/* "main+0x10", or by its section, ".text+0x10".  Returns buf. */
const char *program_name(const Program *, uint64_t addr, char *buf,
                         size_t size);

/* Targets of jumps and branches inside the function; the caller frees. */
Leaders program_leaders(const Program *, Function);
/* Instructions from pc to the next leader or the end, at most max. */
uint32_t program_run(const Program *, const Leaders *, uint64_t pc,
                     uint32_t max);
/* The instruction at pc and its code; length 0: none can be read there. */
uint32_t program_insn(const Program *, uint64_t pc, GuestInsn *);

#endif
