/* A guest instruction, disassembled: what all guests' disassemblers give. */
#ifndef DISAS_INSN_H
#define DISAS_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INSN_TEXT_BYTES = 64, GUEST_INSN_BYTES = 16 /* of any guest */ };

typedef struct GuestInsn {
    unsigned length;     /* in bytes; 0, and nothing else: too few were given */
    const char *pattern; /* that matched, by its name in the .decode files;
                            "illegal": a reserved code; NULL: none */
    bool has_target;     /* a jump or branch to a known address: */
    uint64_t target;
    char text[INSN_TEXT_BYTES]; /* "mnemonic\toperands" */
} GuestInsn;

/*
 * Disassembles the instruction at pc, whose bytes start at code.  With aliases,
 * the text is as the guest's own tools print it by default.
 */
typedef void GuestDisas(const uint8_t *code, size_t bytes, uint64_t pc,
                        bool aliases, GuestInsn *);

#endif
