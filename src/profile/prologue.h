/*
 * Frames of RISC-V functions without call frame information, which gcc leaves
 * out for most of C: from the code that sets the frame up.
 */
#ifndef PROFILE_PROLOGUE_H
#define PROFILE_PROLOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Prologue {
    uint64_t size;          /* of the frame: added to sp by the function's end */
    uint32_t saved;         /* registers that are in it, as a mask */
    uint64_t offset[32];    /* from sp, of each */
} Prologue;

/*
 * What has been set up after the code, n bytes of it, from a function's start
 * to a pc in it, was executed.
 */
void prologue_read(Prologue *, const uint8_t *code, size_t n);

/*
 * The function that the code at pc, of which n bytes and what follows are
 * given, calls by jal, or by auipc and jalr, with ra, or whose address it takes
 * by auipc and addi; false: it does none of that.
 */
bool prologue_function(const uint8_t *code, size_t n, uint64_t pc,
                       uint64_t *function);

/* Is the last instruction of the code, n bytes, a call that links in ra? */
bool prologue_is_call(const uint8_t *code, size_t n);

#endif
