/*
 * Plugins, as the emulator sees them; they themselves see tcg-plugin.h.
 *
 * One Plugins a process, made before its Exec, which gets the Instrument.
 * With no plugin there is none: pointers to it are NULL then.
 */
#ifndef PLUGIN_PLUGIN_H
#define PLUGIN_PLUGIN_H

#include "exec/exec.h"
#include "plugin/tcg-plugin.h"

typedef struct Plugins Plugins;

/* What plugins ask of the guest's operating system; of the calling thread. */
typedef struct PluginGuest {
    bool (*read)(uint64_t addr, void *dst, size_t n);
    void (*print_maps)(FILE *); /* as /proc/self/maps */
} PluginGuest;

Plugins *plugins_new(const ExecConfig *);
/* "NAME,A=1,...", or a path instead of NAME.  NULL, or what is wrong with it:
   a line that is never freed. */
const char *plugins_load(Plugins *, const char *spec);
/* A line for each that is built in. */
void plugins_help(FILE *);

/* For ExecConfig.instrument. */
const Instrument *plugins_instrument(const Plugins *);

/* Before the first thread; what is pointed to stays. */
void plugins_start(Plugins *, const PluginGuest *, struct SymbolMap *,
                   const char *program);
/*
 * A function that a plugin was told of and no file has that is mapped below
 * the guest address `end`; NULL: there is none.
 */
const char *plugins_unknown_function(Plugins *, uint64_t end);
/* The cpu's own thread calls these.  False: no memory. */
bool plugins_thread_start(Plugins *, CPUState *);
void plugins_thread_end(Plugins *, CPUState *);
void plugins_syscall(Plugins *, CPUState *, const TcgSyscall *);
void plugins_syscall_return(Plugins *, CPUState *, const TcgSyscall *);
/* Around a fork, when no other thread runs; _end in both, also if it failed. */
void plugins_fork_begin(Plugins *);
void plugins_fork_end(Plugins *, CPUState *, bool child);
/* Once, when no other thread runs; none comes or goes after it. */
void plugins_exit(Plugins *);

#endif
