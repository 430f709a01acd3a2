/* The tracee's side of ptrace (task/trace_block.h says how it works), and what
   others ask of the tracer's. */
#ifndef LINUX_USER_PTRACE_H
#define LINUX_USER_PTRACE_H

#include "linux-user/task/clone_args.h"
#include "linux-user/task/process.h"
#include "linux-user/task/remote.h"

/* In a new Task or process: not traced. */
void trace_init(Task *t);
/* From now on a tracer finds it; also by trace_clone_child(). */
void trace_start(Task *t);
/*
 * The stops that the tracer asks for, at a safe point.  True: *info is to be
 * delivered, and then there may be more.
 */
bool trace_point(Task *t, siginfo_t *info);

/* A signal is to be delivered: shall it, in what form? */
bool trace_signal(Task *t, siginfo_t *info);
/* The default action of a signal of a traced thread, but for death. */
void trace_default_stop(Task *t, int signo);
/*
 * Around a system call.  _begin is false if the call is not to be made:
 * *nr is then what to do without (a0 has the result).
 */
bool trace_call_begin(Task *t, unsigned *nr);
void trace_call_end(Task *t, bool again);
/*
 * SECCOMP_RET_TRACE: true if there is a tracer, who may have changed *nr, to
 * TRACE_NO_CALL if a0 has the result.
 */
#define TRACE_NO_CALL 0xffffffffu
bool trace_seccomp(Task *t, unsigned *nr, uint32_t data);

/* clone: before it; in the child; in the parent, with the child's id. */
void trace_clone_begin(Task *t, const CloneArgs *c);
void trace_clone_child(Task *t, const TraceBlock *parent, const CloneArgs *c);
void trace_clone_end(Task *t, const CloneArgs *c, long child);
/* A vfork child's block in place of its parent's, and back. */
void trace_vfork_begin(Task *t, TraceBlock *own, const CloneArgs *c);
void trace_vfork_end(Task *t, TraceBlock *own);

void trace_save(const Task *t, TraceSaved *saved);
void trace_resume(Task *t, const TraceSaved *saved);
/* The thread or the process ends. */
void trace_exiting(Task *t);

/* Forgets the code that other processes have written to (task/process.h). */
void trace_take_written(Task *t);

/* False: the SIGCHLD told only of stops that the guest is not to see. */
bool trace_sees_child(Task *t, siginfo_t *info);

/* Of a stopped tracee of the thread that is found already: *r. */
bool trace_knows(Task *t, int pid, Remote *r);

/* Of a tracer's thread that ends, or of one without any. */
void trace_forget_all(Task *t);

#endif
