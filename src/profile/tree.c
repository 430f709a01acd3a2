/* Reading a profile into a tree. */
#include "profile/tree.h"

#include <stdlib.h>
#include <string.h>
#include "profile/reader.h"
#include "util/check.h"

/* The maps that samples of a process refer to. */
typedef struct Maps {
    int pid;
    const ProfileMaps *maps;
    struct Maps *next;
} Maps;

/* Pairs of pid and tid that there were samples of. */
typedef struct Seen {
    int pid, tid;
    struct Seen *next;
} Seen;

typedef struct Build {
    Tree *tree;
    Maps *maps;
    const ProfileMaps *current; /* that the unwinder has */
    Seen *seen;
} Build;

static void *must(void *p)
{
    check(p, "out of memory");
    return p;
}

/* ---- Nodes
 * ------------------------------------------------------------------- */

static Node *child_of(Node *parent, const char *function, const char *module)
{
    for (Node *n = parent->child; n; n = n->next) {
        if (n->function == function && n->module == module) {
            return n;
        }
    }
    Node *n = must(calloc(1, sizeof(*n)));
    *n = (Node){.function = function,
                .module = module,
                .parent = parent,
                .depth = parent->depth + 1,
                .next = parent->child};
    parent->child = n;
    return n;
}

static void add_line(Tree *t, const Frame *f, uint64_t weight)
{
    unsigned h = ((uintptr_t)(f->file ? f->file : f->function) / 8 +
                  (unsigned)f->line * 31) %
                 LINE_BUCKETS;
    LineCount *l = t->lines[h];
    while (l && (l->file != f->file || l->line != f->line ||
                 l->function != f->function)) {
        l = l->next;
    }
    if (!l) {
        l = must(calloc(1, sizeof(*l)));
        *l = (LineCount){f->function, f->file, f->line, 0, t->lines[h]};
        t->lines[h] = l;
    }
    l->weight += weight;
}

static void add_stack(Tree *t, const Frame *frame, unsigned n, uint64_t weight)
{
    Node *node = t->root;
    node->total += weight;
    while (n-- > 0) {
        node = child_of(node, frame[n].function, frame[n].module);
        node->total += weight;
    }
    node->self += weight;
    add_line(t, &frame[0], weight);
}

/* ---- Records
 * ------------------------------------------------------------------ */

static void note_maps(Build *b, const ProfileMaps *m)
{
    Maps *known = must(malloc(sizeof(*known)));
    *known = (Maps){m->head.pid, m, b->maps};
    b->maps = known;
}

/* The newest of that number: a pid may have been used before. */
static void use_maps(Build *b, const ProfileSample *s)
{
    const Maps *m = b->maps;
    while (m && (m->pid != s->head.pid || m->maps->number != s->maps)) {
        m = m->next;
    }
    if (m && m->maps != b->current) {
        b->current = m->maps;
        unwinder_set_maps(b->tree->unwinder, m->maps->guest,
                          (const char *)(m->maps + 1));
    }
}

static void note_thread(Build *b, const ProfileHead *h)
{
    bool new_pid = true;
    for (const Seen *s = b->seen; s; s = s->next) {
        if (s->pid == h->pid && s->tid == h->tid) {
            return;
        }
        new_pid &= s->pid != h->pid;
    }
    Seen *s = must(malloc(sizeof(*s)));
    *s = (Seen){h->pid, h->tid, b->seen};
    b->seen = s;
    b->tree->nb_threads++;
    b->tree->nb_processes += new_pid;
}

static void add_sample(Build *b, const ProfileSample *s)
{
    Frame frame[MAX_FRAMES];
    Tree *t = b->tree;
    note_thread(b, &s->head);
    use_maps(b, s);
    unsigned n = unwinder_run(t->unwinder, s, frame);
    add_stack(t, frame, n, s->weight);
    t->place[s->place % 3] += s->weight;
    t->nb_samples++;
}

static bool is_wanted(const TreeFilter *f, const ProfileHead *h)
{
    return (!f->pid || f->pid == h->pid) && (!f->tid || f->tid == h->tid);
}

static void add_record(Build *b, const ProfileHead *h, const TreeFilter *f)
{
    switch (h->kind) {
    case PROFILE_START:
        if (!b->tree->program) {
            const ProfileStart *s = (const ProfileStart *)h;
            b->tree->unit = s->unit;
            b->tree->program = must(strdup((const char *)(s + 1)));
        }
        break;
    case PROFILE_MAPS: note_maps(b, (const ProfileMaps *)h); break;
    case PROFILE_SAMPLE:
        if (is_wanted(f, h)) {
            add_sample(b, (const ProfileSample *)h);
        }
        break;
    }
}

static void free_build(Build *b)
{
    for (Maps *m = b->maps, *next; m; m = next) {
        next = m->next;
        free(m);
    }
    for (Seen *s = b->seen, *next; s; s = next) {
        next = s->next;
        free(s);
    }
}

bool tree_read(Tree *t, const char *path, const TreeFilter *filter, char *msg,
               size_t size)
{
    Build b = {.tree = t};
    ProfileReader r;
    const ProfileHead *h;
    if (!profile_open(&r, path, msg, size)) {
        return false;
    }
    *t = (Tree){.unwinder = unwinder_new()};
    t->root = must(calloc(1, sizeof(Node)));
    while ((h = profile_next(&r))) {
        add_record(&b, h, filter);
    }
    free_build(&b);
    profile_close(&r);
    return true;
}

static void free_nodes(Node *n)
{
    while (n) {
        Node *next = n->next;
        free_nodes(n->child);
        free(n);
        n = next;
    }
}

void tree_free(Tree *t)
{
    free_nodes(t->root);
    for (unsigned i = 0; i < LINE_BUCKETS; i++) {
        for (LineCount *l = t->lines[i], *next; l; l = next) {
            next = l->next;
            free(l);
        }
    }
    unwinder_free(t->unwinder);
    free(t->program);
}

unsigned tree_height(const Node *n)
{
    unsigned height = 0;
    for (const Node *c = n->child; c; c = c->next) {
        unsigned h = 1 + tree_height(c);
        height = h > height ? h : height;
    }
    return height;
}
