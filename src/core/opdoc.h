/* The reference of the ops, docs/ir-ops.md, made from opcode.def. */
#ifndef CORE_OPDOC_H
#define CORE_OPDOC_H

#include <stdio.h>

void opcode_doc(FILE *f);

#endif
