/*
 * Files of IR, text (core/dump.h) or binary (core/serialize.h): one block, or
 * those of a whole program.
 */
#ifndef CORE_IRFILE_H
#define CORE_IRFILE_H

#include "core/serialize.h"

typedef struct IRFile IRFile;

/*
 * Reads the whole file, "-": the standard input.  NULL with a message; each
 * message here starts with the file's name.
 */
IRFile *ir_file_open(const char *path, char *msg, size_t size);
void ir_file_close(IRFile *);

/* The guest's name, "" if it has none: its globals had best be ir's. */
const char *ir_file_guest(const IRFile *);

/*
 * Resets ir and fills it with the next block: 1; 0: there is no more; -1 with a
 * message.  ir is the same each time, with the helpers that calls may name.
 * What head->name points to stays good until the next.  Text that has no line
 * `block` is one block, of nothing known.
 */
int ir_file_next(IRFile *, IR *ir, IRHead *head, char *msg, size_t size);

#endif
