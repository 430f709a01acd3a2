/*
 * Kicks: a thread is made to leave generated code, or to have a look at what
 * waits for it.
 */
#include "linux-user/signal/internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "linux-user/task/current.h"

enum { KICK_AGAIN_NS = 200000 };

/* What the value of a signal points to that only asks a thread to stop. */
static const char kick_mark;

/*
 * A SIGBUS to ourselves after a short while.  The kernel's own calls: this
 * runs in signal handlers.
 */
static void arm_timer(Task *t)
{
    struct itimerspec soon = {.it_value = {0, KICK_AGAIN_NS}};

    if (!t->kick.has_timer) {
        struct sigevent ev;

        memset(&ev, 0, sizeof(ev));
        ev.sigev_notify = SIGEV_THREAD_ID;
        ev.sigev_signo = SIGBUS;
        ev.sigev_value.sival_ptr = t;
        ev._sigev_un._tid = (int)own_tid();
        t->kick.has_timer =
            raw_syscall(SYS_timer_create, CLOCK_MONOTONIC, (long)&ev,
                        (long)&t->kick.timer, 0, 0, 0) == 0;
    }
    t->kick.armed = t->kick.has_timer;
    raw_syscall(SYS_timer_settime, t->kick.timer, 0, (long)&soon, 0, 0, 0);
}

void signal_disarm_timer(Task *t)
{
    struct itimerspec never = {0};

    if (t->kick.armed) {
        t->kick.armed = false;
        raw_syscall(SYS_timer_settime, t->kick.timer, 0, (long)&never, 0, 0, 0);
    }
}

void signal_new_process(Task *t)
{
    t->kick.has_timer = t->kick.armed = false;
    t->tgid = getpid();
    t->tid = (int32_t)own_tid();
}

/*
 * Makes the cpu leave generated code soon.  A kick may meet it just as it has
 * decided where to go next; so there is always a second one, unless the
 * signal is delivered before.
 */
void signal_kick(Task *t, void *ucontext)
{
    __atomic_store_n(&t->cpu->exit_request, 1, __ATOMIC_RELAXED);
    exec_kick(t->cpu, ucontext);
    arm_timer(t);
}

bool signal_is_kick(int signo, const siginfo_t *info)
{
    return signo == SIGBUS &&
           ((info->si_code == SI_TIMER &&
             info->si_value.sival_ptr == task_current()) ||
            (info->si_code == SI_QUEUE && info->si_pid == getpid() &&
             info->si_value.sival_ptr == &kick_mark));
}

void signal_send_kick(int tgid, int tid)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = SIGBUS;
    info.si_code = SI_QUEUE;
    info.si_pid = tgid;
    info.si_value.sival_ptr = (void *)&kick_mark;
    raw_syscall(SYS_rt_tgsigqueueinfo, tgid, tid, SIGBUS, (long)&info, 0, 0);
}

/* Another thread may let in what waits for the process: all have a look. */
void signal_kick_others(const Task *t)
{
    char buf[2048];
    long n, dir = raw_syscall(SYS_openat, AT_FDCWD, (long)"/proc/self/task",
                              O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0, 0);

    while ((n = raw_syscall(SYS_getdents64, dir, (long)buf, sizeof(buf), 0, 0,
                            0)) > 0) {
        const struct dirent64 *d;

        for (long at = 0; at < n; at += d->d_reclen) {
            int tid;

            d = (const void *)(buf + at);
            tid = atoi(d->d_name);
            if (tid > 0 && tid != t->tid) {
                signal_send_kick(t->tgid, tid);
            }
        }
    }
    raw_syscall(SYS_close, dir, 0, 0, 0, 0, 0);
}

/* The thread may be of another process: a vfork child, or its parent. */
void signal_stop_thread(CPUState *cpu)
{
    const Task *t = __atomic_load_n(&cpu->user, __ATOMIC_ACQUIRE);

    __atomic_store_n(&cpu->exit_request, 1, __ATOMIC_RELAXED);
    if (t) {
        signal_send_kick(t->tgid, t->tid);
    }
}
