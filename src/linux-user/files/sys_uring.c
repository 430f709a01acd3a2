/*
 * io_uring, where guest addresses are host addresses: structures are the same
 * on both machines, and requests go from the guest's memory to the kernel
 * without passing here.
 *
 * So what they may ask for is for the kernel to see to: each ring is made
 * disabled, restricted to the operations of uring.def, then enabled.  A ring
 * that the guest itself makes disabled is restricted when it is enabled,
 * unless the guest has done so: then its restrictions have lost what is not
 * in uring.def.
 *
 * The memory of rings is mm/ring.c's.  What requests write to, nobody is told
 * of (mm_written_behind).
 */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/signal/signal.h"
#include "linux-user/task/call.h"
#include "util/check.h"

typedef struct SqOffsets {
    uint32_t head, tail, ring_mask, ring_entries, flags, dropped, array, resv;
    uint64_t user_addr;
} SqOffsets;

typedef struct CqOffsets {
    uint32_t head, tail, ring_mask, ring_entries, overflow, cqes, flags, resv;
    uint64_t user_addr;
} CqOffsets;

/* struct io_uring_params */
typedef struct Params {
    uint32_t sq_entries, cq_entries, flags, sq_thread_cpu, sq_thread_idle;
    uint32_t features, wq_fd, resv[3];
    SqOffsets sq;
    CqOffsets cq;
} Params;

_Static_assert(sizeof(SqOffsets) == 40, "struct io_sqring_offsets");
_Static_assert(sizeof(CqOffsets) == 40, "struct io_cqring_offsets");
_Static_assert(offsetof(Params, sq) == 40 && sizeof(Params) == 120,
               "struct io_uring_params");

enum {
    SETUP_CQSIZE = 1 << 3,
    SETUP_R_DISABLED = 1 << 6,
    SETUP_SQE128 = 1 << 10,
    SETUP_CQE32 = 1 << 11,
    SETUP_NO_MMAP = 1 << 14,
    SETUP_REGISTERED_FD_ONLY = 1 << 15,
    ENTER_GETEVENTS = 1 << 0,
    ENTER_EXT_ARG = 1 << 3,
    ENTER_EXT_ARG_REG = 1 << 6,
    MAX_SQ_ENTRIES = 1 << 15,
    MAX_CQ_ENTRIES = 1 << 16,
};

/* Of io_uring_register: the ring is not a descriptor but a registered one. */
static const uint32_t use_registered = 1u << 31;

/* --- operations --- */

enum {
#define URING_REGISTER(number, name, handler) REGISTER_##name = number,
#include "linux-user/files/uring.def"
};

static const uint8_t allowed_op[] = {
#define URING_OP(number, name) number,
#include "linux-user/files/uring.def"
};

static const uint8_t allowed_register[] = {
#define URING_REGISTER(number, name, handler) number,
#include "linux-user/files/uring.def"
};

enum {
    NB_OPS = sizeof(allowed_op),
    NB_REGISTERS = sizeof(allowed_register),
    NB_RESTRICTIONS = NB_OPS + NB_REGISTERS + 1,
};

static bool op_allowed(uint8_t op)
{
    return memchr(allowed_op, op, NB_OPS) != NULL;
}

/* --- restrictions --- */

/* struct io_uring_restriction */
typedef struct Restriction {
    uint16_t kind;
    uint8_t which, resv;
    uint32_t resv2[3];
} Restriction;

_Static_assert(sizeof(Restriction) == 16, "struct io_uring_restriction");

enum { ALLOW_REGISTER, ALLOW_OP, ALLOW_FLAGS };

/* Of n operations that are told in ascending order, those below `end`. */
static uint32_t add_restrictions(Restriction *r, uint16_t kind,
                                 const uint8_t *which, size_t n, uint32_t end)
{
    uint32_t added = 0;

    for (size_t i = 0; i < n && which[i] < end; i++) {
        check(i == 0 || which[i - 1] < which[i], "%u is out of order",
              which[i]);
        r[added++] = (Restriction){.kind = kind, .which = which[i]};
    }
    return added;
}

static long host_register(uint32_t ring, uint32_t via, uint32_t op,
                          const void *arg, uint32_t n)
{
    return raw_syscall(SYS_io_uring_register, (long)ring, (long)(op | via),
                       (long)arg, (long)n, 0, 0);
}

/*
 * The kernel refuses operations that it does not know: of requests it says
 * which it knows, of its own it is tried with fewer and fewer.
 */
static long restrict_ring(uint32_t ring, uint32_t via)
{
    enum { PROBE_WORDS = 4, LAST_OP_BYTE = 0 };
    uint32_t probe[PROBE_WORDS] = {0}, n;
    Restriction r[NB_RESTRICTIONS];
    uint32_t end = allowed_register[NB_REGISTERS - 1] + 1;
    long ret = host_register(ring, via, REGISTER_PROBE, probe, 0);

    if (ret < 0) {
        return ret;
    }
    do {
        n = add_restrictions(r, ALLOW_OP, allowed_op, NB_OPS,
                             ((uint8_t *)probe)[LAST_OP_BYTE] + 1u);
        n += add_restrictions(r + n, ALLOW_REGISTER, allowed_register,
                              NB_REGISTERS, end);
        check(n < NB_RESTRICTIONS, "%u restrictions", n);
        r[n++] = (Restriction){.kind = ALLOW_FLAGS, .which = UINT8_MAX};
        ret = host_register(ring, via, REGISTER_RESTRICTIONS, r, n);
    } while (ret == -EINVAL && end-- > REGISTER_ENABLE_RINGS);
    return ret;
}

static long enable_restricted(uint32_t ring, uint32_t via)
{
    long ret = restrict_ring(ring, via);

    return ret < 0 ? ret
                   : host_register(ring, via, REGISTER_ENABLE_RINGS, NULL, 0);
}

/* --- io_uring_setup --- */

static uint32_t power_of_two(uint32_t n, uint32_t max)
{
    uint32_t p = 1;

    while (p < n && p < max) {
        p *= 2;
    }
    check(p <= max && !(p & (p - 1)), "%u of %u entries", p, max);
    return p;
}

/* As much as the kernel will want, or a little more. */
static MmRing *new_memory(Mm *mm, uint32_t entries, const Params *p)
{
    const uint64_t head = 1024; /* more than struct io_rings */
    uint64_t sq = power_of_two(entries, MAX_SQ_ENTRIES);
    uint64_t cq = p->flags & SETUP_CQSIZE
                      ? power_of_two(p->cq_entries, MAX_CQ_ENTRIES)
                      : 2 * sq;

    return mm_ring_new(mm,
                       head + cq * (p->flags & SETUP_CQE32 ? 32 : 16) +
                           sq * sizeof(uint32_t),
                       sq * (p->flags & SETUP_SQE128 ? 128 : 64));
}

static long host_setup(uint32_t entries, Params *p)
{
    return raw_syscall(SYS_io_uring_setup, (long)entries, (long)p, 0, 0, 0, 0);
}

/* The kernel agreed to nothing: because it knows no rings in our memory? */
static bool host_too_old(uint32_t entries, Params p)
{
    long fd = host_setup(entries, &p);

    if (fd >= 0) {
        close((int)fd);
    }
    return fd >= 0;
}

/* The ring, which the guest can use, or -errno. */
static long new_ring(uint32_t entries, Params *p)
{
    uint32_t asked = p->flags;
    uint32_t via = asked & SETUP_REGISTERED_FD_ONLY ? use_registered : 0;
    long ring, ret = 0;

    p->flags |= SETUP_R_DISABLED;
    ring = host_setup(entries, p);
    if (ring >= 0 && !(asked & SETUP_R_DISABLED)) {
        ret = enable_restricted((uint32_t)ring, via);
    }
    if (ret < 0 && !via) {
        close((int)ring);
    }
    p->flags = asked;
    return ret < 0 ? ret : ring;
}

/* Rings in memory of the guest's choice. */
static long setup_in_guest(Task *t, uint32_t entries, Params *p)
{
    p->sq.user_addr = (uint64_t)host_pointer(t, p->sq.user_addr);
    p->cq.user_addr = (uint64_t)host_pointer(t, p->cq.user_addr);
    mm_written_behind(task_mm(t), BEHIND_PINNED);
    return new_ring(entries, p);
}

static long setup_in_ours(Task *t, uint32_t entries, Params *p)
{
    Params guest = *p;
    MmRing *memory = new_memory(task_mm(t), entries, p);
    long ring;

    if (!memory) {
        return -ENOMEM;
    }
    p->flags |= SETUP_NO_MMAP;
    p->cq.user_addr = (uintptr_t)memory->ring;
    p->sq.user_addr = (uintptr_t)memory->sqe;
    ring = new_ring(entries, p);
    p->flags = guest.flags;
    p->cq.user_addr = p->sq.user_addr = 0;
    if (ring >= 0) {
        mm_ring_add(task_mm(t), memory, (int)ring, !t->vfork);
        return ring;
    }
    mm_ring_free(memory);
    return ring == -EINVAL && host_too_old(entries, guest) ? -ENOSYS : ring;
}

long sys_io_uring_setup(Task *t, const uint64_t *a)
{
    uint32_t entries = (uint32_t)a[0];
    Params p;
    long ring;

    if (task_mm(t)->base != 0) {
        return -ENOSYS;
    }
    if (!mm_read(task_mm(t), &p, a[1], sizeof(p))) {
        return -EFAULT;
    }
    if ((p.flags & SETUP_REGISTERED_FD_ONLY) && !(p.flags & SETUP_NO_MMAP)) {
        return -EINVAL;
    }
    mm_written_behind(task_mm(t), BEHIND_REQUESTS);
    ring = p.flags & SETUP_NO_MMAP ? setup_in_guest(t, entries, &p)
                                   : setup_in_ours(t, entries, &p);
    if (ring >= 0 && !mm_write(task_mm(t), a[1], &p, sizeof(p))) {
        if (!(p.flags & SETUP_REGISTERED_FD_ONLY)) {
            close((int)ring);
        }
        return -EFAULT;
    }
    return ring;
}

/* --- io_uring_enter --- */

/* struct io_uring_getevents_arg */
typedef struct WaitArg {
    uint64_t mask;
    uint32_t mask_size, min_wait;
    uint64_t timeout;
} WaitArg;

_Static_assert(sizeof(WaitArg) == 24, "struct io_uring_getevents_arg");

/* The arguments of the host's call, of which arg and mask are in here. */
typedef struct Enter {
    long v[6];
    WaitArg arg;
    uint64_t mask;
} Enter;

static long host_enter(Task *t, const Enter *e)
{
    return safe_syscall(&t->pending, SYS_io_uring_enter, e->v[0], e->v[1],
                        e->v[2], e->v[3], e->v[4], e->v[5]);
}

/*
 * Where a signal of the emulator's ends the wait after all was submitted, the
 * call says how much that was, and the guest would find nothing: it waits on.
 */
static long submit_and_wait(Task *t, Enter *e)
{
    long submitted = host_enter(t, e), ret = submitted;

    while ((ret > 0 || ret == -EINTR) && submitted == (int32_t)e->v[1] &&
           submitted > 0 && t->kicked && !t->pending) {
        t->kicked = false;
        e->v[1] = 0;
        ret = host_enter(t, e);
        e->v[1] = submitted;
    }
    return submitted;
}

/* False: the kernel is to refuse it, when it comes to it. */
static bool read_wait(Task *t, WaitArg *arg, const uint64_t *a)
{
    if (a[3] & ENTER_EXT_ARG) {
        return a[5] == sizeof(*arg) &&
               mm_read(task_mm(t), arg, a[4], sizeof(*arg));
    }
    *arg = (WaitArg){a[4], (uint32_t)a[5], 0, 0};
    return true;
}

/*
 * Begins a wait with the mask that it is given, if any.  Less than 0: what the
 * call returns, which must not be made.
 */
static long begin_wait(Task *t, Enter *e, const uint64_t *a)
{
    WaitArg *arg = &e->arg;
    long masked = 0;

    e->v[4] = bad_pointer();
    if (!read_wait(t, arg, a)) {
        return 0;
    }
    masked = signal_wait_begin_at(t, arg->mask, arg->mask_size, &e->mask);
    arg->timeout = (uint64_t)host_pointer(t, arg->timeout);
    if (masked == -EINVAL || masked == -EFAULT) {
        arg->mask = (uint64_t)bad_pointer();
        masked = 0;
    } else {
        arg->mask = masked ? (uintptr_t)&e->mask : 0;
    }
    e->v[4] = a[3] & ENTER_EXT_ARG ? (long)arg : (long)arg->mask;
    return masked;
}

/* io_uring_enter(ring, how many to submit, to wait for, flags, arg, size) */
long sys_io_uring_enter(Task *t, const uint64_t *a)
{
    Enter e;
    long masked;

    if (task_mm(t)->base != 0) {
        return -ENOSYS;
    }
    mm_written_behind(task_mm(t), BEHIND_REQUESTS);
    for (int i = 0; i < 6; i++) {
        e.v[i] = (long)a[i];
    }
    if (!(a[3] & ENTER_GETEVENTS) || (a[3] & ENTER_EXT_ARG_REG)) {
        return host_enter(t, &e);
    }
    masked = begin_wait(t, &e, a);
    return masked < 0 ? masked : signal_wait_end(t, submit_and_wait(t, &e));
}

/* --- io_uring_register(ring, operation, argument, number) --- */

/* With the host's arguments. */
static long pass(Task *t, const long v[4])
{
    return safe_syscall(&t->pending, SYS_io_uring_register, v[0], v[1], v[2],
                        v[3], 0, 0);
}

static long pin(Task *t, const long v[4])
{
    mm_written_behind(task_mm(t), BEHIND_PINNED);
    return pass(t, v);
}

/* struct io_uring_probe: which operations there are. */
static long probe(Task *t, const long v[4])
{
    enum { HEADER = 16, OP_BYTES = 8, LENGTH_AT = 1 };
    uint64_t at = (uint64_t)v[2];
    long ret = pass(t, v);
    uint8_t n = 0, op[OP_BYTES];

    if (ret < 0 || !mm_read(task_mm(t), &n, at + LENGTH_AT, 1)) {
        return ret;
    }
    for (uint64_t i = 0; i < n; i++) {
        uint64_t addr = at + HEADER + i * OP_BYTES;

        if (mm_read(task_mm(t), op, addr, sizeof(op)) && !op_allowed(op[0])) {
            memset(op + 1, 0, sizeof(op) - 1);
            mm_write(task_mm(t), addr, op, sizeof(op));
        }
    }
    return ret;
}

/*
 * In place of a request's operation that we refuse, what makes no difference:
 * a ring that is enabled cannot be enabled.
 */
static void refuse_ops(Restriction *r, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (r[i].kind == ALLOW_OP && !op_allowed(r[i].which)) {
            r[i].kind = ALLOW_REGISTER;
            r[i].which = REGISTER_ENABLE_RINGS;
        }
    }
}

static long restrictions(Task *t, const long v[4])
{
    enum { MANY = 1024 }; /* more than any kernel takes */
    uint32_t n = (uint32_t)v[3];
    Restriction *r;
    long ret;

    if (!v[2] || n > MANY) {
        return -EINVAL;
    }
    r = calloc(n + 1, sizeof(*r));
    if (!r) {
        return -ENOMEM;
    }
    ret = mm_read(task_mm(t), r, (uint64_t)v[2], n * sizeof(*r)) ? 0 : -EFAULT;
    refuse_ops(r, n);
    ret = ret < 0 ? ret : pass(t, (long[4]){v[0], v[1], (long)r, v[3]});
    free(r);
    return ret;
}

/* What fails because they have been restricted, or are enabled, is the
   call's to refuse. */
static long enable_rings(Task *t, const long v[4])
{
    long ret = restrict_ring((uint32_t)v[0], (uint32_t)v[1] & use_registered);

    return ret == -EBUSY || ret == -EACCES || ret == -EBADFD || ret == 0
               ? pass(t, v)
               : ret;
}

/* struct io_uring_buf_reg; the kernel's own memory cannot be mapped. */
static long buffer_ring(Task *t, const long v[4])
{
    enum { KERNELS = 1 };
    struct {
        uint64_t addr;
        uint32_t entries;
        uint16_t group, flags;
    } reg;

    if (mm_read(task_mm(t), &reg, (uint64_t)v[2], sizeof(reg)) &&
        (reg.flags & KERNELS)) {
        return -EINVAL;
    }
    return pin(t, v);
}

long sys_io_uring_register(Task *t, const uint64_t *a)
{
    static long (*const handler[])(Task *, const long[4]) = {
#define URING_REGISTER(number, name, function) [number] = function,
#include "linux-user/files/uring.def"
    };
    uint32_t op = (uint32_t)a[1] & ~use_registered;
    long v[4] = {(int32_t)a[0], (int32_t)a[1], 0, (int32_t)a[3]};

    if (task_mm(t)->base != 0) {
        return -ENOSYS;
    }
    if (op >= sizeof(handler) / sizeof(handler[0]) || !handler[op]) {
        return -EINVAL;
    }
    mm_written_behind(task_mm(t), BEHIND_REQUESTS);
    v[2] = host_pointer(t, a[2]);
    return handler[op](t, v);
}
