/*
 * flow: how control went from block to block.
 *
 * By default, the ways most taken are listed: from where, to where, how often;
 * falling into the next instruction is none.  With file=FILE, each block that
 * begins is a line "PID THREAD ADDRESS", and each system call "PID THREAD
 * syscall NUMBER", added to the file: a thread's are in their order.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tcg-plugin.h"

enum { BUCKETS = 1 << 14 };

typedef struct Block {
    uint64_t address, last, end; /* last: its last instruction's */
    struct Flow *flow;
    struct Block *next;
} Block;

typedef struct Way {
    uint64_t from, to, count;
    struct Way *next;
} Way;

typedef struct Flow {
    TcgPlugin *plugin;
    FILE *trace; /* or NULL */
    int pid;
    unsigned limit;
    Block *block[BUCKETS];
    pthread_mutex_t lock; /* of what follows */
    Way *way[BUCKETS];
    size_t nb_ways;
} Flow;

/* A thread's own. */
typedef struct Walk {
    const Block *at;
    Way *way[BUCKETS];
} Walk;

static Way *find_way(Way **way, uint64_t from, uint64_t to)
{
    Way **bucket = &way[(from / 2 * 31 + to / 2) % BUCKETS], *w = *bucket;
    while (w && (w->from != from || w->to != to)) {
        w = w->next;
    }
    if (!w && (w = calloc(1, sizeof(*w)))) {
        *w = (Way){from, to, 0, *bucket};
        *bucket = w;
    }
    return w;
}

static void enter(TcgThread *t, uint64_t address, void *user)
{
    const Block *b = user;
    Flow *f = b->flow;
    if (f->trace) {
        fprintf(f->trace, "%d %u 0x%" PRIx64 "\n", f->pid, tcg_thread_id(t),
                address);
        return;
    }
    Walk *walk = *tcg_thread_data(f->plugin, t);
    const Block *from = walk->at;
    walk->at = b;
    if (from && from->end != address) {
        Way *w = find_way(walk->way, from->last, address);
        w ? w->count++ : 0;
    }
}

/* At a fork nothing may be buffered, or both processes write it. */
static void system_call(TcgThread *t, const TcgSyscall *s, void *user)
{
    const Flow *f = user;
    fprintf(f->trace, "%d %u syscall %" PRIu64 "\n", f->pid, tcg_thread_id(t),
            s->number);
    if (s->name && strncmp(s->name, "clone", 5) == 0) {
        fflush(f->trace);
    }
}

static void forked(void *user)
{
    Flow *f = user;
    f->pid = getpid();
}

static Block *find_block(Flow *f, const TcgBlock *b)
{
    uint64_t address = tcg_block_address(b);
    uint64_t end = address + tcg_block_bytes(b);
    Block **bucket = &f->block[address / 2 % BUCKETS], *o = *bucket;
    while (o && (o->address != address || o->end != end)) {
        o = o->next;
    }
    if (!o && (o = calloc(1, sizeof(*o)))) {
        const TcgInsn *last = tcg_block_insn(b, tcg_block_count(b) - 1);
        *o = (Block){address, tcg_insn_address(last), end, f, *bucket};
        *bucket = o;
    }
    return o;
}

static void translate(TcgBlock *b, void *user)
{
    Block *block = find_block(user, b);
    if (block) {
        tcg_block_call(b, enter, TCG_NO_FP, block);
    }
}

static void thread_start(TcgThread *t, void *user)
{
    Flow *f = user;
    Walk *walk = calloc(1, sizeof(Walk));
    if (!walk) {
        abort();
    }
    *tcg_thread_data(f->plugin, t) = walk;
}

/* Its ways become part of all. */
static void thread_end(TcgThread *t, void *user)
{
    Flow *f = user;
    Walk *walk = *tcg_thread_data(f->plugin, t);
    pthread_mutex_lock(&f->lock);
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (const Way *w = walk->way[i]; w; w = w->next) {
            Way *all = find_way(f->way, w->from, w->to);
            if (all) {
                f->nb_ways += all->count == 0;
                all->count += w->count;
            }
        }
    }
    pthread_mutex_unlock(&f->lock);
}

static int by_count(const void *a, const void *b)
{
    const Way *x = *(Way *const *)a, *y = *(Way *const *)b;
    return (x->count < y->count) - (x->count > y->count);
}

static void print_place(TcgPlugin *p, uint64_t address)
{
    uint64_t offset;
    char text[64];
    const char *name = tcg_symbol(p, address, &offset);
    snprintf(text, sizeof(text), "0x%" PRIx64, address);
    if (name) {
        snprintf(text, sizeof(text), "%s+0x%" PRIx64, name, offset);
    }
    tcg_print(p, " %-32s", text);
}

static void print_ways(Flow *f)
{
    Way **all = calloc(f->nb_ways + 1, sizeof(Way *));
    size_t n = 0;
    for (unsigned i = 0; i < BUCKETS && all; i++) {
        for (Way *w = f->way[i]; w; w = w->next) {
            all[n++] = w;
        }
    }
    if (!all) {
        return;
    }
    qsort(all, n, sizeof(Way *), by_count);
    tcg_print(f->plugin,
              "flow: %zu ways\n         times  from"
              "                             to\n",
              n);
    for (size_t i = 0; i < f->limit && i < n; i++) {
        tcg_print(f->plugin, "%14" PRIu64 " ", all[i]->count);
        print_place(f->plugin, all[i]->from);
        print_place(f->plugin, all[i]->to);
        tcg_print(f->plugin, "\n");
    }
    free(all);
}

static void program_end(void *user)
{
    Flow *f = user;
    if (f->trace) {
        fclose(f->trace);
    } else {
        print_ways(f);
    }
}

static const char *parse(Flow *f, const char *word)
{
    const char *file = tcg_argument(word, "file");
    const char *limit = tcg_argument(word, "limit");
    if (file) {
        f->trace = fopen(file, "ae");
        return f->trace ? NULL : strerror(errno);
    }
    f->limit = limit ? (unsigned)atoi(limit) : 0;
    return f->limit ? NULL : "unknown argument";
}

static const char *install(TcgPlugin *plugin, int argc, char **argv)
{
    Flow *f = calloc(1, sizeof(*f));
    const char *error = f ? NULL : "out of memory";
    if (f) {
        f->plugin = plugin;
        f->pid = getpid();
        f->limit = 20;
        pthread_mutex_init(&f->lock, NULL);
    }
    for (int i = 0; i < argc && !error; i++) {
        error = parse(f, argv[i]);
    }
    if (error) {
        return error;
    }
    tcg_on_translate(plugin, translate, f);
    tcg_on_exit(plugin, program_end, f);
    if (f->trace) {
        tcg_on_syscall(plugin, system_call, f);
        tcg_on_fork(plugin, forked, f);
    } else {
        tcg_on_thread_start(plugin, thread_start, f);
        tcg_on_thread_end(plugin, thread_end, f);
    }
    return NULL;
}

TCG_PLUGIN(flow, "lists the jumps taken most, or traces blocks",
           "limit=LINES, file=FILE", install)
