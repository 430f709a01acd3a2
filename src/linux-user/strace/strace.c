/*
 * -strace: a line for each system call when it is done, in strace's form.
 * Calls that do not come back, or wait, are shown before.  Each line is one
 * write, so that lines of several threads and processes do not mix; once there
 * are several, each line begins with its thread's id.
 */
#include "linux-user/strace/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/strace/strace.h"
#include "linux-user/task/sys.h"
#include "util/check.h"

enum { RESULT_COLUMN = 40 };

/* May other threads or processes write between the parts of a line? */
static bool several(const Task *t)
{
    return t->proc->several || t->proc->options->strace_pid;
}

static void begin(Line *l, Task *t)
{
    l->n = 0;
    if (several(t)) {
        line_add(l, "[pid %5ld] ", raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0));
    }
}

/* Without the first `shown` bytes, which are there already. */
static void put(Task *t, const Line *l, size_t shown)
{
    FILE *f = log_begin(&t->proc->options->log);

    check(shown <= l->n && l->n <= sizeof(l->text), "%zu of %zu bytes", shown,
          l->n);
    fflush(f);
    raw_syscall(SYS_write, fileno(f), (long)(l->text + shown),
                (long)(l->n - shown), 0, 0, 0);
    log_end(f);
}

static void end_shown(Task *t, Line *l, size_t shown)
{
    if (l->n == sizeof(l->text)) {
        l->n--;
    }
    l->text[l->n++] = '\n';
    put(t, l, shown);
}

static void end(Task *t, Line *l)
{
    end_shown(t, l, 0);
}

/* --- calls --- */

static bool needs_mode(uint64_t flags)
{
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
}

static bool fcntl_has_argument(int command)
{
    switch (command) {
    case F_GETFD:
    case F_GETFL:
    case F_GETOWN:
    case F_GETSIG:
    case F_GETLEASE:
    case F_GETPIPE_SZ:
    case F_GET_SEALS: return false;
    default: return true;
    }
}

static int futex_arguments(uint64_t op)
{
    switch (op & FUTEX_CMD_MASK) {
    case FUTEX_WAKE: return 3;
    case FUTEX_WAIT:
    case FUTEX_LOCK_PI: return 4;
    case FUTEX_UNLOCK_PI:
    case FUTEX_TRYLOCK_PI: return 2;
    default: return 6;
    }
}

/* How many arguments the call looks at. */
static int nb_arguments(const Syscall *row, const uint64_t *a)
{
    int n = (int)strlen(row->arguments);

    check(n <= 6, "%s has %d arguments", row->name, n);
    if (row->call == CALL_openat) {
        return needs_mode(a[2]) ? n : 3;
    }
    if (row->call == CALL_fcntl) {
        return fcntl_has_argument((int)a[1]) ? n : 2;
    }
    if (row->call == CALL_futex) {
        return futex_arguments(a[1]);
    }
    return n;
}

/* F_GETFL gives flags, and F_SETFL takes them. */
static char letter_of(const Syscall *row, const uint64_t *a, int i)
{
    if (row->call == CALL_fcntl && i == 2) {
        return a[1] == F_SETFL ? 'f' : 'd';
    }
    return row->arguments[i];
}

static bool makes_task(const Syscall *row)
{
    return row->call == CALL_clone || row->call == CALL_clone3;
}

/* Letters of arguments that show what the call gives. */
static bool is_given(char letter)
{
    return letter && strchr("ADEGHIJMNORUWXYZ@$&*", letter);
}

/* Arguments from `first` on; to the end, or up to one that the call gives. */
static int add_arguments(Line *l, Shown *s, int first, bool begins)
{
    int n = nb_arguments(s->row, s->a);

    for (s->i = first; s->i < n; s->i++) {
        char letter = letter_of(s->row, s->a, s->i);

        line_add(l, s->i > first ? ", " : "");
        if (begins && is_given(letter)) {
            break;
        }
        s->v = s->a[s->i];
        s->next = s->i < 5 ? s->a[s->i + 1] : 0;
        line_argument(l, s, letter);
    }
    return s->i;
}

static void add_equals(Line *l)
{
    line_add(l, ") ");
    line_add(l, "%*s= ", l->n < RESULT_COLUMN ? RESULT_COLUMN - (int)l->n : 0,
             "");
}

static void add_call(Line *l, Task *t, unsigned nr, const uint64_t *a, long ret)
{
    Shown s = {.t = t, .row = syscall_row(t, nr), .a = a, .ret = ret};

    line_add(l, "%s(", s.row->name);
    add_arguments(l, &s, 0, false);
    add_equals(l);
}

/*
 * The text of the call up to what it gives; shown if the call waits.  When
 * nothing else can come between, its line is then finished in place.
 */
static void begin_call(Task *t, unsigned nr, const uint64_t *a)
{
    Shown s = {.t = t, .row = syscall_row(t, nr), .a = a};
    StraceCall *c = t->strace;
    Line l;

    if (!c && !(c = t->strace = malloc(sizeof(*c)))) {
        return;
    }
    c->line.n = 0;
    line_add(&c->line, "%s(", s.row->name);
    c->next = add_arguments(&c->line, &s, 0, true);
    c->shown = 0;
    c->unfinished = false;
    if (!strace_waits(t, s.row, a)) {
        return;
    }
    if (several(t)) {
        c->unfinished = true;
        begin(&l, t);
        line_add(&l, "%.*s <unfinished ...>", (int)c->line.n, c->line.text);
        end(t, &l);
    } else {
        put(t, &c->line, 0);
        c->shown = c->line.n;
    }
}

/* A call that makes a task may have lent its own to a child meanwhile. */
static void finish_call(Line *l, Task *t, unsigned nr, const uint64_t *a,
                        long ret)
{
    Shown s = {.t = t, .row = syscall_row(t, nr), .a = a, .ret = ret};
    const StraceCall *c = t->strace;

    if (!c || makes_task(s.row)) {
        add_call(l, t, nr, a, ret);
        return;
    }
    if (c->unfinished) {
        line_add(l, "<... %s resumed>", s.row->name);
    } else {
        line_add(l, "%.*s", (int)c->line.n, c->line.text);
    }
    add_arguments(l, &s, c->next, false);
    add_equals(l);
}

static void add_end(Line *l, Task *t, const Syscall *row, const uint64_t *a)
{
    if (row->call == CALL_exit || row->call == CALL_exit_group) {
        begin(l, t);
        line_add(l, "+++ exited with %d +++", (int)(a[0] & 0xff));
        end(t, l);
    }
}

static bool may_not_return(const Syscall *row)
{
    return row->call == CALL_exit || row->call == CALL_exit_group ||
           row->call == CALL_execve || row->call == CALL_execveat ||
           row->call == CALL_rt_sigreturn;
}

void strace_enter(Task *t, unsigned nr, const uint64_t *a)
{
    const Syscall *row = syscall_row(t, nr);
    Line l;

    if (row->name && may_not_return(row)) {
        begin(&l, t);
        add_call(&l, t, nr, a, -1);
        line_add(&l, "?");
        end(t, &l);
        add_end(&l, t, row, a);
    } else if (row->name) {
        begin_call(t, nr, a);
    }
}

static bool gives_address(const Syscall *row)
{
    return row->call == CALL_mmap || row->call == CALL_brk ||
           row->call == CALL_mremap || row->call == CALL_shmat;
}

/* Which descriptors are ready. */
static void add_ready(Line *l, Task *t, const Syscall *row, const uint64_t *a,
                      long ret)
{
    bool polls = row->call == CALL_ppoll;

    if ((polls || row->call == CALL_pselect6) && ret >= 0) {
        if (ret == 0) {
            line_add(l, " (Timeout)");
        } else if (polls) {
            line_poll_result(l, t, a[0], a[1]);
        } else {
            line_select_result(l, t, a);
        }
    }
}

static void add_result(Line *l, const Task *t, const Syscall *row,
                       const uint64_t *a, long ret)
{
    const char *name = strerrorname_np((int)-ret);

    if (ret == -RESTART_SYSCALL) {
        line_add(l, "? ERESTARTSYS (To be restarted if SA_RESTART is set)");
    } else if (ret < 0 && ret > -4096) {
        line_add(l, "-1 %s (%s)", name ? name : "?", strerror((int)-ret));
    } else if (row->call == CALL_fcntl && a[1] == F_GETFL) {
        line_add(l, "%#lx (flags ", ret);
        line_open_flags(l, t, (uint64_t)ret);
        line_add(l, ")");
    } else {
        line_add(l, gives_address(row) ? "%#lx" : "%ld", ret);
    }
}

void strace_leave(Task *t, unsigned nr, const uint64_t *a, long ret)
{
    const Syscall *row = syscall_row(t, nr);
    Line l;

    if (!row->name || row->call == CALL_rt_sigreturn ||
        row->call == CALL_exit) {
        return;
    }
    if (ret >= 0 && makes_task(row)) {
        t->proc->several = true;
        if (ret == 0) {
            return; /* in the child */
        }
    }
    begin(&l, t);
    if (may_not_return(row)) {
        add_call(&l, t, nr, a, ret);
    } else {
        finish_call(&l, t, nr, a, ret);
    }
    add_result(&l, t, row, a, ret);
    add_ready(&l, t, row, a, ret);
    end_shown(t, &l, t->strace ? t->strace->shown : 0);
}

void strace_never_returns(Task *t, unsigned nr, const uint64_t *a)
{
    const Syscall *row = syscall_row(t, nr);
    Line l;

    if (!t->proc->options->strace || !row->name || may_not_return(row)) {
        return;
    }
    begin(&l, t);
    finish_call(&l, t, nr, a, -1);
    line_add(&l, "?");
    end_shown(t, &l, t->strace ? t->strace->shown : 0);
}

void strace_unknown(Task *t, unsigned nr)
{
    Line l;

    begin(&l, t);
    line_add(&l, "syscall_%#x(...) = -1 ENOSYS (%s)", nr, strerror(ENOSYS));
    end(t, &l);
}

/* --- signals --- */

static NameSet codes_of(int signo)
{
    switch (signo) {
    case SIGSYS: return SET_sys;
    case SIGSEGV: return SET_segv;
    case SIGBUS: return SET_bus;
    case SIGILL: return SET_ill;
    case SIGTRAP: return SET_trap;
    case SIGCHLD: return SET_child;
    default: return SET_none;
    }
}

static void add_code(Line *l, const siginfo_t *info)
{
    line_add(l, ", si_code=");
    if (!line_name(l, SET_sent, (uint32_t)info->si_code)) {
        line_one(l, codes_of(info->si_signo), (uint32_t)info->si_code);
    }
}

static void add_value(Line *l, const siginfo_t *info)
{
    line_add(l, ", si_int=%d, si_ptr=", info->si_int);
    line_address(l, (uintptr_t)info->si_ptr);
}

static void add_sender(Line *l, const siginfo_t *info)
{
    line_add(l, ", si_pid=%d, si_uid=%u", info->si_pid, info->si_uid);
}

static void add_child(Line *l, const siginfo_t *info)
{
    add_sender(l, info);
    line_add(l, ", si_status=");
    if (info->si_code == CLD_EXITED) {
        line_add(l, "%d", info->si_status);
    } else {
        line_signal(l, info->si_status);
    }
    line_add(l, ", si_utime=%ld, si_stime=%ld", info->si_utime, info->si_stime);
}

static void add_filtered(Line *l, const Task *t, const siginfo_t *info)
{
    const char *name = syscall_row(t, (unsigned)info->si_syscall)->name;

    line_add(l, ", si_errno=%d, si_call_addr=", info->si_errno);
    line_address(l, (uintptr_t)info->si_call_addr);
    line_add(l, name ? ", si_syscall=__NR_%s" : ", si_syscall=", name);
    if (!name) {
        line_add(l, "%#x", (unsigned)info->si_syscall);
    }
    line_add(l, ", si_arch=%s", task_abi(t)->audit_name);
}

/* What is there depends on where the signal came from. */
static void add_info(Line *l, const Task *t, const siginfo_t *info)
{
    if (info->si_code == SI_TIMER) {
        line_add(l, ", si_timerid=%#x, si_overrun=%d",
                 (unsigned)info->si_timerid, info->si_overrun);
        add_value(l, info);
    } else if (info->si_code == SI_QUEUE || info->si_code == SI_MESGQ) {
        add_sender(l, info);
        add_value(l, info);
    } else if (info->si_code <= 0) {
        add_sender(l, info);
    } else if (info->si_code != SI_KERNEL && info->si_signo == SIGCHLD) {
        add_child(l, info);
    } else if (info->si_signo == SIGSYS && info->si_code > 0) {
        add_filtered(l, t, info);
    } else if (info->si_code != SI_KERNEL) {
        line_add(l, ", si_addr=");
        line_address(l, (uintptr_t)info->si_addr);
    }
}

void strace_signal(Task *t, const siginfo_t *info)
{
    Line l;

    if (!t->proc->options->strace) {
        return;
    }
    begin(&l, t);
    line_add(&l, "--- ");
    line_signal(&l, info->si_signo);
    line_add(&l, " {si_signo=");
    line_signal(&l, info->si_signo);
    add_code(&l, info);
    add_info(&l, t, info);
    line_add(&l, "} ---");
    end(t, &l);
}

void strace_killed(Task *t, int signo)
{
    Line l;

    if (t->proc->options->strace) {
        begin(&l, t);
        line_add(&l, "+++ killed by ");
        line_signal(&l, signo);
        line_add(&l, " +++");
        end(t, &l);
    }
}
