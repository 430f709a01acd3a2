/*
 * The guest process and its tasks (threads).
 *
 * One Process, made by linux_user_run().  One Task for each guest thread,
 * touched by its own host thread only; `pending` and `info` also by that
 * thread's signal handlers.  Functions below linux_user_run() are given a
 * Task and find everything else through it; only the host's signal handlers
 * need a global pointer (current.h).
 */
#ifndef LINUX_USER_PROCESS_H
#define LINUX_USER_PROCESS_H

#include <limits.h>
#include <signal.h>
#include "linux-user/elf/elf.h"
#include <sys/types.h>
#include "linux-user/linux-user.h"
#include "linux-user/mm/mm.h"
#include "linux-user/task/held.h"
#include "linux-user/task/trace_block.h"
#include "util/reserve.h"

struct Task;

enum { GUEST_NSIG = 64 };

/* What the guest's signals do. */
typedef struct Actions {
    pthread_mutex_t lock;
    GuestAction at[GUEST_NSIG + 1]; /* under the lock */
    bool catch_core;                /* we write the core files */
    bool catch_fatal; /* of a vfork child, which must not die within
                         the emulator: its parent shares it */
} Actions;

/* Guest memory that another process has written to: [start, end). */
typedef struct Written {
    pthread_mutex_t lock; /* of those who take it, not who writes */
    volatile uint64_t start, end;
} Written;

typedef struct Inode {
    dev_t dev;
    ino_t ino;
} Inode;

/* What runs (proc/program.h). */
typedef struct ProgramFile {
    char path[PATH_MAX];  /* its real path, once */
    volatile int fd;      /* -1: none */
    pthread_mutex_t lock; /* while it moves */
} ProgramFile;

/* Where the program's start has put what, in guest memory. */
typedef struct Placed {
    ElfAreas areas;
    uint64_t arg_start, arg_end; /* of the strings on the stack, which */
    uint64_t env_end;            /* those of the environment follow */
    uint64_t auxv, auxv_end;
    uint64_t stack_start; /* sp then */
    uint64_t vdso;
    uint64_t sigreturn; /* address of the trampoline */
} Placed;

typedef struct Process {
    Mm mm;
    Reserve reserve; /* see util/reserve.h */
    Exec *exec;
    const LinuxUserOptions *options;
    const GuestAbi *abi;        /* the same as options->abi */
    uint32_t same_layouts;      /* layouts_same() */
    bool same_open_flags;       /* open_flags_same() */
    void (*run)(struct Task *); /* a thread, until it ends */
    Gdb *gdb;                   /* NULL: not debugged */
    int debug_end;              /* gdb_fork_child()'s; 0: none */
    int profile_fd;             /* -1: no -profile */
    ProgramFile program;
    Inode emulator; /* /proc/self/exe */
    Placed placed;
    Actions actions;
    uint64_t page_logged;         /* by page_log(); under mm.lock */
    Held held;                    /* signals to the process */
    volatile bool several;        /* has made threads or processes */
    volatile bool has_mem_file;   /* has opened /proc/self/mem */
    pthread_mutex_t seccomp_lock; /* while a thread sets another's */
    volatile bool tracing;        /* a thread has traced a process */
    Written written;
    _Atomic int nb_tasks; /* threads that have not ended */
} Process;

_Static_assert(GUEST_NSIG <= 64, "a set of signals is a word");

/* A thread's timer for -profile, and the sample that it wants taken. */
typedef struct Tick {
    uint32_t weight; /* 0: none is */
    ExecPlace place;
    uint64_t pc;
    bool has_timer;
    int32_t timer;
} Tick;

/* It kicks the thread again (signal/kick.c). */
typedef struct KickTimer {
    bool has_timer, armed;
    int32_t timer;
} KickTimer;

/* Written under Process.seccomp_lock. */
typedef struct SeccompState {
    const struct SeccompFilter *volatile filter; /* the newest; NULL: none */
    volatile bool privs; /* no_new_privs is still to be set */
    bool strict;
} SeccompState;

typedef struct Task {
    CPUState *cpu;
    Process *proc;
    Actions *actions;    /* proc's; a vfork child has its own */
    bool vfork;          /* is a vfork child */
    uint64_t sigmask;    /* what the guest believes it to be */
    uint64_t saved_mask; /* to go back to after a call that */
    bool has_saved_mask; /* waits with a mask of its own, */
    bool own_blocked;    /* in which EXECS_OWN wait, too */
    GuestStack altstack;
    int32_t tgid, tid;         /* of the host thread that runs it */
    volatile uint32_t pending; /* a signal is in info; all others */
    siginfo_t info;            /* wait, blocked, in the kernel */
    Held held;                 /* but SIGSEGV and SIGBUS */
    uint64_t args[6];          /* of the system call under way */
    bool no_result;            /* the call has set all registers */
    uint32_t grown;            /* mm.grown at the last fault */
    void *exec_scratch;        /* memory of an execve under way */
    volatile bool kicked;      /* a signal of our own came */
    volatile bool cut_short;   /* one of exec's ended the call's wait */
    KickTimer kick;
    void *host_stack;     /* for signal handlers; owned */
    uint64_t clear_tid;   /* set_tid_address; 0: none */
    uint64_t robust_list; /* set_robust_list; 0: none */
    SeccompState seccomp;
    Tick tick;                 /* written in the thread's signal handler */
    struct StraceCall *strace; /* with -strace, of this thread */
    GdbThread *debug;          /* NULL: not debugged */
    volatile bool break_call;  /* the debugger ends the call's wait */
    volatile bool exited;      /* the thread has ended */
    TraceBlock trace_own;
    TraceBlock *trace;      /* a vfork child has another */
    struct Tracee *tracees; /* what it traces; owned */
    uint32_t trace_round;
} Task;

static inline Mm *task_mm(Task *t)
{
    return &t->proc->mm;
}

static inline const GuestAbi *task_abi(const Task *t)
{
    return t->proc->abi;
}

#endif
