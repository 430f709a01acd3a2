/* Private to exec: files for perf, see perf.c and jitdump.c. */
#ifndef EXEC_PERF_H
#define EXEC_PERF_H

#include <stdint.h>

struct Exec;
struct TB;
typedef struct Jitdump Jitdump;

enum { PERF_NAME_BYTES = 256 };

/* Those that ExecConfig asks for; without them all goes on. */
void perf_open(struct Exec *);
/* After fork, before the child runs. */
void perf_open_in_child(struct Exec *);
/* For each new block; by any thread. */
void perf_note(const struct Exec *, const struct TB *);

/* A new file, for this user alone, to read and to append to; -1 with errno. */
int perf_file(const char *path);

/* jitdump-PID.dump in $TMPDIR or /tmp; NULL, and a line says why: none. */
Jitdump *jitdump_new(uint16_t elf_machine);
void jitdump_free(Jitdump *); /* NULL is fine */
void jitdump_add(Jitdump *, const struct TB *, const char *name);

#endif
