/*
 * What perf is told of the code: a line for each block in /tmp/perf-PID.map
 * (TCG_SETTINGS=perfmap), which perf report reads, and a record in a jitdump
 * file (TCG_SETTINGS=jitdump; jitdump.c).
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "disas/symbol_map.h"
#include "exec/internal.h"
#include "exec/perf.h"
#include "util/fd.h"

/* What another left by that name is removed, never written to. */
int perf_file(const char *path)
{
    unlink(path);
    return fd_out_of_reach(open(
        path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND | O_CLOEXEC,
        0600));
}

static int open_map(void)
{
    char path[64];
    snprintf(path, sizeof(path), "/tmp/perf-%d.map", getpid());
    return perf_file(path);
}

void perf_open(Exec *e)
{
    e->perf_map = e->cfg.perf_map ? open_map() : -1;
    e->jitdump =
        e->cfg.jitdump ? jitdump_new(e->cfg.backend->elf_machine) : NULL;
}

/* "memcpy+0x10[guest_2536e]", "memcpy[region_2535e]"; "guest_1234". */
static void name_block(const Exec *e, const TB *tb, char name[PERF_NAME_BYTES])
{
    char symbol[PERF_NAME_BYTES - 32];
    symbol_map_text(e->symbols, tb->pc, symbol, sizeof(symbol));
    snprintf(name, PERF_NAME_BYTES, symbol[0] ? "%s[%s_%lx]" : "%s%s_%lx",
             symbol, tb->is_region ? "region" : "guest", tb->pc);
}

void perf_note(const Exec *e, const TB *tb)
{
    char name[PERF_NAME_BYTES];
    if (e->perf_map < 0 && !e->jitdump) {
        return;
    }
    name_block(e, tb, name);
    if (e->perf_map >= 0) {
        dprintf(e->perf_map, "%lx %x %s\n", (long)tb->code, tb->code_size,
                name);
    }
    if (e->jitdump) {
        jitdump_add(e->jitdump, tb, name);
    }
}

static void note_piece(const Exec *e, const Piece *p)
{
    uint32_t n = atomic_load(&p->nb_tbs);
    for (uint32_t i = 0; i < n; i++) {
        perf_note(e, p->tbs[i]);
    }
}

/* The child's files have what it took over from its parent. */
void perf_open_in_child(Exec *e)
{
    if (e->perf_map >= 0) {
        close(e->perf_map);
    }
    jitdump_free(e->jitdump);
    perf_open(e);
    for (uint32_t i = 0; i < e->nb_pieces; i++) {
        note_piece(e, &e->piece[i]);
    }
}
