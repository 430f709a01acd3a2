/* Running a block of IR by the interpreter (tcg-irdump --run). */
#ifndef TOOLS_IR_RUN_H
#define TOOLS_IR_RUN_H

#include <stdio.h>
#include "core/ir.h"

/*
 * Runs it with these globals (NAME=VALUE, NULL-terminated) and 64 KiB of zeros
 * at 0x10000 as guest memory; writes how it was left, and the globals.  False
 * with a message.
 */
bool run_interpreted(const IR *, char **settings, FILE *f, char *msg,
                     size_t size);

#endif
