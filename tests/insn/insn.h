/*
 * One instruction at a time, over products of edge values. A Row is an
 * instruction in one choice of registers (a form); the sets say which values
 * its operands take. main.c runs the rows and prints one hash for each, so
 * that two machines can be compared line by line.
 */
#ifndef INSN_H
#define INSN_H

#include <stddef.h>
#include <stdint.h>

/* Puts the accrued exceptions into *flags where the instruction is FP. */
typedef uint64_t InsnFn(uint64_t a, uint64_t b, uint64_t c, uint64_t *flags);

typedef enum { SET_NONE, SET_INT, SET_F64, SET_F32, SET_FEW64, SET_FEW32,
               SET_OFFSET, SET_LOOP, SET_COUNT } SetKind;

/* frm while the row runs: one value that must not matter, or all in turn. */
typedef enum { FRM_ANY, FRM_ALL } FrmUse;

typedef struct {
    const char *insn, *form;
    InsnFn *run;
    SetKind sets[3];
    FrmUse frm;
} Row;

typedef struct {
    const Row *rows;
    size_t count;
} RowTable;

extern const RowTable integer_rows, memory_rows, fp_rows, control_rows,
                      loop_rows;

/* How many words that are no RV64GC instruction run all the same. */
int check_illegal(void);

#endif
