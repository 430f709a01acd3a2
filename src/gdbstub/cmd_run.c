/* Packets about running: which threads, how, and the end of it. */
#include "gdbstub/internal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "util/check.h"

void cmd_ok(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    (void)g, (void)args, (void)bytes;
    put(r, "OK");
}

void cmd_why(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    const GdbThread *th = world_find(g, g->told_tid);

    (void)args, (void)bytes;
    th = th ? th : world_find(g, 0);
    if (th) {
        reply_stop(g, r, th);
    } else {
        put(r, "W00");
    }
}

/* --- threads --- */

/* "Hg" and a thread; "Hc" is for packets that vCont has replaced. */
void cmd_thread(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    bool general = *args == 'g';
    int pid, tid;

    (void)bytes;
    args += *args != '\0';
    if (!take_thread(&args, &pid, &tid) || *args) {
        reply_error(r, EINVAL);
        return;
    }
    if (general) {
        g->general_pid = pid;
        g->general_tid = tid > 0 ? tid : g->told_tid;
    }
    put(r, "OK");
}

void cmd_thread_alive(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    int pid, tid;

    (void)bytes;
    if (take_thread(&args, &pid, &tid) && pid == (int)getpid() && tid > 0 &&
        world_find(g, tid)) {
        put(r, "OK");
    } else {
        reply_error(r, ESRCH);
    }
}

GdbThread *general_thread(Gdb *g, Reply *r)
{
    bool ours = g->general_pid <= 0 || g->general_pid == (int)getpid();
    GdbThread *th = ours ? world_find(g, g->general_tid) : NULL;

    if (!th) {
        reply_error(r, ESRCH);
    }
    return th;
}

/* --- going on --- */

/* What vCont says of the threads that it names. */
typedef struct Action {
    ThreadMode mode;
    int signo;
    uint64_t start, end; /* of a range to step in */
    int pid, tid;        /* -1: all */
} Action;

enum { MAX_ACTIONS = 64 };

/* c, s, Csig, Ssig, t or rSTART,END; then ":thread". */
static bool take_action(const char **s, Action *a)
{
    char kind = **s;
    uint64_t number;

    *a = (Action){.mode = MODE_RUN, .pid = -1, .tid = -1};
    (*s)++;
    switch (kind) {
    case 'c': break;
    case 's': a->mode = MODE_STEP; break;
    case 't': a->mode = MODE_HOLD; break;
    case 'C':
    case 'S':
        a->mode = kind == 'S' ? MODE_STEP : MODE_RUN;
        if (!take_number(s, &number)) {
            return false;
        }
        a->signo = number < 256 ? signal_from_gdb((int)number) : 0;
        break;
    case 'r':
        a->mode = MODE_STEP;
        if (!take_number_before(s, ',', &a->start) ||
            !take_number(s, &a->end)) {
            return false;
        }
        break;
    default: return false;
    }
    return !take_char(s, ':') || take_thread(s, &a->pid, &a->tid);
}

/* The first action that names the thread; NULL: it is held. */
static const Action *action_for(const Action *a, size_t n, const GdbThread *th)
{
    for (size_t i = 0; i < n; i++) {
        if ((a[i].pid <= 0 || a[i].pid == (int)getpid()) &&
            (a[i].tid <= 0 || a[i].tid == th->tid)) {
            return &a[i];
        }
    }
    return NULL;
}

/* A signal for a thread that did not stop with one: sent, not told again. */
static void inject(GdbThread *th, int signo)
{
    th->injected = signo;
    tgkill(getpid(), th->tid, signo);
}

/*
 * What was told is over.  A breakpoint or step that was not will be met
 * again; anything else stays to be told.
 */
static void go_on(GdbThread *th, const Action *a)
{
    bool again = th->stop.kind == STOP_BREAK || th->stop.kind == STOP_STEP;

    th->mode = a ? a->mode : MODE_HOLD;
    if (th->mode == MODE_HOLD) {
        if (th->told && th->stop.kind != STOP_SIGNAL) {
            th->stop.kind = STOP_NONE;
        }
        return;
    }
    th->range_start = a->start;
    th->range_end = a->end;
    if (th->stop.kind == STOP_SIGNAL && th->told) {
        th->go_on_with = a->signo;
    } else if (a->signo) {
        inject(th, a->signo);
    }
    if (again || th->told) {
        th->stop.kind = STOP_NONE;
    }
    th->told = false;
}

/* For threads that step exec need not know of breakpoints. */
static bool any_runs(const Gdb *g)
{
    for (const GdbThread *th = g->threads; th; th = th->next) {
        if (th->mode == MODE_RUN) {
            return true;
        }
    }
    return false;
}

static void resume(Gdb *g, const Action *a, size_t n)
{
    bool runs;

    pthread_mutex_lock(&g->lock);
    for (GdbThread *th = g->threads; th; th = th->next) {
        go_on(th, action_for(a, n, th));
    }
    runs = any_runs(g);
    pthread_mutex_unlock(&g->lock);
    if (runs) {
        world_apply_points(g);
    }
    g->interrupted = false;
    g->resumed = true;
    world_go(g);
}

void cmd_vcont_query(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    (void)g, (void)args, (void)bytes;
    put(r, "vCont;c;C;s;S;t;r");
}

void cmd_vcont(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    Action a[MAX_ACTIONS];
    size_t n = 0;

    (void)bytes;
    do {
        if (n == MAX_ACTIONS || !take_action(&args, &a[n++])) {
            reply_error(r, EINVAL);
            return;
        }
    } while (take_char(&args, ';'));
    if (*args) {
        reply_error(r, EINVAL);
        return;
    }
    resume(g, a, n);
}

void cmd_continue(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    Action all = {.mode = MODE_RUN, .pid = -1, .tid = -1};

    (void)args, (void)bytes, (void)r;
    resume(g, &all, 1);
}

void cmd_step(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    Action one = {.mode = MODE_STEP, .pid = -1, .tid = g->told_tid};

    (void)args, (void)bytes, (void)r;
    resume(g, &one, 1);
}

/* --- the end --- */

static _Noreturn void kill_program(Gdb *g)
{
    conn_close(&g->conn);
    for (;;) {
        kill(getpid(), SIGKILL);
    }
}

void cmd_kill(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    (void)args, (void)bytes, (void)r;
    kill_program(g);
}

void cmd_vkill(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    uint64_t pid;

    (void)bytes;
    if (!take_number(&args, &pid) || (int)pid != (int)getpid()) {
        reply_error(r, ESRCH);
        return;
    }
    conn_put_packet(&g->conn, "OK", 2);
    kill_program(g);
}

static GdbThread *find_fork(Gdb *g)
{
    GdbThread *th = g->threads;

    while (th && !(th->stop.kind == STOP_FORK && th->fork_pipe[1] >= 0)) {
        th = th->next;
    }
    return th;
}

/* "D", or "D;PID": of two after a fork, one goes on by itself. */
void cmd_detach(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    GdbThread *fork = find_fork(g);
    uint64_t pid = (uint64_t)getpid();
    bool named = take_char(&args, ';') && take_number(&args, &pid);

    (void)bytes;
    if (fork && (int)pid == fork->stop.number) {
        fork_answer(&fork->fork_pipe[1], false);
    } else if ((int)pid == (int)getpid()) {
        if (named && fork) {
            check(g->heir < 0, "two heirs");
            g->heir = fork->fork_pipe[1];
            fork->fork_pipe[1] = -1;
        }
        g->detached = true;
    } else {
        reply_error(r, ESRCH);
        return;
    }
    put(r, "OK");
}
