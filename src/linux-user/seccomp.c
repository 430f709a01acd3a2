/* seccomp(2): modes, filters, and what they decide. */
#include "linux-user/seccomp.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "linux-user/bpf.h"
#include "linux-user/signal.h"
#include "linux-user/sys.h"

enum {
    ARCH_RISCV64 = (int)0xc00000f3,    /* AUDIT_ARCH_RISCV64 */
    CHAIN_LIMIT = 32768,               /* instructions of all filters */
    SIGINFO_SECCOMP = 1,               /* SYS_SECCOMP */
};

/* Numbers of riscv64 (syscall.def). */
enum { NR_READ = 63, NR_WRITE = 64, NR_EXIT = 93, NR_SIGRETURN = 139 };

/* --- deciding --- */

/* The most restrictive action of all filters; the newest of equals. */
static uint32_t run_chain(const SeccompFilter *f,
                          const struct seccomp_data *data)
{
    uint32_t best = SECCOMP_RET_ALLOW;

    for (; f; f = f->prev) {
        uint32_t got = bpf_run(f->insn, data);

        if ((int32_t)(got & SECCOMP_RET_ACTION_FULL) <
            (int32_t)(best & SECCOMP_RET_ACTION_FULL)) {
            best = got;
        }
    }
    return best;
}

static void trap(Task *t, unsigned nr, uint32_t data)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = SIGSYS;
    info.si_code = SIGINFO_SECCOMP;
    info.si_errno = (int)data;
    info.si_call_addr = (void *)(uintptr_t)rv_state(t->cpu)->pc;
    info.si_syscall = (int)nr;
    info.si_arch = (unsigned)ARCH_RISCV64;
    t->no_result = true;
    signal_force_info(t, &info);
}

/* The thread alone, if there are others. */
static void kill_thread(Task *t, int signo)
{
    if (t->proc->nb_tasks == 1 || t->vfork) {
        signal_die(t, signo);
    }
    sys_exit(t, (const uint64_t[6]){ 0 });
}

static bool act(Task *t, unsigned nr, uint32_t decision, long *ret)
{
    uint32_t data = decision & SECCOMP_RET_DATA;

    switch (decision & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW: case SECCOMP_RET_LOG:
        return true;
    case SECCOMP_RET_ERRNO:
        *ret = -(long)(data < 4095 ? data : 4095);
        return false;
    case SECCOMP_RET_TRAP:
        trap(t, nr, data);
        return false;
    case SECCOMP_RET_TRACE: case SECCOMP_RET_USER_NOTIF:
        *ret = -ENOSYS;        /* nobody is there to ask */
        return false;
    case SECCOMP_RET_KILL_THREAD:
        kill_thread(t, SIGSYS);
        return false;
    default:
        signal_die(t, SIGSYS);
    }
}

static bool strict_allows(unsigned nr)
{
    return nr == NR_READ || nr == NR_WRITE || nr == NR_EXIT ||
           nr == NR_SIGRETURN;
}

static void take_up_sync(Task *t)
{
    const SeccompFilter *sync = t->proc->seccomp_sync;

    if (t->seccomp_seen != sync) {
        t->seccomp = t->seccomp_seen = sync;
    }
}

bool seccomp_allows(Task *t, unsigned nr, const uint64_t *a, long *ret)
{
    struct seccomp_data data = {
        .nr = (int)nr, .arch = (uint32_t)ARCH_RISCV64,
        .instruction_pointer = rv_state(t->cpu)->pc,
    };

    *ret = 0;
    take_up_sync(t);
    if (t->seccomp_strict && !strict_allows(nr)) {
        kill_thread(t, SIGKILL);
        return false;
    }
    memcpy(data.args, a, sizeof(data.args));
    return act(t, nr, run_chain(t->seccomp, &data), ret);
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

const SeccompFilter *seccomp_add(const SeccompFilter *prev,
                                 const struct sock_filter *insn, uint32_t n)
{
    SeccompFilter *f;

    if (!bpf_valid(insn, n) || chain_length(prev) + n > CHAIN_LIMIT) {
        return NULL;
    }
    f = malloc(sizeof(*f) + n * sizeof(*insn));
    if (f) {
        f->prev = prev;
        f->n = n;
        memcpy(f->insn, insn, n * sizeof(*insn));
    }
    return f;
}

/* struct sock_fprog { u16 len; struct sock_filter *filter; } */
static long read_filter(Task *t, uint64_t addr, const SeccompFilter **out)
{
    struct { uint16_t len, pad[3]; uint64_t insn; } prog;
    struct sock_filter *insn;
    long ret = -EFAULT;

    if (!mm_read(task_mm(t), &prog, addr, sizeof(prog))) {
        return -EFAULT;
    }
    if (prog.len == 0 || prog.len > BPF_MAXINSNS) {
        return -EINVAL;
    }
    insn = calloc(prog.len, sizeof(*insn));
    if (!insn) {
        return -ENOMEM;
    }
    if (mm_read(task_mm(t), insn, prog.insn, prog.len * sizeof(*insn))) {
        *out = seccomp_add(t->seccomp, insn, prog.len);
        ret = *out ? 0 : -EINVAL;
    }
    free(insn);
    return ret;
}

static long set_filter(Task *t, uint64_t flags, uint64_t addr)
{
    const uint64_t known = SECCOMP_FILTER_FLAG_TSYNC |
                           SECCOMP_FILTER_FLAG_LOG |
                           SECCOMP_FILTER_FLAG_SPEC_ALLOW |
                           SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
    const SeccompFilter *f;
    long ret;

    if (flags & ~known) {      /* nobody could answer a listener */
        return -EINVAL;
    }
    if (geteuid() != 0 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) {
        return -EACCES;
    }
    ret = t->seccomp_strict ? -EINVAL : read_filter(t, addr, &f);
    if (ret == 0) {
        t->seccomp = f;
        if (flags & SECCOMP_FILTER_FLAG_TSYNC) {
            t->seccomp_seen = t->proc->seccomp_sync = f;
        }
    }
    return ret;
}

static long set_strict(Task *t)
{
    if (t->seccomp) {
        return -EINVAL;
    }
    t->seccomp_strict = true;
    return 0;
}

static long action_available(Task *t, uint64_t addr)
{
    uint32_t action;

    if (!mm_read(task_mm(t), &action, addr, sizeof(action))) {
        return -EFAULT;
    }
    switch (action) {
    case SECCOMP_RET_KILL_PROCESS: case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_TRAP: case SECCOMP_RET_ERRNO: case SECCOMP_RET_TRACE:
    case SECCOMP_RET_LOG: case SECCOMP_RET_ALLOW:
        return 0;
    default:
        return -EOPNOTSUPP;
    }
}

long sys_seccomp(Task *t, const uint64_t *a)
{
    switch ((uint32_t)a[0]) {
    case SECCOMP_SET_MODE_STRICT:
        return a[1] || a[2] ? -EINVAL : set_strict(t);
    case SECCOMP_SET_MODE_FILTER:
        return set_filter(t, a[1], a[2]);
    case SECCOMP_GET_ACTION_AVAIL:
        return a[1] ? -EINVAL : action_available(t, a[2]);
    default:
        return -EINVAL;
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
    return t->seccomp_strict ? SECCOMP_MODE_STRICT
           : t->seccomp ? SECCOMP_MODE_FILTER : SECCOMP_MODE_DISABLED;
}
