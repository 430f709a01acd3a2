/*
 * Robust futexes (Linux, Documentation/locking/robust-futexes.rst).
 *
 * The host's kernel walks the list when a thread dies without warning, if
 * guest addresses are host addresses; if they are not, the lists of a process
 * that ends are walked here.  So is that of a thread that ends by itself,
 * since its host thread lives on for a moment, in which others may already
 * reuse the memory that holds the list.
 */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include "host/usercopy.h"
#include "linux-user/process/robust.h"
#include "linux-user/task/call.h"

enum { LIST_LIMIT = 2048, PI_BIT = 1, HEAD_BYTES = 24 };

/* struct robust_list_head, the same for all 64-bit machines. */
typedef struct Head {
    uint64_t first;
    int64_t offset; /* from an entry to its futex word */
    uint64_t pending;
} Head;

_Static_assert(sizeof(Head) == HEAD_BYTES, "struct robust_list_head");

static bool word_readable(Task *t, uint64_t addr, uint32_t *value)
{
    return !(addr & 3) && mm_read(task_mm(t), value, addr, sizeof(*value));
}

/*
 * The owner died: says so in the word, wakes one who waits.  Those who wait
 * for a PI futex are the kernel's to wake.
 */
static void bury(Task *t, uint64_t addr, uint32_t tid, bool pi)
{
    uint32_t old;

    while (word_readable(t, addr, &old) && (old & FUTEX_TID_MASK) == tid) {
        uint32_t *word = g2h(task_mm(t), addr);
        uint32_t dead = (old & FUTEX_WAITERS) | FUTEX_OWNER_DIED;
        int done = user_cas(word, old, dead);

        if (done == 0 || (done < 0 && mm_unwatch(task_mm(t), addr, 4))) {
            continue;
        }
        if (done > 0 && !pi && (dead & FUTEX_WAITERS)) {
            raw_syscall(SYS_futex, (long)word, FUTEX_WAKE, 1, 0, 0, 0);
        }
        return;
    }
}

static void bury_entry(Task *t, uint64_t entry, int64_t offset, uint32_t tid)
{
    bury(t, (entry & ~(uint64_t)PI_BIT) + (uint64_t)offset, tid,
         entry & PI_BIT);
}

static void release_list(Task *t, uint32_t tid)
{
    uint64_t list = t->robust_list, entry, next;
    Head head;

    if (!mm_read(task_mm(t), &head, list, sizeof(head))) {
        return;
    }
    entry = head.first;
    for (int i = 0; i < LIST_LIMIT && (entry & ~1ull) != list; i++) {
        bool more = mm_read(task_mm(t), &next, entry & ~1ull, sizeof(next));

        if (entry != head.pending) {
            bury_entry(t, entry, head.offset, tid);
        }
        if (!more) {
            break;
        }
        entry = next;
    }
    if (head.pending) {
        bury_entry(t, head.pending, head.offset, tid);
    }
}

void robust_exit(Task *t)
{
    if (t->robust_list) {
        raw_syscall(SYS_set_robust_list, 0, HEAD_BYTES, 0, 0, 0, 0);
        release_list(t, (uint32_t)raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0));
        t->robust_list = 0;
    }
}

static void walk_other(void *opaque, CPUState *cpu)
{
    Task *t = __atomic_load_n(&cpu->user, __ATOMIC_ACQUIRE);

    (void)opaque;
    if (t && t->robust_list) {
        release_list(t, (uint32_t)t->tid);
    }
}

void robust_process_end(Task *t)
{
    if (task_mm(t)->base != 0) {
        robust_exit(t);
        if (!t->vfork) {
            exec_stop_others(t->cpu, walk_other, NULL);
        }
    }
}

long sys_set_robust_list(Task *t, const uint64_t *a)
{
    if (a[1] != HEAD_BYTES) {
        return -EINVAL;
    }
    t->robust_list = a[0];
    if (task_mm(t)->base != 0) {
        return 0;
    }
    return raw_syscall(SYS_set_robust_list, host_pointer(t, a[0]), HEAD_BYTES,
                       0, 0, 0, 0);
}

/* A thread whose list is looked for. */
typedef struct Sought {
    int32_t tid;
    bool found;
    uint64_t list;
} Sought;

static void find_list(void *opaque, CPUState *cpu)
{
    const Task *o = __atomic_load_n(&cpu->user, __ATOMIC_ACQUIRE);
    Sought *s = opaque;

    if (o && o->tid == s->tid) {
        s->found = true;
        s->list = o->robust_list;
    }
}

/*
 * Of a thread of another process the host knows it, if it runs under this
 * emulator too and has no base; else there seems to be none.
 */
static long list_of(Task *t, int32_t tid, uint64_t *list)
{
    Sought s = {.tid = tid};
    uint64_t theirs, size;
    long ret;

    if (tid == 0 || tid == t->tid) {
        *list = t->robust_list;
        return 0;
    }
    ret = raw_syscall(SYS_get_robust_list, tid, (long)&theirs, (long)&size, 0,
                      0, 0);
    exec_each_other(t->cpu, find_list, &s);
    *list = s.found                                      ? s.list
            : ret == 0 && mm_addr_ok(task_mm(t), theirs) ? theirs
                                                         : 0;
    return ret;
}

long sys_get_robust_list(Task *t, const uint64_t *a)
{
    uint64_t size = HEAD_BYTES, list;
    long ret = list_of(t, (int32_t)a[0], &list);

    if (ret < 0) {
        return ret;
    }
    if (!mm_write(task_mm(t), a[2], &size, sizeof(size)) ||
        !mm_write(task_mm(t), a[1], &list, sizeof(list))) {
        return -EFAULT;
    }
    return 0;
}
