/*
 * Encoder against binutils: every row is one instruction, as our bytes and as
 * text for GNU as. Both sides pad a row to 16 bytes, so that row n is at 16*n.
 */
#ifndef TESTS_ASM_ROWS_H
#define TESTS_ASM_ROWS_H

#include "backend/x86_64/asm.h"
#include "backend/x86_64/asm_int.h"

#include <stdio.h>

enum { ROW_BYTES = 16, PADDING = 0x06 };

typedef struct Rows {
    Asm a; /* the row being written */
    uint8_t buf[64];
    FILE *text, *bytes;
    unsigned next;     /* counts up, to vary operands from row to row */
    char ring[16][64]; /* operands' text, reused after 16 */
    unsigned next_text;
} Rows;

/* Operand text, in the ring; size is log2 of bytes. */
const char *gpr_name(Rows *r, int size, int reg);
const char *vec_name(Rows *r, unsigned bytes, int reg);
const char *k_name(Rows *r, int reg);

/* bytes: the operand's size, 0 to leave it out. */
const char *mem_text(Rows *r, Mem m, unsigned bytes);

/* A general register or memory. */
const char *gpr_rm_text(Rows *r, Mem m, int size);

/* Ends the row: what has been emitted must be this text's encoding. */
void row(Rows *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Memory operands of every form; mems_get(n) for any n, modulo their count. */
extern const unsigned mems_count;
Mem mems_get(Rows *r, unsigned n);
Mem mems_based(Rows *r, unsigned n); /* the same without absolute ones */

void gpr_rows(Rows *r);
void gpr_def_rows(Rows *r);
void vec_rows(Rows *r);

#endif
