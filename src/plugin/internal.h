/* Private to plugin: the objects behind tcg-plugin.h's types. */
#ifndef PLUGIN_INTERNAL_H
#define PLUGIN_INTERNAL_H

#include <pthread.h>
#include "core/plugin.h"
#include "disas/symbol_map.h"
#include "plugin/plugin.h"
#include "util/arena.h"
#include "util/die.h"

enum { MAX_PLUGINS = 16, MAX_COUNTERS = 1 << 20 };

typedef enum HookKind {
    HOOK_TRANSLATE,
    HOOK_THREAD_START,
    HOOK_THREAD_END,
    HOOK_SYSCALL,
    HOOK_SYSCALL_RETURN,
    HOOK_FORK,
    HOOK_EXIT,
    HOOK_COUNT,
} HookKind;

/* A callback of a plugin's: one of the function types, by its kind. */
typedef struct Hook {
    union {
        TcgTranslateFn *translate;
        TcgThreadFn *thread;
        TcgSyscallFn *syscall;
        TcgProcessFn *process;
    };
    void *user;
    struct Hook *next;
} Hook;

struct TcgPlugin {
    Plugins *all;
    unsigned index; /* in Plugins.plugin */
    const TcgPluginInfo *info;
};

/* Its values are in CPUStates, at the same place in each. */
struct TcgCounter {
    Plugins *all;
    uint32_t index;
};

struct TcgFunction {
    Plugins *all;
    const char *name; /* owned */
    TcgFunction *next;
};

struct TcgThread {
    Plugins *all;
    CPUState *cpu;
    unsigned id;
    void *data[MAX_PLUGINS];
    TcgThread *next; /* under Plugins.lock */
};

struct Plugins {
    const ExecConfig *cfg;
    Instrument instrument;
    PluginGuest guest;
    const char *program;
    SymbolMap *symbols;
    IR *ir; /* for the names of registers; not changed */
    void *frontend;
    TcgPlugin plugin[MAX_PLUGINS];
    unsigned nb_plugins;
    TcgFunction *functions;
    Hook *hooks[HOOK_COUNT], **last[HOOK_COUNT]; /* not changed any more
                                                    when threads run */
    pthread_mutex_t coming;      /* threads come and go one by one, not while
                                    there is a fork or after the exit */
    pthread_mutex_t translating; /* one block at a time */
    pthread_mutex_t lock;        /* of what follows */
    TcgThread *threads;
    unsigned next_id;
    uint32_t nb_counters;
    uint64_t *retired; /* counters' values of threads that have ended */
    Arena calls;       /* what code refers to; reset when that is gone */
};

/* Where the counters of a cpu are: behind the guest's state. */
static inline uint64_t *counters_of(const CPUState *cpu)
{
    return cpu->instrument;
}

static inline TcgThread *thread_of_cpu(const CPUState *cpu)
{
    return cpu->plugin;
}

/* What a plugin asks for when it is loaded, or the end of the program. */
static inline void *must_have(void *p)
{
    if (!p) {
        die(1, "no memory for plugins");
    }
    return p;
}

/* Instrument.rewrite (rewrite.c). */
void plugins_rewrite(void *plugins, IR *, const BlockRequest *,
                     uint32_t nb_notes);

#endif
