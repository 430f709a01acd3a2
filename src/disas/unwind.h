/*
 * What unwinding has to know of a guest: its registers as call frame
 * information counts them, and how code that has none sets up its frames.
 */
#ifndef DISAS_UNWIND_H
#define DISAS_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNWIND_MAX_REGS = 64 };

/* Registers by DWARF's numbers. */
typedef struct Prologue {
    uint64_t size;  /* of the frame: added to sp by the function's end */
    uint64_t saved; /* registers that are in it, as a mask */
    uint64_t offset[UNWIND_MAX_REGS]; /* from sp, of each */
} Prologue;

typedef struct GuestUnwind {
    unsigned nb_regs;     /* DWARF's numbers are below */
    const uint8_t *debug; /* a debugger's number (GuestDebug) of each; NULL:
                             the same */
    unsigned sp, ra;      /* stack pointer; where a call puts its return
                             address */
    unsigned syscall;     /* holds the number of a system call */
    unsigned call_bytes;  /* of the longest call */
    /*
     * What has been set up after the code, n bytes of it, from a function's
     * start to a pc in it, was executed.
     */
    void (*prologue)(Prologue *, const uint8_t *code, size_t n);
    /* Is the last instruction of the code, n bytes, a call? */
    bool (*is_call)(const uint8_t *code, size_t n);
    /*
     * The bytes of the instruction at pc, of which n bytes and what follows are
     * given: 0 if it is cut.  *function is what it and the next one call, or
     * take the address of; 0: nothing.
     */
    unsigned (*used)(const uint8_t *code, size_t n, uint64_t pc,
                     uint64_t *function);
} GuestUnwind;

#endif
