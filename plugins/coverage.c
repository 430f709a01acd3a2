/*
 * coverage: which code was executed, in the format of DynamoRIO's drcov,
 * version 2, which Lighthouse, Cutter and others read.
 *
 * A block counts when it has been executed, by this process.  The child of a
 * fork writes a file of its own, FILE.PID.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tcg-plugin.h"

enum { BUCKETS = 1 << 16, MAX_MODULES = 1024 };

typedef struct Block {
    uint64_t address;
    size_t bytes;
    TcgCounter *runs;
    struct Block *next;
} Block;

typedef struct Module {
    uint64_t start, end;
    char *path;
} Module;

typedef struct Coverage {
    TcgPlugin *plugin;
    char path[4096];
    Block *bucket[BUCKETS];
    Module module[MAX_MODULES];
    unsigned nb_modules;
} Coverage;

/* A line of the table of blocks. */
typedef struct Entry {
    uint32_t start; /* from its module's */
    uint16_t bytes, module;
} Entry;

static void translate(TcgBlock *b, void *user)
{
    Coverage *c = user;
    uint64_t address = tcg_block_address(b);
    size_t bytes = tcg_block_bytes(b);
    Block **bucket = &c->bucket[address / 2 % BUCKETS], *o = *bucket;
    while (o && (o->address != address || o->bytes != bytes)) {
        o = o->next;
    }
    if (!o && (o = calloc(1, sizeof(*o)))) {
        *o = (Block){address, bytes, tcg_counter_new(c->plugin), *bucket};
        *bucket = o;
    }
    if (o && o->runs) {
        tcg_block_add(b, o->runs, 1);
    }
}

/* With more blocks than counters: it was translated to be executed. */
static bool was_executed(const Block *b)
{
    return !b->runs || tcg_counter_sum(b->runs);
}

static void add_module(const TcgModule *m, void *user)
{
    Coverage *c = user;
    if (c->nb_modules < MAX_MODULES) {
        c->module[c->nb_modules++] =
            (Module){m->start, m->end, strdup(m->path)};
    }
}

static void write_modules(const Coverage *c, FILE *f)
{
    fprintf(f,
            "DRCOV VERSION: 2\nDRCOV FLAVOR: tcg-c\n"
            "Module Table: version 2, count %u\n"
            "Columns: id, base, end, entry, path\n",
            c->nb_modules);
    for (unsigned i = 0; i < c->nb_modules; i++) {
        const Module *m = &c->module[i];
        fprintf(f,
                "%3u, 0x%016" PRIx64 ", 0x%016" PRIx64
                ", 0x0000000000000000, %s\n",
                i, m->start, m->end, m->path);
    }
}

/* False for what was executed, but of no file. */
static bool entry_of(const Coverage *c, const Block *b, Entry *e)
{
    for (unsigned i = 0; i < c->nb_modules; i++) {
        const Module *m = &c->module[i];
        if (b->address >= m->start && b->address < m->end) {
            *e = (Entry){(uint32_t)(b->address - m->start), (uint16_t)b->bytes,
                         (uint16_t)i};
            return true;
        }
    }
    return false;
}

/* How many they are; written if there is a file. */
static unsigned write_blocks(const Coverage *c, FILE *f)
{
    unsigned n = 0;
    Entry e;
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (const Block *b = c->bucket[i]; b; b = b->next) {
            if (was_executed(b) && entry_of(c, b, &e)) {
                n++;
                if (f) {
                    fwrite(&e, sizeof(e), 1, f);
                }
            }
        }
    }
    return n;
}

static void program_end(void *user)
{
    Coverage *c = user;
    FILE *f = fopen(c->path, "we");
    if (!f) {
        tcg_print(c->plugin, "coverage: %s: %m\n", c->path);
        return;
    }
    tcg_modules(c->plugin, add_module, c);
    write_modules(c, f);
    fprintf(f, "BB Table: %u bbs\n", write_blocks(c, NULL));
    write_blocks(c, f);
    if (fclose(f)) {
        tcg_print(c->plugin, "coverage: %s: %m\n", c->path);
    }
}

static void forked(void *user)
{
    Coverage *c = user;
    size_t n = strlen(c->path);
    snprintf(c->path + n, sizeof(c->path) - n, ".%d", getpid());
}

static const char *install(TcgPlugin *plugin, int argc, char **argv)
{
    Coverage *c = calloc(1, sizeof(*c));
    if (!c) {
        return "out of memory";
    }
    c->plugin = plugin;
    strcpy(c->path, "drcov.log");
    for (int i = 0; i < argc; i++) {
        const char *path = tcg_argument(argv[i], "file");
        if (!path || !*path || strlen(path) >= sizeof(c->path)) {
            return "unknown argument";
        }
        strcpy(c->path, path);
    }
    tcg_on_translate(plugin, translate, c);
    tcg_on_fork(plugin, forked, c);
    tcg_on_exit(plugin, program_end, c);
    return NULL;
}

TCG_PLUGIN(coverage, "writes which code was executed, as drcov", "file=FILE",
           install)
