/*
 * hotblocks: which blocks executed the most instructions.
 *
 * A counter for each block, by its address and length, added to in line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg-plugin.h"

enum { BUCKETS = 1 << 16 };

typedef struct Block {
    uint64_t address;
    size_t insns, bytes;
    TcgCounter *runs;
    uint64_t executed; /* instructions, at the end */
    struct Block *next;
} Block;

typedef struct HotBlocks {
    TcgPlugin *plugin;
    unsigned limit;
    size_t nb_blocks;
    Block *bucket[BUCKETS];
} HotBlocks;

static Block *find(HotBlocks *h, const TcgBlock *b)
{
    uint64_t address = tcg_block_address(b);
    Block **bucket = &h->bucket[address / 2 % BUCKETS];
    for (Block *o = *bucket; o; o = o->next) {
        if (o->address == address && o->insns == tcg_block_count(b)) {
            return o;
        }
    }
    Block *o = calloc(1, sizeof(*o));
    TcgCounter *runs = tcg_counter_new(h->plugin);
    if (!o || !runs) {
        free(o);
        return NULL;
    }
    *o = (Block){address, tcg_block_count(b), tcg_block_bytes(b), runs, 0,
                 *bucket};
    *bucket = o;
    h->nb_blocks++;
    return o;
}

static void translate(TcgBlock *b, void *user)
{
    Block *block = find(user, b);
    if (block) {
        tcg_block_add(b, block->runs, 1);
    }
}

static int by_executed(const void *a, const void *b)
{
    const Block *x = *(Block *const *)a, *y = *(Block *const *)b;
    return (x->executed < y->executed) - (x->executed > y->executed);
}

static uint64_t collect(HotBlocks *h, Block **all)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (Block *b = h->bucket[i]; b; b = b->next) {
            b->executed = tcg_counter_sum(b->runs) * b->insns;
            total += b->executed;
            *all++ = b;
        }
    }
    return total;
}

static void print(HotBlocks *h, const Block *b, uint64_t total)
{
    uint64_t offset;
    const char *name = tcg_symbol(h->plugin, b->address, &offset);
    char where[128] = "";
    if (name) {
        snprintf(where, sizeof(where), "%s+0x%" PRIx64, name, offset);
    }
    tcg_print(h->plugin, "%5.1f%% %14" PRIu64 " %4zu  0x%012" PRIx64 " %s\n",
              100.0 * (double)b->executed / (double)total,
              b->executed / b->insns, b->insns, b->address, where);
}

static void program_end(void *user)
{
    HotBlocks *h = user;
    Block **all = calloc(h->nb_blocks + 1, sizeof(Block *));
    if (!all) {
        return;
    }
    uint64_t total = collect(h, all);
    qsort(all, h->nb_blocks, sizeof(Block *), by_executed);
    tcg_print(h->plugin,
              "hotblocks: %" PRIu64 " instructions in %zu blocks\n"
              " share           runs  len  address\n",
              total, h->nb_blocks);
    for (size_t i = 0; i < h->limit && all[i] && all[i]->executed; i++) {
        print(h, all[i], total);
    }
    free(all);
}

static const char *install(TcgPlugin *plugin, int argc, char **argv)
{
    HotBlocks *h = calloc(1, sizeof(*h));
    if (!h) {
        return "out of memory";
    }
    h->plugin = plugin;
    h->limit = 20;
    for (int i = 0; i < argc; i++) {
        const char *limit = tcg_argument(argv[i], "limit");
        if (!limit || atoi(limit) <= 0) {
            return "unknown argument";
        }
        h->limit = (unsigned)atoi(limit);
    }
    tcg_on_translate(plugin, translate, h);
    tcg_on_exit(plugin, program_end, h);
    return NULL;
}

TCG_PLUGIN(hotblocks, "lists the blocks that executed most instructions",
           "limit=LINES", install)
