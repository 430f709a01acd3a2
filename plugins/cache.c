/*
 * cache: misses of a processor's caches, simulated.
 *
 * Each thread has caches of its own, as on a core for itself: instructions
 * and data, and behind both a second level; sets with the least recently used
 * line replaced.  Instructions are fetched by block, line after line.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg-plugin.h"

enum { INSN, DATA, SECOND, NB_LEVELS, BUCKETS = 1 << 14 };

typedef struct Shape {
    uint64_t bytes;
    unsigned ways, line_bits;
} Shape;

typedef struct Cache {
    unsigned ways, line_bits;
    uint64_t set_mask;
    uint64_t *tag; /* of each way of each set, the latest used first; line
                      numbers plus 1, 0: empty */
    uint64_t accesses, misses;
} Cache;

struct Sim;

/* An instruction that accesses memory. */
typedef struct Insn {
    struct Sim *sim;
    uint64_t address, accesses, misses;
    struct Insn *next;
} Insn;

typedef struct Block {
    struct Sim *sim;
    uint64_t address;
    size_t bytes;
    struct Block *next;
} Block;

typedef struct Sim {
    TcgPlugin *plugin;
    Shape shape[NB_LEVELS];
    unsigned limit;
    pthread_mutex_t lock; /* of the sums */
    uint64_t accesses[NB_LEVELS], misses[NB_LEVELS];
    Insn *insn[BUCKETS];
    size_t nb_insns;
    Block *block[BUCKETS];
} Sim;

typedef struct Core {
    Cache level[NB_LEVELS];
} Core;

/* ---- One cache ------------------------------------------------------------
 */

static bool make_cache(Cache *c, const Shape *shape)
{
    uint64_t sets = (shape->bytes >> shape->line_bits) / shape->ways;
    c->ways = shape->ways;
    c->line_bits = shape->line_bits;
    c->set_mask = sets - 1;
    c->tag = calloc(sets * shape->ways, sizeof(*c->tag));
    return c->tag != NULL;
}

/* Is the line there?  It is then, in front. */
static bool look_up(Cache *c, uint64_t line)
{
    uint64_t *set = &c->tag[(line & c->set_mask) * c->ways], tag = line + 1;
    uint64_t before = tag; /* what moves back by a place */
    bool hit = false;
    for (unsigned way = 0; way < c->ways && !hit; way++) {
        uint64_t here = set[way];
        set[way] = before;
        hit = here == tag;
        before = here;
    }
    c->accesses++;
    c->misses += !hit;
    return hit;
}

/* All lines of it; how many missed. */
static unsigned touch(Core *core, int first, uint64_t address, uint64_t bytes)
{
    Cache *second = &core->level[SECOND];
    unsigned bits = core->level[first].line_bits, missed = 0;
    uint64_t last = (address + bytes - 1) >> bits;
    for (uint64_t line = address >> bits; line <= last; line++) {
        if (!look_up(&core->level[first], line)) {
            look_up(second, line << bits >> second->line_bits);
            missed++;
        }
    }
    return missed;
}

/* ---- Execution -------------------------------------------------------------
 */

static Core *core_of(Sim *s, TcgThread *t)
{
    return *tcg_thread_data(s->plugin, t);
}

static void fetch(TcgThread *t, uint64_t address, void *user)
{
    const Block *b = user;
    touch(core_of(b->sim, t), INSN, address, b->bytes);
}

static void data_access(TcgThread *t, const TcgAccess *a, void *user)
{
    Insn *i = user;
    unsigned missed = touch(core_of(i->sim, t), DATA, a->address, a->bytes);
    __atomic_fetch_add(&i->accesses, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&i->misses, missed != 0, __ATOMIC_RELAXED);
}

/* ---- Translation ------------------------------------------------------------
 */

static Insn *find_insn(Sim *s, uint64_t address)
{
    Insn **bucket = &s->insn[address / 2 % BUCKETS];
    Insn *i = *bucket;
    while (i && i->address != address) {
        i = i->next;
    }
    if (!i && (i = calloc(1, sizeof(*i)))) {
        *i = (Insn){.sim = s, .address = address, .next = *bucket};
        *bucket = i;
        s->nb_insns++;
    }
    return i;
}

static Block *find_block(Sim *s, uint64_t address, size_t bytes)
{
    Block **bucket = &s->block[address / 2 % BUCKETS];
    Block *b = *bucket;
    while (b && (b->address != address || b->bytes != bytes)) {
        b = b->next;
    }
    if (!b && (b = calloc(1, sizeof(*b)))) {
        *b = (Block){s, address, bytes, *bucket};
        *bucket = b;
    }
    return b;
}

static void translate(TcgBlock *b, void *user)
{
    Sim *s = user;
    Block *block = find_block(s, tcg_block_address(b), tcg_block_bytes(b));
    if (block) {
        tcg_block_call(b, fetch, TCG_NO_FP, block);
    }
    for (size_t i = 0; i < tcg_block_count(b); i++) {
        TcgInsn *insn = tcg_block_insn(b, i);
        Insn *known = find_insn(s, tcg_insn_address(insn));
        if (known) {
            tcg_insn_on_access(insn, TCG_LOADS | TCG_STORES, data_access,
                               TCG_NO_FP, known);
        }
    }
}

/* ---- Threads ----------------------------------------------------------------
 */

static void thread_start(TcgThread *t, void *user)
{
    Sim *s = user;
    Core *core = calloc(1, sizeof(*core));
    bool ok = core;
    for (int i = 0; i < NB_LEVELS && ok; i++) {
        ok = make_cache(&core->level[i], &s->shape[i]);
    }
    if (!ok) {
        abort();
    }
    *tcg_thread_data(s->plugin, t) = core;
}

static void thread_end(TcgThread *t, void *user)
{
    Sim *s = user;
    Core *core = core_of(s, t);
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < NB_LEVELS; i++) {
        s->accesses[i] += core->level[i].accesses;
        s->misses[i] += core->level[i].misses;
        free(core->level[i].tag);
    }
    pthread_mutex_unlock(&s->lock);
    free(core);
}

/* ---- Results ----------------------------------------------------------------
 */

static int by_misses(const void *a, const void *b)
{
    const Insn *x = *(Insn *const *)a, *y = *(Insn *const *)b;
    return (x->misses < y->misses) - (x->misses > y->misses);
}

static void print_insn(const Insn *i)
{
    TcgPlugin *p = i->sim->plugin;
    uint64_t offset;
    const char *name = tcg_symbol(p, i->address, &offset);
    tcg_print(p, "%12" PRIu64 " %14" PRIu64 "  0x%012" PRIx64, i->misses,
              i->accesses, i->address);
    if (name) {
        tcg_print(p, " %s+0x%" PRIx64, name, offset);
    }
    tcg_print(p, "\n");
}

static void print_insns(Sim *s)
{
    Insn **all = calloc(s->nb_insns + 1, sizeof(Insn *));
    size_t n = 0;
    for (unsigned i = 0; i < BUCKETS && all; i++) {
        for (Insn *insn = s->insn[i]; insn; insn = insn->next) {
            all[n++] = insn;
        }
    }
    if (!all) {
        return;
    }
    qsort(all, n, sizeof(Insn *), by_misses);
    tcg_print(s->plugin, "data misses       accesses  instruction\n");
    for (size_t i = 0; i < s->limit && i < n && all[i]->misses; i++) {
        print_insn(all[i]);
    }
    free(all);
}

static void program_end(void *user)
{
    static const char *const name[] = {"instructions", "data", "second level"};
    Sim *s = user;
    tcg_print(s->plugin, "cache            accesses         misses  rate\n");
    for (int i = 0; i < NB_LEVELS; i++) {
        double rate = s->accesses[i] ? 100.0 * (double)s->misses[i] /
                                           (double)s->accesses[i]
                                     : 0;
        tcg_print(s->plugin, "%-12s %12" PRIu64 " %14" PRIu64 " %6.2f%%\n",
                  name[i], s->accesses[i], s->misses[i], rate);
    }
    print_insns(s);
}

/* ---- Arguments --------------------------------------------------------------
 */

static bool is_power_of_2(uint64_t n)
{
    return n && !(n & (n - 1));
}

/* BYTES:WAYS:LINE, with k and m: "32k:8:64". */
static bool parse_shape(Shape *shape, const char *text)
{
    char unit[2] = "";
    unsigned long bytes;
    unsigned ways, line;
    if (sscanf(text, "%lu%1[km]:%u:%u", &bytes, unit, &ways, &line) != 4 &&
        sscanf(text, "%lu:%u:%u", &bytes, &ways, &line) != 3) {
        return false;
    }
    bytes <<= unit[0] == 'k' ? 10 : unit[0] == 'm' ? 20 : 0;
    if (!is_power_of_2(line) || !ways || bytes % (ways * line) ||
        !is_power_of_2(bytes / (ways * line))) {
        return false;
    }
    *shape = (Shape){bytes, ways, (unsigned)__builtin_ctz(line)};
    return true;
}

static const char *parse(Sim *s, const char *word)
{
    static const char *const name[] = {"i", "d", "l2"};
    for (int i = 0; i < NB_LEVELS; i++) {
        const char *value = tcg_argument(word, name[i]);
        if (value) {
            return parse_shape(&s->shape[i], value)
                       ? NULL
                       : "a cache is BYTES:WAYS:LINE, sets and line powers of "
                         "2";
        }
    }
    const char *limit = tcg_argument(word, "limit");
    if (!limit || atoi(limit) < 0) {
        return "unknown argument";
    }
    s->limit = (unsigned)atoi(limit);
    return NULL;
}

static const char *install(TcgPlugin *plugin, int argc, char **argv)
{
    static const Shape shapes[] = {
        {32 << 10, 8, 6},
        {32 << 10, 8, 6},
        {1 << 20, 16, 6},
    };
    Sim *s = calloc(1, sizeof(*s));
    const char *error = s ? NULL : "out of memory";
    if (s) {
        s->plugin = plugin;
        s->limit = 10;
        memcpy(s->shape, shapes, sizeof(shapes));
        pthread_mutex_init(&s->lock, NULL);
    }
    for (int i = 0; i < argc && !error; i++) {
        error = parse(s, argv[i]);
    }
    if (!error) {
        tcg_on_translate(plugin, translate, s);
        tcg_on_thread_start(plugin, thread_start, s);
        tcg_on_thread_end(plugin, thread_end, s);
        tcg_on_exit(plugin, program_end, s);
    }
    return error;
}

TCG_PLUGIN(cache, "simulates caches and lists what misses",
           "i=BYTES:WAYS:LINE, d=..., l2=..., limit=LINES", install)
