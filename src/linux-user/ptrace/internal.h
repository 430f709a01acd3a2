/* The tracer's side of ptrace (ptrace.h): what its files share. */
#ifndef LINUX_USER_PTRACE_INT_H
#define LINUX_USER_PTRACE_INT_H

#include <linux/ptrace.h>
#include "linux-user/ptrace/host.h"
#include "linux-user/task/remote.h"

/* One thread that a thread of ours traces; the latter's own. */
typedef struct Tracee {
    struct Tracee *next;
    int32_t tid, tgid;
    uint64_t block; /* its TraceBlock in its memory; 0: unknown */
    Remote where;
    uint32_t round; /* tracer_pump()'s */
    bool seized;
    bool set_up;      /* its block says that it is traced */
    bool fresh;       /* attached by the kernel: its first stop, */
    bool unwanted;    /* after which it is let go */
    bool stop_wanted; /* SIGSTOP, once it is set up */
    bool late_stop;   /* the same that came before that */
    bool listening;
    bool exit_seen;
    bool stopped;     /* as the guest is to see it */
    bool ending;      /* in the host's stop of its end */
    uint32_t options; /* until it is set up */
    int32_t former;   /* its id before execve */
    uint32_t status;  /* of the stop: signal | event << 8 */
    uint32_t changed; /* TRACE_SET_* */
    TraceBlock b;     /* a copy, while it is stopped */
} Tracee;

Tracee *tracee_find(Task *t, int tid);
Tracee *tracee_add(Task *t, int tid);
void tracee_remove(Task *t, Tracee *e);

/* One that the host traces for us, which we did not know; NULL: it does not. */
Tracee *tracee_adopt(Task *t, int tid, int code);

/*
 * The host has stopped it: code is waitid's si_status.  True if the guest is
 * to see that; else it goes on.
 */
bool tracee_take_stop(Task *t, Tracee *e, int code);
/* waitid's si_status of a stop of the host that waits to be seen, or 0. */
int tracee_peek(int tid);
/* The stops of all tracees that the guest need not see. */
void tracer_pump(Task *t);
/* Those of one. */
void tracee_pump(Task *t, Tracee *e);
/* Until it is stopped, or `set_up`; for a while. */
void tracee_settle(Task *t, Tracee *e, bool set_up);

/* Which of the guest's options the host has as well. */
uint64_t tracee_host_options(uint32_t options);

/* n bytes of its block, of which the copy has those that are to be there. */
bool tracee_poke(const Tracee *e, size_t offset, const volatile void *from,
                 size_t n);
#define tracee_poke_field(e, field)                                            \
    tracee_poke(e, offsetof(TraceBlock, field), &(e)->b.field,                 \
                sizeof((e)->b.field))

#endif
