/* seccomp(2): modes and filters. */
#include "linux-user/seccomp/seccomp.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/seccomp/bpf.h"
#include "linux-user/task/call.h"
#include "linux-user/task/regs.h"
#include "linux-user/task/sys.h"
#include "util/check.h"
#include "util/cond.h"

enum { CHAIN_LIMIT = 32768 }; /* instructions of all filters */

uint32_t seccomp_run(const SeccompFilter *f, const struct seccomp_data *data,
                     const SeccompFilter **match)
{
    uint32_t best = SECCOMP_RET_ALLOW;

    for (*match = NULL; f; f = f->prev) {
        check(f->n > 0 && f->n <= BPF_MAXINSNS, "a filter of %u", f->n);
        uint32_t got = bpf_run(f->insn, data);

        if ((int32_t)(got & SECCOMP_RET_ACTION_FULL) <
            (int32_t)(best & SECCOMP_RET_ACTION_FULL)) {
            best = got;
            *match = f;
        }
    }
    return best;
}

/* --- setting --- */

static uint32_t chain_length(const SeccompFilter *f)
{
    uint32_t n = 0;

    for (; f; f = f->prev) {
        n += f->n + 4;
    }
    return n;
}

uint32_t seccomp_count(const SeccompFilter *f)
{
    uint32_t n = 0;

    for (; f; f = f->prev) {
        n++;
    }
    return n;
}

SeccompFilter *seccomp_add(const SeccompFilter *prev,
                           const struct sock_filter *insn, uint32_t n)
{
    SeccompFilter *f;

    check(n > 0 && n <= BPF_MAXINSNS, "a filter of %u instructions", n);
    if (chain_length(prev) + n > CHAIN_LIMIT) {
        return NULL;
    }
    f = malloc(sizeof(*f) + n * sizeof(*insn));
    if (f) {
        f->prev = prev;
        f->n = n;
        f->has_listener = false;
        memcpy(f->insn, insn, n * sizeof(*insn));
    }
    return f;
}

/* CAP_SYS_ADMIN in its namespace, or a promise to gain no rights. */
static bool may_filter(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0}};

    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
        return true;
    }
    raw_syscall(SYS_capget, (long)&head, (long)data, 0, 0, 0, 0);
    return data[0].effective >> CAP_SYS_ADMIN & 1;
}

/* struct sock_fprog { u16 len; struct sock_filter *filter; } */
static long read_filter(Task *t, uint64_t addr, SeccompFilter **out)
{
    struct {
        uint16_t len, pad[3];
        uint64_t insn;
    } prog;
    struct sock_filter *insn;
    long ret = -EFAULT;

    if (!mm_read(task_mm(t), &prog, addr, sizeof(prog))) {
        return -EFAULT;
    }
    if (prog.len == 0 || prog.len > BPF_MAXINSNS) {
        return -EINVAL;
    }
    if (!may_filter()) {
        return -EACCES;
    }
    insn = calloc(prog.len, sizeof(*insn));
    if (!insn) {
        return -ENOMEM;
    }
    if (mm_read(task_mm(t), insn, prog.insn, prog.len * sizeof(*insn))) {
        ret = !bpf_valid(insn, prog.len) ? -EINVAL
              : (*out = seccomp_add(t->seccomp.filter, insn, prog.len))
                  ? 0
                  : -ENOMEM;
    }
    free(insn);
    return ret;
}

/* --- all threads --- */

/* A thread that sets the filters of all threads of its process. */
typedef struct Sync {
    const Task *t;
    const SeccompFilter *filter;
    bool privs;
    int32_t refuses; /* a thread that has others; 0: none */
} Sync;

static Task *sibling(const Sync *s, const CPUState *cpu)
{
    Task *o = __atomic_load_n(&cpu->user, __ATOMIC_ACQUIRE);

    return o && !o->exited && o->tgid == s->t->tgid ? o : NULL;
}

static bool has_ancestor(const SeccompFilter *f, const SeccompFilter *older)
{
    while (f && f != older) {
        f = f->prev;
    }
    return f == older;
}

static void can_sync(void *opaque, CPUState *cpu)
{
    Sync *s = opaque;
    const Task *o = sibling(s, cpu);

    if (o && (o->seccomp.strict ||
              !has_ancestor(s->t->seccomp.filter, o->seccomp.filter))) {
        s->refuses = o->tid;
    }
}

static void give_filter(void *opaque, CPUState *cpu)
{
    const Sync *s = opaque;
    Task *o = sibling(s, cpu);

    if (o) {
        o->seccomp.privs = s->privs;
        o->seccomp.filter = s->filter;
    }
}

/* 0, the listener's descriptor, -errno, or a thread that is in the way. */
static long install(Task *t, uint64_t flags, SeccompFilter *f)
{
    bool sync = flags & SECCOMP_FILTER_FLAG_TSYNC;
    Sync s = {t, f, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, 0};
    long ret = 0;

    check(lock_is_held(&t->proc->seccomp_lock), "thread %d sets a filter",
          t->tid);
    if (sync) {
        exec_each_other(t->cpu, can_sync, &s);
    }
    if (s.refuses) {
        return flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH ? -ESRCH : s.refuses;
    }
    if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) {
        ret = seccomp_listen(flags);
        f->has_listener = true;
    }
    if (ret >= 0) {
        t->seccomp.filter = f;
        if (sync) {
            exec_each_other(t->cpu, give_filter, &s);
        }
    }
    return ret;
}

static bool flags_valid(uint64_t flags)
{
    const uint64_t known = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG |
                           SECCOMP_FILTER_FLAG_SPEC_ALLOW |
                           SECCOMP_FILTER_FLAG_NEW_LISTENER |
                           SECCOMP_FILTER_FLAG_TSYNC_ESRCH |
                           SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    bool listens = flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;

    /* A thread's id as the result could be taken for a descriptor. */
    return !(flags & ~known) &&
           !(listens && (flags & SECCOMP_FILTER_FLAG_TSYNC) &&
             !(flags & SECCOMP_FILTER_FLAG_TSYNC_ESRCH)) &&
           !(!listens && (flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV));
}

static long set_filter(Task *t, uint64_t flags, uint64_t addr)
{
    SeccompFilter *f;
    long ret = flags_valid(flags) ? read_filter(t, addr, &f) : -EINVAL;

    if (ret < 0) {
        return ret;
    }
    ret = -EINVAL;
    pthread_mutex_lock(&t->proc->seccomp_lock);
    if (!t->seccomp.strict) {
        ret = install(t, flags, f);
    }
    if (t->seccomp.filter != f) {
        free(f);
    }
    pthread_mutex_unlock(&t->proc->seccomp_lock);
    return ret;
}

void seccomp_copy(Task *t, const Task *parent)
{
    pthread_mutex_lock(&t->proc->seccomp_lock);
    t->seccomp.filter = parent->seccomp.filter;
    t->seccomp.privs = parent->seccomp.privs;
    t->seccomp.strict = parent->seccomp.strict;
    pthread_mutex_unlock(&t->proc->seccomp_lock);
}

/* Another thread may have held it. */
void seccomp_new_process(Task *t)
{
    pthread_mutex_init(&t->proc->seccomp_lock, NULL);
}

/* --- the calls --- */

static long set_strict(Task *t)
{
    if (t->seccomp.filter) {
        return -EINVAL;
    }
    t->seccomp.strict = true;
    return 0;
}

static long action_available(Task *t, uint64_t addr)
{
    uint32_t action;

    if (!mm_read(task_mm(t), &action, addr, sizeof(action))) {
        return -EFAULT;
    }
    switch (action) {
    case SECCOMP_RET_KILL_PROCESS:
    case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_TRAP:
    case SECCOMP_RET_ERRNO:
    case SECCOMP_RET_TRACE:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_USER_NOTIF: return 0;
    default: return -EOPNOTSUPP;
    }
}

long sys_seccomp(Task *t, const uint64_t *a)
{
    uint32_t flags = (uint32_t)a[1];

    switch ((uint32_t)a[0]) {
    case SECCOMP_SET_MODE_STRICT:
        return flags || a[2] ? -EINVAL : set_strict(t);
    case SECCOMP_SET_MODE_FILTER: return set_filter(t, flags, a[2]);
    case SECCOMP_GET_ACTION_AVAIL:
        return flags ? -EINVAL : action_available(t, a[2]);
    case SECCOMP_GET_NOTIF_SIZES: /* the same for all machines */
        return pass_call(t, SYS_seccomp, 1u << 2, a);
    default: return -EINVAL;
    }
}

long seccomp_prctl_set(Task *t, uint64_t mode, uint64_t program)
{
    switch (mode) {
    case SECCOMP_MODE_STRICT: return set_strict(t);
    case SECCOMP_MODE_FILTER: return set_filter(t, 0, program);
    default: return -EINVAL;
    }
}

long seccomp_mode(const Task *t)
{
    return t->seccomp.strict   ? SECCOMP_MODE_STRICT
           : t->seccomp.filter ? SECCOMP_MODE_FILTER
                               : SECCOMP_MODE_DISABLED;
}
