/*
 * exec: running guest code from a cache of translated blocks.
 *
 * One Exec a process, one CPUState a guest thread.  exec_run() looks up or
 * translates the block at the cpu's pc, runs it and what it is linked to, and
 * comes back when something needs the world outside: a system call, a fault,
 * a signal.  The guest state is then exact and in memory (CPUState.guest, and
 * what CPUState.fp gives).
 */
#ifndef EXEC_EXEC_H
#define EXEC_EXEC_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include "backend/backend.h"
#include "core/cpu.h"
#include "disas/host.h"
#include "disas/insn.h"
#include "frontend/frontend.h"
#include "image/image.h"
#include "util/log.h"

/* Code of a plugin's in translations. */
typedef struct Instrument {
    void *opaque;
    size_t cpu_bytes; /* for it behind each guest state, cleared */
    /*
     * Adds ops to the IR that the frontend made of nb_notes instructions,
     * before it is optimised.  By any thread, several at once.
     */
    void (*rewrite)(void *opaque, IR *, const BlockRequest *,
                    uint32_t nb_notes);
    /* All code is gone; no thread runs. */
    void (*flushed)(void *opaque);
} Instrument;

/* Where guest code comes from. */
typedef struct CodeOrigin {
    uint64_t start, end; /* of the mapping */
    uint64_t bias;       /* guest address minus offset in the file */
    FileId id;
    const char *path; /* lives as long as exec */
} CodeOrigin;

/*
 * What the embedder knows of pages of guest code; each may be NULL.  They are
 * called by any thread, in exec_run() too.
 */
typedef struct CodePages {
    /*
     * Is exec told of each change of the page from now on, by exec_suspect()
     * or exec_invalidate(), before it takes place?  NULL: of no page.
     */
    bool (*watch)(void *opaque, uint64_t page);
    /* At a fence: exec_suspect() what can have changed untold. */
    void (*fence)(void *opaque);
    /*
     * n bytes as they are now, whether they may be executed or not; takes no
     * lock.  False: they cannot be read.  NULL: CodeReader.read does it.
     */
    bool (*peek)(void *opaque, uint64_t addr, void *buf, size_t n);
    /*
     * The mapping of a file that addr is in, if its code is the file's, and
     * each change of that is told of from now on.  NULL: of none.
     */
    bool (*origin)(void *opaque, uint64_t addr, CodeOrigin *);
    void *opaque;
} CodePages;

/* Fields left 0 take their defaults; set by exec_config_default(). */
typedef struct ExecConfig {
    const Frontend *frontend;
    const Backend *backend;
    uint64_t features; /* of the processor; 0: the frontend's default */
    CodeReader code;
    CodePages pages;
    uint64_t guest_base; /* host address = guest address + guest_base */
    size_t code_bytes;   /* of the code buffer; TCG_SETTINGS codebuf= */
    uint32_t max_insns;  /* of one block; maxinsns= */
    uint32_t hot;        /* hot=N: a jump back taken so often begins a
                            region (1: the first), 0: there are none */
    bool plain;          /* nothing that some such hosts lack; host=plain */
    int max_pinned;      /* pinned=N, -1: no limit */
    int max_scratch;     /* scratch=N, -1: no limit */
    bool no_link;        /* nolink: blocks are not chained */
    bool no_ret_stack;   /* noretstack */
    uint32_t opt_off;    /* opt=: passes left out, OPT_* of opt/opt.h */
    bool stats;          /* times are taken, and code counts */
    bool every_pc;       /* blocks tell the pc of each host address */
    bool perf_map;       /* perfmap: write /tmp/perf-PID.map */
    bool jitdump;        /* jitdump: write $TMPDIR/jit-PID.dump */
    const Instrument *instrument; /* NULL: none */
    struct ImageDir *image_dir; /* translations are kept there; NULL: are not */
    struct Reserve *reserve;    /* used when memory runs out; NULL: none */
    const Log *log;             /* -d; never NULL */
    GuestDisas *disas;          /* for -d in_asm and plugins; NULL: none */
    /* host_disas(), for -d out_asm; NULL: that shows bytes. */
    void (*host_disas)(FILE *, const uint8_t *, uint32_t, uint32_t, uint64_t,
                       const HostNames *);
} ExecConfig;

typedef enum EventKind {
    EVENT_SYSCALL,   /* pc: the instruction after the call */
    EVENT_ILLEGAL,   /* pc: the instruction */
    EVENT_BREAK,     /* pc: the instruction */
    EVENT_FAULT,     /* signo SIGSEGV or SIGBUS, si_code, si_addr */
    EVENT_INTERRUPT, /* cpu->exit_request was set */
    EVENT_STOP,      /* pc: the breakpoint */
    EVENT_WATCH,     /* pc: the instruction, not yet run, that is to
                        access `bytes` at addr */
    EVENT_STEPPED,   /* of exec_step() only */
    EVENT_NO_MEMORY, /* for the code at pc, not even after a flush */
} EventKind;

typedef struct Event {
    EventKind kind;
    int signo, code;    /* EVENT_FAULT: as in siginfo_t */
    uint64_t addr;      /* EVENT_FAULT: guest address; EVENT_WATCH */
    uint32_t bytes;     /* EVENT_WATCH */
    bool reads, writes; /* EVENT_WATCH */
} Event;

typedef struct Exec Exec;

void exec_config_default(ExecConfig *);
/*
 * Applies "name=value,name,..." (TCG_SETTINGS).  False: what is wrong with the
 * first item that is not understood, or out of its range, is in why[size].
 */
bool exec_config_parse(ExecConfig *, const char *settings, char *why,
                       size_t size);

/* NULL with errno when memory for it cannot be had. */
Exec *exec_new(const ExecConfig *);
/*
 * A cpu with zeroed guest state, for the calling host thread, which alone may
 * run and free it; NULL with errno.
 */
CPUState *exec_cpu_new(Exec *);
void exec_cpu_free(CPUState *);

Event exec_run(CPUState *);

/*
 * For debuggers.  The calling thread's cpu does not run; other threads are
 * brought to their safe points for a moment.
 *
 * From then on exec_run() returns EVENT_STOP in front of the instructions at
 * these addresses, n of them; the ones set before are forgotten.  False, and
 * nothing has changed: no memory.
 */
bool exec_set_stops(CPUState *, const uint64_t *pc, uint32_t n);
/*
 * It returns EVENT_WATCH in front of each access to [start, start + bytes)
 * that an instruction makes (system calls are not looked at); 0 bytes: none.
 */
void exec_set_watch(CPUState *, uint64_t start, uint64_t bytes);
/*
 * Runs the instruction at pc, whatever breakpoint is there, and returns
 * EVENT_STEPPED or what exec_run() would; EVENT_INTERRUPT: it has not run, as
 * with EVENT_WATCH, which comes only if `watched`.
 */
Event exec_step(CPUState *, bool watched);

/* Guest code in [start, start + len) changed or went away. */
void exec_invalidate(CPUState *, uint64_t start, uint64_t len);
/*
 * From now on code in [start, start + len) may change without a word: each
 * fence compares it, until CodePages.watch says otherwise.
 */
void exec_suspect(CPUState *, uint64_t start, uint64_t len);
/* All changes of code that were made before are seen from now on. */
void exec_fence(CPUState *);

/*
 * Keeps what has been translated for the next run, if that is worth it; the
 * calling thread does not run, others may.
 */
void exec_keep(CPUState *);

/*
 * Installs the SIGSEGV and SIGBUS handlers, on the alternate stack of the
 * calling thread.  Those two signals, when sent by a process (si_code <= 0),
 * and faults outside of generated code go to `other`.
 */
typedef void ExecSignalFn(int signo, siginfo_t *, void *ucontext);
void exec_install_handlers(ExecSignalFn *other);

/*
 * To be called by a handler of an asynchronous signal after it has set
 * exit_request: makes the block that runs leave at its next exit.  False if
 * the thread was between looking at exit_request and running code, or in code
 * that belongs to no block: then it must be kicked again soon.
 */
bool exec_kick(CPUState *, void *ucontext);

/* Where a signal handler has interrupted a thread. */
typedef enum ExecPlace {
    EXEC_IN_CODE, /* translated code, of the guest instruction at *pc */
    EXEC_RUNNING, /* elsewhere in exec_run() */
    EXEC_OUTSIDE,
} ExecPlace;

ExecPlace exec_place(CPUState *, const void *ucontext, uint64_t *pc);

/*
 * Called when other threads must come to their safe points: it has to set
 * their exit_request and interrupt them by a signal whose handler calls
 * exec_kick().  Called again every millisecond until all have come.
 */
typedef void ExecStopFn(CPUState *);
void exec_set_stop_fn(Exec *, ExecStopFn *);

/* The guest's symbols; NULL if nothing in the configuration asks for them. */
struct SymbolMap *exec_symbols(const Exec *);
/*
 * A function that -dfilter names and no file has that is mapped below the
 * guest address `end`; NULL: there is none.
 */
const char *exec_unknown_function(const Exec *, uint64_t end);

/*
 * fork: prepare in the parent before it, done after it in both, also when it
 * failed.  Other threads are stopped in between; in the child they are gone.
 * The child gets code memory of its own.  prepare returns -1 with errno when
 * there is no memory for that: then do not fork.  hold, the last before the
 * fork, keeps threads that come, go or invalidate code from being in the
 * middle of it; the caller's locks that are held then have the same order in
 * callers of exec_invalidate().
 */
int exec_fork_prepare(CPUState *);
void exec_fork_hold(CPUState *);
void exec_fork_done(CPUState *, bool child);

/*
 * Before the process ends: the other threads never run guest code again, and
 * each is shown to fn with its guest state exact.
 */
void exec_stop_others(CPUState *, void (*fn)(void *, CPUState *), void *);
/* Calls fn for all others, which go on running; none comes or goes. */
void exec_each_other(CPUState *, void (*fn)(void *, CPUState *), void *);

/*
 * Which regions would come to be in the code of [start, end) if all jumps back
 * in it, and calls of it from there or at start, were hot: translates it all,
 * and calls fn for each.  For tools; the cpu does not run.
 */
typedef void ExecRegionFn(void *, const BlockRequest *);
void exec_plan_regions(CPUState *, uint64_t start, uint64_t end,
                       ExecRegionFn *fn, void *opaque);

/* What TCG_STATS shows: a table, or a JSON object. */
void exec_stats_print(Exec *, FILE *);
void exec_stats_print_json(Exec *, FILE *);

#endif
