/*
 * io_uring by its system calls: rings mapped in each way, requests of many
 * kinds, rings in forked children, by other descriptors and after close.
 * Without io_uring in the host's kernel all is one line.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SETUP_NO_MMAP = 1 << 14 };

typedef struct Ring {
    int fd;
    struct io_uring_params p;
    char *ring;
    size_t ring_bytes, sqe_bytes;
    struct io_uring_sqe *sqe;
} Ring;

static void show(const char *what, long ret)
{
    printf("%s: %ld %s\n", what, ret, ret < 0 ? strerror(errno) : "");
    fflush(stdout);
}

static long setup(unsigned entries, struct io_uring_params *p)
{
    return syscall(SYS_io_uring_setup, entries, p);
}

static long enter(const Ring *r, unsigned submit, unsigned wait)
{
    return syscall(SYS_io_uring_enter, r->fd, submit, wait,
                   wait ? IORING_ENTER_GETEVENTS : 0, NULL, 8);
}

static long reg(const Ring *r, unsigned op, void *arg, unsigned n)
{
    return syscall(SYS_io_uring_register, r->fd, op, arg, n);
}

static unsigned *word(const Ring *r, unsigned offset)
{
    return (unsigned *)(r->ring + offset);
}

static void *map(int fd, void *at, size_t n, off_t offset)
{
    return mmap(at, n, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_POPULATE | (at ? MAP_FIXED : 0), fd, offset);
}

static void sizes(Ring *r)
{
    size_t sq = r->p.sq_off.array + r->p.sq_entries * sizeof(unsigned);
    size_t cq = r->p.cq_off.cqes +
                r->p.cq_entries * sizeof(struct io_uring_cqe);

    r->ring_bytes = sq > cq ? sq : cq;
    r->sqe_bytes = r->p.sq_entries * sizeof(struct io_uring_sqe);
}

static int make_with(Ring *r, unsigned entries, unsigned flags)
{
    memset(r, 0, sizeof(*r));
    r->p.flags = flags;
    r->fd = (int)setup(entries, &r->p);
    if (r->fd < 0) {
        return -1;
    }
    sizes(r);
    r->ring = map(r->fd, NULL, r->ring_bytes, IORING_OFF_SQ_RING);
    r->sqe = map(r->fd, NULL, r->sqe_bytes, IORING_OFF_SQES);
    return r->ring == MAP_FAILED || (void *)r->sqe == MAP_FAILED ? -1 : 0;
}

static void make(Ring *r, unsigned entries)
{
    if (make_with(r, entries, 0) < 0) {
        printf("no ring: %s\n", strerror(errno));
        exit(1);
    }
}

static void unmake(Ring *r)
{
    munmap(r->ring, r->ring_bytes);
    munmap(r->sqe, r->sqe_bytes);
    close(r->fd);
}

/* The next entry, which is submitted by the next enter(). */
static struct io_uring_sqe *next(const Ring *r, int op, int fd,
                                 const void *addr, unsigned len,
                                 uint64_t data)
{
    unsigned tail = *word(r, r->p.sq_off.tail);
    unsigned i = tail & *word(r, r->p.sq_off.ring_mask);
    struct io_uring_sqe *s = &r->sqe[i];

    memset(s, 0, sizeof(*s));
    s->opcode = (uint8_t)op;
    s->fd = fd;
    s->addr = (uintptr_t)addr;
    s->len = len;
    s->user_data = data;
    word(r, r->p.sq_off.array)[i] = i;
    __atomic_store_n(word(r, r->p.sq_off.tail), tail + 1, __ATOMIC_RELEASE);
    return s;
}

static int reap(const Ring *r, struct io_uring_cqe *out)
{
    unsigned head = *word(r, r->p.cq_off.head);
    unsigned mask = *word(r, r->p.cq_off.ring_mask);
    struct io_uring_cqe *cqe = (void *)word(r, r->p.cq_off.cqes);

    if (head == __atomic_load_n(word(r, r->p.cq_off.tail), __ATOMIC_ACQUIRE)) {
        return 0;
    }
    *out = cqe[head & mask];
    __atomic_store_n(word(r, r->p.cq_off.head), head + 1, __ATOMIC_RELEASE);
    return 1;
}

static int by_data(const void *a, const void *b)
{
    const struct io_uring_cqe *x = a, *y = b;

    return (x->user_data > y->user_data) - (x->user_data < y->user_data);
}

/* Submits n, waits for all of them, shows them in the order of their data. */
static void run(const char *what, const Ring *r, unsigned n)
{
    struct io_uring_cqe c[16] = { { 0 } };
    int got = 0;

    show(what, enter(r, n, n));
    while (got < 16 && reap(r, &c[got])) {
        got++;
    }
    qsort(c, (size_t)got, sizeof(c[0]), by_data);
    for (int i = 0; i < got; i++) {
        printf(" %llu: %d\n", (unsigned long long)c[i].user_data, c[i].res);
    }
    fflush(stdout);
}

/* --- requests --- */

static void files(const Ring *r)
{
    char text[] = "written by a ring", a[8] = "", b[16] = "";
    struct iovec iov[] = { { a, 4 }, { b, sizeof(b) - 1 } };
    int fd = memfd_create("data", 0);

    next(r, IORING_OP_NOP, -1, NULL, 0, 1);
    run("nop", r, 1);
    next(r, IORING_OP_WRITE, fd, text, sizeof(text) - 1, 2);
    run("write", r, 1);
    next(r, IORING_OP_READV, fd, iov, 2, 3);
    run("readv", r, 1);
    printf(" \"%s\" \"%s\"\n", a, b);
    memset(b, 0, sizeof(b));
    next(r, IORING_OP_READ, fd, b, 7, 4)->off = 8;
    run("read", r, 1);
    printf(" \"%s\"\n", b);
    next(r, IORING_OP_READ, fd, (void *)16, 7, 5);
    next(r, IORING_OP_READ, -1, b, 7, 6);
    next(r, IORING_OP_FSYNC, fd, NULL, 0, 7);
    run("errors", r, 3);
    close(fd);
}

static void links(const Ring *r)
{
    char text[] = "linked", got[8] = "";
    int fd = memfd_create("data", 0);

    next(r, IORING_OP_WRITE, fd, text, 6, 1)->flags = IOSQE_IO_LINK;
    next(r, IORING_OP_READ, fd, got, 6, 2)->flags = IOSQE_IO_LINK;
    next(r, IORING_OP_NOP, -1, NULL, 0, 3);
    run("links", r, 3);
    printf(" \"%s\"\n", got);
    next(r, IORING_OP_READ, -1, got, 6, 1)->flags = IOSQE_IO_LINK;
    next(r, IORING_OP_NOP, -1, NULL, 0, 2);
    run("a link that fails", r, 2);
    close(fd);
}

static void sockets(const Ring *r)
{
    struct sockaddr_un name = { .sun_family = AF_UNIX };
    socklen_t size = sizeof(sa_family_t) + 16;
    int server = socket(AF_UNIX, SOCK_STREAM, 0), pair[2];
    int client = socket(AF_UNIX, SOCK_STREAM, 0);
    char got[8] = "";

    snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "uring-%d",
             (int)getpid());
    bind(server, (void *)&name, size);
    listen(server, 4);
    next(r, IORING_OP_ACCEPT, server, NULL, 0, 1)->flags = IOSQE_ASYNC;
    next(r, IORING_OP_CONNECT, client, &name, 0, 2)->off = size;
    show("accept and connect", enter(r, 2, 2));
    for (struct io_uring_cqe c; reap(r, &c);) {
        printf(" %s\n", c.res >= 0 ? "done" : strerror(-c.res));
        if (c.user_data == 1) {
            close(c.res);
        }
    }
    socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
    next(r, IORING_OP_RECV, pair[0], got, sizeof(got) - 1, 1);
    next(r, IORING_OP_SEND, pair[1], "packet", 6, 2);
    run("send and recv", r, 2);
    printf(" \"%s\"\n", got);
    next(r, IORING_OP_POLL_ADD, pair[0], NULL, 0, 1)->poll32_events = POLLIN;
    next(r, IORING_OP_SEND, pair[1], "x", 1, 2);
    run("poll", r, 2);
    close(pair[0]), close(pair[1]), close(server), close(client);
}

/* --- waiting --- */

static volatile int signals;

static void on_signal(int signo)
{
    signals += signo == SIGALRM;
}

static void alarm_in(int us)
{
    struct itimerval it = { { 0, 0 }, { 0, us } };

    setitimer(ITIMER_REAL, &it, NULL);
}

static long wait_with(const Ring *r, const struct timespec *ts,
                      const uint64_t *mask)
{
    struct io_uring_getevents_arg arg = {
        .sigmask = (uintptr_t)mask, .sigmask_sz = 8, .ts = (uintptr_t)ts,
    };

    return syscall(SYS_io_uring_enter, r->fd, 0, 1,
                   IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &arg,
                   sizeof(arg));
}

static void waits(const Ring *r)
{
    struct { int64_t s, ns; } soon = { 0, 2000000 };
    struct timespec limit = { 0, 20000000 };
    uint64_t all = ~0ull;
    struct sigaction act = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

    sigaction(SIGALRM, &act, NULL);
    next(r, IORING_OP_TIMEOUT, -1, &soon, 1, 1);
    run("timeout", r, 1);
    alarm_in(20000);
    show("wait, and a signal", enter(r, 0, 1));
    printf(" signals: %d\n", signals);
    show("wait, and the time", wait_with(r, &limit, NULL));
    alarm_in(2000);
    show("wait, the signal blocked", wait_with(r, &limit, &all));
    printf(" signals: %d\n", signals);
    show("a wrong size", syscall(SYS_io_uring_enter, r->fd, 0, 1,
                                 IORING_ENTER_GETEVENTS, &all, 4));
}

/* --- rings --- */

static void forked(const Ring *r)
{
    char text[] = "child", got[8] = "";
    int ends[2], status;
    struct io_uring_cqe c = { 0 };

    if (pipe(ends) < 0) {
        return;
    }
    fflush(stdout);
    if (fork() == 0) {         /* it is the same ring */
        next(r, IORING_OP_WRITE, ends[1], text, 5, 77);
        show("in a child", enter(r, 1, 0));
        exit(*word(r, r->p.cq_off.tail) == *word(r, r->p.cq_off.head));
    }
    wait(&status);
    printf("child: %d, a result: %d\n", WEXITSTATUS(status), reap(r, &c));
    printf(" %llu: %d\n", (unsigned long long)c.user_data, c.res);
    next(r, IORING_OP_READ, ends[0], got, 7, 1);
    run("what it wrote", r, 1);
    printf(" \"%s\"\n", got);
    close(ends[0]), close(ends[1]);
}

/* By another descriptor, at an address that is taken, after close. */
static void views(void)
{
    Ring r, by;
    char *place = mmap(NULL, 1 << 16, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
                       -1, 0);

    make(&r, 8);
    by = r;
    by.fd = dup(r.fd);
    close(r.fd);
    by.sqe = map(by.fd, NULL, by.sqe_bytes, IORING_OFF_SQES);
    printf("the same by a dup: %d\n", (void *)by.sqe != MAP_FAILED);
    next(&by, IORING_OP_NOP, -1, NULL, 0, 5);
    printf("the same memory: %d\n", (int)r.sqe[0].user_data);
    run("by a dup", &by, 1);
    by.ring = map(by.fd, NULL, by.ring_bytes, IORING_OFF_CQ_RING);
    printf("the rings again: %d\n", *word(&by, by.p.cq_off.tail));
    show("no such part", (long)map(by.fd, NULL, 4096, 0x20000000));
    show("too much", (long)map(by.fd, NULL, 1 << 20, 0) == -1 ? -1 : 0);
    munmap(r.sqe, r.sqe_bytes);
    next(&by, IORING_OP_NOP, -1, NULL, 0, 6);
    run("one view less", &by, 1);
    close(by.fd);
    printf("after close: %d\n", *word(&r, r.p.cq_off.tail));
    munmap(by.ring, by.ring_bytes);
    printf("and munmap: %d\n", *word(&r, r.p.cq_off.tail));
    munmap(place, 1 << 16);
}

/* Many one after the other, two at once. */
static void several(void)
{
    Ring a, b;
    int good = 0;

    for (int i = 0; i < 100; i++) {
        make(&a, 4);
        next(&a, IORING_OP_NOP, -1, NULL, 0, 1);
        good += enter(&a, 1, 1) == 1;
        unmake(&a);
    }
    printf("one after the other: %d\n", good);
    make(&a, 4), make(&b, 64);
    next(&a, IORING_OP_NOP, -1, NULL, 0, 1);
    next(&b, IORING_OP_NOP, -1, NULL, 0, 2);
    next(&b, IORING_OP_NOP, -1, NULL, 0, 3);
    run("one of two", &a, 1);
    run("the other", &b, 2);
    unmake(&a), unmake(&b);
}

static void polled(void)
{
    Ring r;
    struct io_uring_cqe c;
    int tries = 0;

    if (make_with(&r, 8, IORING_SETUP_SQPOLL) < 0) {
        printf("no thread of the kernel's\n");
        return;
    }
    next(&r, IORING_OP_NOP, -1, NULL, 0, 9);
    __sync_synchronize();
    while (!reap(&r, &c) && tries++ < 5000) {
        if (*word(&r, r.p.sq_off.flags) & IORING_SQ_NEED_WAKEUP) {
            syscall(SYS_io_uring_enter, r.fd, 1, 0, IORING_ENTER_SQ_WAKEUP,
                    NULL, 0);
        }
        usleep(1000);
    }
    printf("by a thread of the kernel's: %d\n", c.user_data == 9);
    unmake(&r);
}

/* --- io_uring_register --- */

static void registered(const Ring *r)
{
    static char fixed[4096];
    struct iovec iov = { fixed, sizeof(fixed) };
    int fd = memfd_create("data", 0);
    struct {
        struct io_uring_probe head;
        struct io_uring_probe_op op[64];
    } probe = { 0 };

    strcpy(fixed, "from a fixed buffer");
    show("buffers", reg(r, IORING_REGISTER_BUFFERS, &iov, 1));
    show("files", reg(r, IORING_REGISTER_FILES, &fd, 1));
    close(fd);
    next(r, IORING_OP_WRITE_FIXED, 0, fixed, 19, 1)->flags = IOSQE_FIXED_FILE;
    run("write", r, 1);
    next(r, IORING_OP_READ_FIXED, 0, fixed + 100, 5, 1)->flags =
        IOSQE_FIXED_FILE;
    run("read", r, 1);
    printf(" \"%s\"\n", fixed + 100);
    show("no buffers", reg(r, IORING_UNREGISTER_BUFFERS, NULL, 0));
    show("no files", reg(r, IORING_UNREGISTER_FILES, NULL, 0));
    show("probe", reg(r, IORING_REGISTER_PROBE, &probe, 64));
    printf(" read: %d\n", probe.op[IORING_OP_READ].flags);
    show("nothing", reg(r, 12345, NULL, 0));
    show("enable", reg(r, IORING_REGISTER_ENABLE_RINGS, NULL, 0));
}

/* The guest's own restrictions. */
static void restricted(void)
{
    struct io_uring_restriction only = {
        .opcode = IORING_RESTRICTION_SQE_OP, .sqe_op = IORING_OP_NOP,
    };
    char byte;
    Ring r;

    if (make_with(&r, 4, IORING_SETUP_R_DISABLED) < 0) {
        show("disabled", -1);
        return;
    }
    next(&r, IORING_OP_NOP, -1, NULL, 0, 1);
    show("disabled", enter(&r, 1, 1));
    show("restrictions", reg(&r, IORING_REGISTER_RESTRICTIONS, &only, 1));
    show("again", reg(&r, IORING_REGISTER_RESTRICTIONS, &only, 1));
    show("enable", reg(&r, IORING_REGISTER_ENABLE_RINGS, NULL, 0));
    run("a nop", &r, 1);
    next(&r, IORING_OP_READ, 0, &byte, 1, 2);
    run("a read", &r, 1);
    show("files", reg(&r, IORING_REGISTER_FILES, &r.fd, 1));
    unmake(&r);
    make_with(&r, 4, IORING_SETUP_R_DISABLED);
    show("enable", reg(&r, IORING_REGISTER_ENABLE_RINGS, NULL, 0));
    next(&r, IORING_OP_NOP, -1, NULL, 0, 1);
    run("a nop", &r, 1);
    unmake(&r);
}

/* Memory that the guest gives. */
static void given(void)
{
    enum { BYTES = 4096 };
    Ring r = { 0 };
    char *memory = mmap(NULL, 2 * BYTES, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t at[2] = { (uintptr_t)memory, (uintptr_t)memory + BYTES };

    r.p.flags = SETUP_NO_MMAP;
    memcpy((char *)&r.p.cq_off + 32, &at[0], 8);
    memcpy((char *)&r.p.sq_off + 32, &at[1], 8);
    r.fd = (int)setup(8, &r.p);
    if (r.fd < 0) {
        printf("no rings in given memory\n");
        return;
    }
    r.ring = memory;
    r.sqe = (void *)(memory + BYTES);
    next(&r, IORING_OP_NOP, -1, NULL, 0, 4);
    run("in given memory", &r, 1);
    close(r.fd);
    munmap(memory, 2 * BYTES);
}

/* --- what is not as natively --- */

/* Operations that the emulator refuses; a native kernel has them. */
static int refused(const Ring *r, int op, int fd)
{
#ifdef __riscv
    struct {
        struct io_uring_probe head;
        struct io_uring_probe_op op[64];
    } probe = { 0 };
    struct io_uring_cqe c = { 0 };

    reg(r, IORING_REGISTER_PROBE, &probe, 64);
    next(r, op, fd, "/proc/self/exe", 0, 1);
    enter(r, 1, 1);
    return !probe.op[op].flags && reap(r, &c) && c.res == -EACCES;
#else
    return r && op && fd;
#endif
}

static void refusals(const Ring *r)
{
    printf("refused: %d %d %d\n", refused(r, IORING_OP_OPENAT, AT_FDCWD),
           refused(r, IORING_OP_CLOSE, 2), refused(r, IORING_OP_MADVISE, -1));
}

#ifdef __riscv
/* return a0 + value */
static void put(uint32_t *at, int value)
{
    at[0] = 0x00050513u | (uint32_t)value << 20; /* addi a0, a0, value */
    at[1] = 0x00008067u;                         /* ret */
}

/* Code that a request writes; `fixed`: to pages that are no longer to write. */
static long code(const Ring *r, int fixed)
{
    const int all = PROT_READ | PROT_WRITE | PROT_EXEC;
    uint32_t insn[2], *p = mmap(NULL, 4096, all, MAP_PRIVATE | MAP_ANONYMOUS,
                                -1, 0);
    struct iovec iov = { p, 4096 };
    int fd = memfd_create("code", 0), n = fixed ? 100 : 8;
    long sum = 0;
    struct io_uring_cqe c = { .res = 0 };

    put(p, 0);
    if (fixed) {
        reg(r, IORING_REGISTER_BUFFERS, &iov, 1);
        mprotect(p, 4096, PROT_READ | PROT_EXEC);
    }
    for (int i = 0; i < n; i++) {
        __asm__ volatile("fence.i" ::: "memory");
        sum = ((long (*)(long))p)(sum);
        put(insn, i + 1);
        pwrite(fd, insn, sizeof(insn), 0);
        next(r, fixed ? IORING_OP_READ_FIXED : IORING_OP_READ, fd, p,
             sizeof(insn), 1);
        enter(r, 1, 1);
        if (!reap(r, &c) || c.res != sizeof(insn)) {
            return -1000 + c.res;
        }
    }
    if (fixed) {
        reg(r, IORING_UNREGISTER_BUFFERS, NULL, 0);
    }
    munmap(p, 4096);
    close(fd);
    return sum;
}
#else
static long code(const Ring *r, int fixed)
{
    long n = fixed ? 100 : 8;

    return r ? n * (n - 1) / 2 : 0;
}
#endif

static void errors(const Ring *r)
{
    struct io_uring_params p = { .flags = 1u << 31 };
    Ring none = { .fd = -1 }, in = { .fd = 0 };

    show("flags", setup(4, &p));
    p.flags = 0;
    show("no entries", setup(0, &p));
    show("many entries", setup(1 << 20, &p));
    show("no parameters", setup(4, NULL));
    show("no descriptor", enter(&none, 0, 0));
    show("no ring", enter(&in, 0, 0));
    show("no descriptor", reg(&none, IORING_REGISTER_FILES, &p, 1));
    show("a private view",
         (long)mmap(NULL, 0, PROT_READ, MAP_SHARED, r->fd, 0));
}

int main(void)
{
    struct io_uring_params p = { 0 };
    int fd = (int)setup(4, &p);
    Ring r;

    if (fd < 0) {
        printf("no io_uring\n");
        return 0;
    }
    close(fd);
    make(&r, 8);
    printf("%u entries, %u results, features %x\n", r.p.sq_entries,
           r.p.cq_entries, r.p.features & IORING_FEAT_SINGLE_MMAP);
    files(&r);
    links(&r);
    sockets(&r);
    waits(&r);
    refusals(&r);
    printf("code: %ld\n", code(&r, 0));
    printf("code in fixed buffers: %ld\n", code(&r, 1));
    forked(&r);
    registered(&r);
    errors(&r);
    unmake(&r);
    views();
    several();
    polled();
    restricted();
    given();
    return 0;
}
