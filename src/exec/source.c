/*
 * What a translation reads of the guest's code, each byte once: so all of it,
 * and the hash that the block keeps, are of the same bytes, even while
 * another thread changes them.
 *
 * Bytes are read in lines, kept in CodeLines by their address.  A block's
 * code spans less than all lines together, so none of its lines takes the
 * place of another.
 */
#include <string.h>
#include "exec/internal.h"
#include "util/hash.h"

_Static_assert(BLOCK_MAX_SPAN + 2 * CODE_LINE <= NB_CODE_LINES * CODE_LINE,
               "lines of one block do not collide");

static uint64_t line_start(uint64_t addr)
{
    return addr & -(uint64_t)CODE_LINE;
}

static uint32_t line_slot(uint64_t addr)
{
    return addr / CODE_LINE % NB_CODE_LINES;
}

static bool has_line(const CodeLines *l, uint64_t addr)
{
    return l->tag[line_slot(addr)] == (line_start(addr) | 1);
}

/* Who is told of changes is so before the bytes are read. */
static void watch_page(ExecThread *t, uint64_t addr)
{
    const CodePages *pages = &t->exec->cfg.pages;
    uint64_t page = addr & PAGE_START;
    CodeLines *l = &t->stages->lines;
    if (l->watched == (page | 1)) {
        return;
    }
    l->watched = page | 1;
    t->unseen |= !pages->watch || !pages->watch(pages->opaque, page);
}

static bool fill_line(ExecThread *t, uint64_t addr)
{
    const CodeReader *code = &t->exec->cfg.code;
    CodeLines *l = &t->stages->lines;
    uint32_t slot = line_slot(addr);
    uint64_t start = line_start(addr);
    l->tag[slot] = 0;
    if (code->read(code->opaque, start, l->bytes[slot], CODE_LINE) !=
        CODE_LINE) {
        return false;
    }
    l->tag[slot] = start | 1;
    return true;
}

/* CodeReader.read; what has no whole lines is read as asked. */
static size_t read_source(void *thread, uint64_t addr, void *buf, size_t n)
{
    ExecThread *t = thread;
    const CodeReader *code = &t->exec->cfg.code;
    const CodeLines *l = &t->stages->lines;
    uint64_t offset = addr - line_start(addr);
    watch_page(t, addr);
    if (!has_line(l, addr) && !fill_line(t, addr)) {
        return code->read(code->opaque, addr, buf, n);
    }
    n = n < CODE_LINE - offset ? n : CODE_LINE - offset;
    memcpy(buf, l->bytes[line_slot(addr)] + offset, n);
    return n;
}

CodeReader source_reader(ExecThread *t)
{
    return (CodeReader){read_source, t};
}

void source_begin(ExecThread *t)
{
    CodeLines *l = &t->stages->lines;
    memset(l->tag, 0, sizeof(l->tag));
    l->watched = 0;
    t->unseen = false;
}

/* What lies between the blocks of a region may not have been read. */
uint64_t source_hash(ExecThread *t, uint64_t start, uint32_t n)
{
    const CodeLines *l = &t->stages->lines;
    uint8_t bytes[BLOCK_MAX_SPAN];
    uint32_t part;
    for (uint32_t at = 0; at < n; at += part) {
        uint64_t addr = start + at, offset = addr - line_start(addr);
        part = n - at < CODE_LINE - offset ? n - at : CODE_LINE - offset;
        if (has_line(l, addr)) {
            memcpy(bytes + at, l->bytes[line_slot(addr)] + offset, part);
        } else if (!code_peek(t->exec, addr, bytes + at, part)) {
            return 0;
        }
    }
    return hash_bytes(bytes, n);
}
