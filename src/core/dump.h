/*
 * The text form of the IR, one line for each global and op:
 *
 *     global i64 a0 @80          type, name, offset; only globals in use
 *     add.i64 a0, a1, $0x10      constants by $, typed by their place
 *     vadd.v128.e32 t9, t8, t8   vector ops name the element's width
 *     fcmp.f64 t12:i32, t10, t11, lt
 *     guest_ld.i64 t7, a0, -8, s32+align
 *     call.i64 t5, sqrt64, t4    outputs, helper, inputs
 *     brcond.i64 a0, $0x0, eq, L3
 *
 * A region, and of each inner slot and of the plain one what it leads to:
 *
 *     region loop                loop: one with a jump back inside
 *     inner 3, L5
 *     plain 0, 0x10430
 *
 * A file of several blocks (core/irfile.h) may name the guest, whose globals
 * are known then, and begins each block by its address, bytes of guest code
 * and name:
 *
 *     guest NAME
 *     block 0x10430 12 main+0x10
 *
 * t12 is an EBB temp, T13 a TB temp; the number is its TempId.  A temp or
 * constant carries its type where the op does not imply it.  `#` starts a
 * comment.  parse(dump(ir)) dumps the same text again.
 */
#ifndef CORE_DUMP_H
#define CORE_DUMP_H

#include <stdio.h>
#include "core/ir.h"

/* The globals, then region and slots, then the ops but nop. */
void ir_dump(FILE *f, const IR *ir);
void ir_dump_region(FILE *f, const IR *ir);
void ir_dump_op(FILE *f, const IR *ir, const Op *op);
/* Name of temp t as the text form has it, e.g. "t12" or "$0x5". */
void ir_dump_temp(FILE *f, const IR *ir, TempId t);

#endif
