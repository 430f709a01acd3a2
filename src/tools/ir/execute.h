/*
 * Running compiled blocks of a guest program: from one to the next, as they are
 * linked, until control leaves them.
 */
#ifndef TOOLS_IR_EXECUTE_H
#define TOOLS_IR_EXECUTE_H

#include <stdio.h>
#include "tools/ir/compile.h"
#include "tools/ir/program.h"

typedef struct Machine Machine;

/*
 * A cpu for blocks that the compiler makes.  image: the program whose data the
 * blocks find in memory, with a stack; NULL: they find 64 KiB of zeros at
 * 0x10000.  Memory of an image that is not bound to its addresses is reached
 * through the guest base (BackendConfig.guest_base).  NULL with a message.
 */
Machine *machine_new(const Compiler *, const Guest *, const Program *image,
                     char *msg, size_t size);
void machine_free(Machine *);
/* Must guest memory be addressed through the guest base? */
bool machine_needs_base(const Program *image);

/* A compiled block, at pc; of two at one pc, the first counts. */
void machine_add(Machine *, uint64_t pc, const CompiledBlock *);
/* Links all that has been added. */
void machine_link(Machine *);

/*
 * Runs from the block at pc with these globals (NAME=VALUE, NULL-terminated)
 * and writes how control left, and the globals.  With an image, the stack
 * pointer is set, and what points to its data.  False with a message.  If the
 * code faults, the program ends with a line that says where.
 */
bool machine_run(Machine *, const IR *, uint64_t pc, char **settings, FILE *f,
                 char *msg, size_t size);

#endif
