/*
 * Signals: what the host's kernel is told, and what it tells us.
 *
 * The host kernel does the queueing and blocking: the host's mask is the
 * guest's (without SIGSEGV and SIGBUS, which generated code needs), and the
 * host's disposition is the guest's, with our handler in place of the
 * guest's.  The handler notes one signal in the Task, blocks all others and
 * asks the cpu to leave; at the next safe point deliver/ builds the guest's
 * frame and sets the mask again.
 */
#ifndef LINUX_USER_SIGNAL_H
#define LINUX_USER_SIGNAL_H

#include "linux-user/task/process.h"

static inline uint64_t signal_bit(int signo)
{
    return 1ull << (signo - 1);
}

#define NEVER_BLOCKED (signal_bit(SIGKILL) | signal_bit(SIGSTOP))
/* Never blocked in the host but around a single call: generated code faults. */
#define EXECS_OWN (signal_bit(SIGSEGV) | signal_bit(SIGBUS))

/* --- threads (host.c, kick.c) --- */

/*
 * Makes t the task whose signals the calling thread handles, all blocked; and
 * the end.  A signal to the process that either finds goes to another thread.
 * -1 with errno: no memory.
 */
int signal_init(Task *t);
void signal_end(Task *t);
/* In a child process, which has no timers yet. */
void signal_new_process(Task *t);

/* exec's ExecStopFn. */
void signal_stop_thread(CPUState *cpu);
/* The signal is about to be delivered: no second kick. */
void signal_disarm_timer(Task *t);

/* --- masks (mask.c) --- */

/*
 * No signal is noted from here to signal_unblock(): the one place where what
 * handlers change is looked at.  False: one was noted before, and the call at
 * hand is to be made again behind its handler.  A fault in guest memory would
 * end the process.
 */
bool signal_block_all(Task *t);
/* The same, but faults are faults again: a SIGSEGV or SIGBUS may be noted. */
void signal_block(Task *t);
void signal_unblock(Task *t);

/* Those that wait for any thread of the process: a vfork child is one. */
static inline Held *signal_process_held(Task *t)
{
    return t->vfork ? &t->held : &t->proc->held;
}

/* Of SIGSEGV and SIGBUS those that wait for this thread to let them in. */
static inline uint64_t signal_waiting(Task *t)
{
    return held_set(&t->held) | held_set(signal_process_held(t));
}

/* Does one of them wait that is no longer blocked? */
static inline bool signal_held(Task *t)
{
    return (signal_waiting(t) & ~t->sigmask) != 0;
}

void signal_set_host_mask(uint64_t mask);
/* The guest's mask, and the host's to match. */
void signal_set_mask(Task *t, uint64_t mask);
/* The same; what was held and is let in comes in the kernel's order. */
void signal_let_in(Task *t, uint64_t mask);
/*
 * signal_let_in() as a call: -RESTART_SYSCALL, nothing changed, if a signal
 * came under the old mask.
 */
long signal_change_mask(Task *t, uint64_t mask);

/*
 * Around one waiting call of the host that is given a signal mask of its own.
 * If a signal ended the wait, its handler starts under that mask and the old
 * one comes back after it; else _end restores it at once.  Returns the result
 * that the guest is given.  _begin is false if a signal is there already: the
 * call must not be made, but _end given -RESTART_SYSCALL.
 */
bool signal_wait_begin(Task *t, uint64_t mask);
long signal_wait_end(Task *t, long ret);
/*
 * _begin with the mask of `size` bytes at a guest address, which is put in
 * *host for the call.  1; 0: the address is 0, there is no mask; or what the
 * call returns, which must not be made.
 */
long signal_wait_begin_at(Task *t, uint64_t addr, uint64_t size,
                          uint64_t *host);

/* --- actions (action.c, default.c) --- */

/* Does SIG_DFL end the process?  Stop it?  Dump its core? */
bool signal_fatal_by_default(int signo);
bool signal_stops_by_default(int signo);
bool signal_core_by_default(int signo);
/* Is the default action ours to take, at a safe point? */
bool signal_catch_default(const Actions *actions, int signo);
/* From now on the host's, which ends the process. */
void signal_host_default(int signo);

/* The action for signo now; SA_RESETHAND resets it. */
GuestAction signal_take_action(Actions *actions, int signo);
/* *old was the action; act, if it is not NULL, is it now. */
void signal_swap_action(Actions *actions, int signo, const GuestAction *act,
                        GuestAction *old);
/* CLONE_CLEAR_SIGHAND: handlers become SIG_DFL. */
void signal_reset_handlers(Task *t);
/* In a vfork child, with Actions of its own or its parent's. */
void signal_start_vfork(Task *t, bool reset);
/* Default actions that end the process are ours to take from now on. */
void signal_catch_fatal(Task *t);

/* Does the guest's RLIMIT_CORE allow core files? */
bool signal_core_wanted(void);
/* At the start, and when RLIMIT_CORE was set. */
void signal_core_limit_changed(Task *t);

/* Of a traced thread: will the pending signal do nothing?  Only a tracer
   sees such. */
bool signal_pending_unseen(const Task *t);
/* Does the guest's action for the pending signal have SA_RESTART? */
bool signal_pending_restarts(const Task *t);

/* --- the start, and execve (inherit.c) --- */

/* The dispositions that the process has inherited. */
void signal_init_process(Process *proc);
/*
 * For execve, by safe_syscall(): host mask and dispositions become exactly the
 * guest's; undo.
 */
void signal_prepare_exec(Task *t);
void signal_exec_failed(Task *t);

#endif
