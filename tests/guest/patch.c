/*
 * Code that changes in every way that there is, each seen after a fence.i or
 * a flush of the instruction cache, and what else lies in its pages.
 * Natively, what would be run is read: a function is "a0 += value; return".
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
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
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, RWX = PROT_READ | PROT_WRITE | PROT_EXEC };

typedef struct Code {
    uint32_t add, ret;
} Code;

static Code code(int value)
{
    return (Code){0x00050513u | (uint32_t)value << 20, 0x00008067u};
}

static void put(void *at, int value)
{
    *(volatile Code *)at = code(value);
}

#ifdef __riscv
static long call(void *at, long x)
{
    return ((long (*)(long))at)(x);
}

static void fence(void)
{
    __asm__ volatile("fence.i" ::: "memory");
}

static void flush(void *at)
{
    syscall(259, at, (char *)at + 8, 0);
}
#else
static long call(void *at, long x)
{
    return x + (int)(*(volatile uint32_t *)at >> 20);
}

static void fence(void)
{
    __asm__ volatile("" ::: "memory");
}

static void flush(void *at)
{
    (void)at;
}
#endif

/* The code stays for so long that its page can be taken for quiet. */
static long settle(void *at)
{
    long sum = 0;
    for (int i = 0; i < 40; i++) {
        fence();
        sum = call(at, sum);
    }
    return sum;
}

static char *map(size_t pages, int prot)
{
    return mmap(NULL, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void by_itself(void)
{
    char *p = map(2, RWX);
    long sum = 0;
    for (int i = 0; i < 500; i++) {
        put(p + 128, i % 100);
        fence();
        sum = call(p + 128, sum);
        put(p + PAGE - 4, i % 90);   /* on two pages */
        flush(p + PAGE - 4);
        sum = call(p + PAGE - 4, sum) * 3 % 1000003;
        if (i % 50 == 0)
            sum += settle(p + PAGE - 4);
    }
    printf("by itself: %ld\n", sum);
    munmap(p, 2 * PAGE);
}

/* --- another thread --- */

typedef struct Shared {
    char *w, *x;
    volatile int turn, bad;
} Shared;

static void *runner(void *arg)
{
    Shared *s = arg;
    for (int i = 1; i <= 500; i++) {
        while (s->turn != i)
            sched_yield();
        fence();
        s->bad += call(s->x, 0) != i;
        s->turn = -i;
    }
    return NULL;
}

static void by_another_thread(const char *name, char *w, char *x)
{
    Shared s = {.w = w, .x = x};
    pthread_t t;
    pthread_create(&t, NULL, runner, &s);
    for (int i = 1; i <= 500; i++) {
        put(w, i);
        __sync_synchronize();
        s.turn = i;
        while (s.turn != -i)
            sched_yield();
    }
    pthread_join(t, NULL);
    printf("%s: %d of 500 stale\n", name, s.bad);
}

/* --- two views --- */

static void two_views(void)
{
    int fd = memfd_create("code", 0), stale = 0;
    if (ftruncate(fd, 4 * PAGE))
        perror("ftruncate");
    char *w = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *x = mmap(NULL, 4 * PAGE, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
    for (int i = 0; i < 300; i++) {
        put(w + PAGE + 64, i);
        if (i & 1)
            fence();
        else
            flush(i & 2 ? w + PAGE + 64 : x + PAGE + 64);
        stale += call(x + PAGE + 64, 0) != i;
        if (i % 100 == 0)
            settle(x + PAGE + 64);
    }
    printf("two views: %d stale\n", stale);
    by_another_thread("two views, two threads", w, x);
    /* A private view of it shows the same until it is written itself. */
    char *own = mmap(NULL, PAGE, RWX, MAP_PRIVATE, fd, 0);
    for (int i = 0; i < 20; i++) {
        put(w, i);
        fence();
        stale += call(own, 0) != i;
    }
    put(own + 8, 7);
    put(w, 100);
    fence();
    printf("private view: %d stale, %ld %ld\n", stale, call(own, 0),
           call(own + 8, 0));
}

/* --- another process --- */

static void swap_turn(int out, int in)
{
    char byte = 0;
    if (write(out, &byte, 1) != 1 || read(in, &byte, 1) != 1)
        perror("turn");
}

static void by_another_process(void)
{
    char *p = mmap(NULL, PAGE, RWX, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int go[2], come[2], stale = 0;
    char byte;
    put(p, 1);
    if (pipe(go) || pipe(come))
        perror("pipe");
    pid_t child = fork();
    if (child == 0) {
        close(go[1]);
        for (int i = 0; read(go[0], &byte, 1) == 1; i++) {
            put(p, i);
            if (write(come[1], &byte, 1) != 1)
                break;
        }
        _exit(0);
    }
    for (int i = 0; i < 200; i++) {
        swap_turn(go[1], come[0]);
        fence();
        stale += call(p, 0) != i;
    }
    close(go[1]);
    waitpid(child, NULL, 0);
    printf("another process: %d stale\n", stale);
}

/* --- system calls --- */

static void by_calls(const char *dir)
{
    char *p = map(4, RWX), *code_at = p + 2 * PAGE + 256;
    char buf[3 * PAGE] = {0}, name[256];
    int pair[2], stale = 0;
    snprintf(name, sizeof(name), "%s/patch-calls", dir);
    int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
        perror("socketpair");
    put(code_at, 0);
    for (int i = 0; i < 120; i++) {
        Code c = code(i);
        struct iovec half[2] = {{code_at, 4}, {code_at + 4, 4}};
        struct iovec from = {&c, 8}, to = {code_at, 8};
        struct msghdr msg = {.msg_iov = half, .msg_iovlen = 2};
        ssize_t n = 0, wanted = 8;
        if (i % 10 == 0)
            settle(code_at);
        memcpy(buf + 2 * PAGE + 256, &c, 8);
        switch (i % 6) {
        case 0:  /* begins in front, ends behind */
            wanted = sizeof(buf);
            n = pwrite(fd, buf, sizeof(buf), 0);
            n = n < 0 ? n : pread(fd, p, sizeof(buf), 0);
            break;
        case 1:
            n = pwrite(fd, &c, 8, 0);
            n = n < 0 ? n : preadv(fd, half, 2, 0);
            break;
        case 2:
            n = send(pair[0], &c, 8, 0);
            n = n < 0 ? n : recv(pair[1], code_at, 8, 0);
            break;
        case 3:
            n = send(pair[0], &c, 8, 0);
            n = n < 0 ? n : recvmsg(pair[1], &msg, 0);
            break;
        case 4:
            n = process_vm_writev(getpid(), &from, 1, &to, 1, 0);
            break;
        case 5: {
            int mem = open("/proc/self/mem", O_RDWR);
            n = pwrite(mem, &c, 8, (off_t)(uintptr_t)code_at);
            close(mem);
            break;
        }
        }
        fence();
        stale += call(code_at, 0) != i || n != wanted;
    }
    printf("system calls: %d stale\n", stale);
    unlink(name);
}

/* A process writes into its parent. */
static void by_process_vm(void)
{
    char *p = map(1, RWX);
    int stale = 0;
    put(p, 0);
    settle(p);
    for (int i = 1; i < 5; i++) {
        pid_t parent = getpid(), child = fork();
        if (child == 0) {
            Code c = code(i);
            struct iovec from = {&c, 8}, to = {p, 8};
            _exit(process_vm_writev(parent, &from, 1, &to, 1, 0) != 8);
        }
        int status = -1;
        waitpid(child, &status, 0);
        fence();
        stale += call(p, 0) != i || status != 0;
        settle(p);
    }
    printf("process_vm_writev: %d stale\n", stale);
}

/* --- protection --- */

static void protection(void)
{
    static const int prots[] = {PROT_READ | PROT_EXEC, RWX,
                                PROT_READ | PROT_WRITE, RWX};
    char *p = map(3, RWX);
    long sum = 0;
    put(p + PAGE, 0);
    for (int i = 0; i < 200; i++) {
        int prot = prots[i % 4];
        mprotect(p, 3 * PAGE, prot);
        if (prot & PROT_WRITE)
            put(p + PAGE, i);
        if (i % 3 == 0)
            fence();
        mprotect(p, 3 * PAGE, PROT_READ | PROT_EXEC);
        sum = call(p + PAGE, sum) * 5 % 1000003;
        if (i % 60 == 0)
            sum += settle(p + PAGE);
    }
    printf("protection: %ld\n", sum);
}

static char *refused_page;
static volatile sig_atomic_t nb_refused;

static void on_segv(int signo, siginfo_t *info, void *context)
{
    (void)signo, (void)context;
    nb_refused += (char *)info->si_addr == refused_page + 16;
    mprotect(refused_page, PAGE, RWX);
}

/* The guest's own faults, of pages that are watched too. */
static void own_faults(void)
{
    struct sigaction sa = {.sa_sigaction = on_segv, .sa_flags = SA_SIGINFO};
    char *p = refused_page = map(1, RWX);
    long sum = 0;
    sigaction(SIGSEGV, &sa, NULL);
    put(p, 1);
    for (int i = 0; i < 50; i++) {
        if (i % 10 == 0)
            sum += settle(p);
        if (i & 1)
            mprotect(p, PAGE, PROT_READ | PROT_EXEC);
        *(volatile int *)(p + 16) = i;
        sum = call(p, sum);
    }
    signal(SIGSEGV, SIG_DFL);
    printf("own faults: %d, %ld\n", (int)nb_refused, sum);
}

/* Is a page that the guest may write shown so? */
static void shown(void)
{
    char *p = map(3, RWX), line[256], perms[8] = "";
    unsigned long start, end;
    put(p + PAGE, 3);
    long sum = settle(p + PAGE);
    FILE *f = fopen("/proc/self/maps", "r");
    while (f && fgets(line, sizeof(line), f)) {
        char now[8];
        if (sscanf(line, "%lx-%lx %7s", &start, &end, now) == 3 &&
            start <= (uintptr_t)p + PAGE && end > (uintptr_t)p + PAGE)
            strcpy(perms, now);
    }
    if (f)
        fclose(f);
    printf("shown: %ld %s\n", sum, perms);
}

/* --- what else lies there --- */

static void data_beside(void)
{
    char *p = map(3, RWX), *at = p + PAGE;
    long sum = 0;
    put(at + 512, 3);
    for (int i = 0; i < 300; i++) {
        if (i % 30 == 0)
            sum += settle(at + 512);
        volatile uint64_t *a = (uint64_t *)(at + 1024);
        a[0] += i;
        __atomic_fetch_add(&a[1], i, __ATOMIC_SEQ_CST);
        __atomic_exchange_n((uint32_t *)&a[2], i, __ATOMIC_SEQ_CST);
        uint32_t old = i / 30;
        __atomic_compare_exchange_n((uint8_t *)&a[3], (uint8_t *)&old, i, 0,
                                    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
        double *d = (double *)&a[4];
        *d += 0.5;
        memset(at + 2048, i, 1000);
        memcpy(at - 3, &sum, 8);             /* on two pages */
        memcpy(at + PAGE - 5, &sum, 8);
        fence();
        sum = call(at + 512, sum) + (long)a[0] + (long)a[1] + (long)*d
              + (signed char)at[3000] + (signed char)at[PAGE - 1];
        sum %= 1000003;
    }
    printf("data beside: %ld\n", sum);
}

static void moved(void)
{
    char *p = map(4, RWX), *to = map(8, PROT_NONE);
    long sum = 0;
    put(p + PAGE, 5);
    sum += settle(p + PAGE);
    char *q = mremap(p, 4 * PAGE, 4 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to);
    put(q + PAGE + 8, 6);
    put(q + PAGE, 7);
    fence();
    sum += settle(q + PAGE) + call(q + PAGE + 8, 0);
    madvise(q, 4 * PAGE, MADV_DONTNEED);
    sum += *(int *)(q + PAGE);
    put(q + PAGE, 8);
    fence();
    sum += settle(q + PAGE);
    q = mmap(q, PAGE * 2, RWX, MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    put(q + PAGE, 9);
    fence();
    printf("moved: %ld\n", sum + call(q + PAGE, 0));
}

/* --- files --- */

static void file_view(const char *name, int flags, int prot, int wait)
{
    int stale = 0, fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    Code c = code(0);
    if (ftruncate(fd, 2 * PAGE) || pwrite(fd, &c, 8, 64) != 8)
        perror(name);
    usleep(wait);
    char *x = mmap(NULL, 2 * PAGE, prot, flags, fd, 0);
    settle(x + 64);
    for (int i = 1; i < 30; i++) {
        c = code(i);
        if (i % 3 == 0) {
            pid_t child = fork();
            if (child == 0)
                _exit(pwrite(fd, &c, 8, 64) != 8);
            waitpid(child, NULL, 0);
        } else if (pwrite(fd, &c, 8, 64) != 8) {
            perror(name);
        }
        fence();
        stale += call(x + 64, 0) != i;
    }
    printf("file, %s, %s: %d stale\n", flags == MAP_SHARED ? "shared" : "private",
           wait ? "old" : "new", stale);
    munmap(x, 2 * PAGE);
    close(fd);
    unlink(name);
}

/* Writing through the shared view of a page that is dirty changes no time. */
static void beside_a_view(const char *name)
{
    int stale = 0, fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (ftruncate(fd, PAGE))
        perror(name);
    char *w = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    put(w, 0);
    usleep(120000);
    char *x = mmap(NULL, PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    for (int i = 1; i < 30; i++) {
        put(w, i);
        fence();
        stale += call(x, 0) != i;
    }
    printf("file, private beside shared: %d stale\n", stale);
    close(fd);
    unlink(name);
}

static void files(const char *dir)
{
    char name[256];
    snprintf(name, sizeof(name), "%s/patch-file", dir);
    for (int wait = 0; wait <= 120000; wait += 120000) {
        file_view(name, MAP_PRIVATE, PROT_READ | PROT_EXEC, wait);
        file_view(name, MAP_PRIVATE, RWX, wait);
        file_view(name, MAP_SHARED, PROT_READ | PROT_EXEC, wait);
    }
    beside_a_view(name);
}

/* --- fork, signals --- */

static void forked(void)
{
    char *p = map(2, RWX);
    put(p, 1);
    put(p + PAGE, 2);
    long sum = settle(p) + settle(p + PAGE);
    pid_t child = fork();
    if (child == 0) {
        put(p, 50);
        fence();
        _exit((int)(call(p, 0) + call(p + PAGE, 0)));
    }
    int status = 0;
    put(p + PAGE, 4);
    fence();
    sum += call(p, 0) + call(p + PAGE, 0);
    waitpid(child, &status, 0);
    fence();
    printf("forked: %ld, %d\n", sum + call(p, 0), WEXITSTATUS(status));
}

static char *ticked;
static volatile sig_atomic_t nb_ticks;

static void on_tick(int signo)
{
    (void)signo;
    nb_ticks++;
    ++*(volatile long *)(ticked + PAGE + 1024);
    ++*(volatile long *)(ticked + 1024);
}

/* Stores that are made twice or never would show. */
static void signals(void)
{
    struct sigaction sa = {.sa_handler = on_tick};
    struct itimerval tick = {{0, 200}, {0, 200}}, none = {0};
    char *p = ticked = map(2, RWX);
    volatile long *count = (long *)(p + 2048);
    long bad = 0, rounds = 0;
    put(p, 3);
    put(p + PAGE, 4);
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &tick, NULL);
    while (nb_ticks < 300) {
        rounds++;
        for (int i = 0; i < 20; i++) {
            fence();
            bad += call(p, call(p + PAGE, i)) != i + 7;
        }
        ++*count;
        __atomic_fetch_add(count + 1, 3, __ATOMIC_SEQ_CST);
    }
    setitimer(ITIMER_REAL, &none, NULL);
    bad += count[0] != rounds || count[1] != 3 * rounds;
    bad += *(long *)(p + 1024) != nb_ticks;
    printf("signals: %ld bad\n", bad);
}

int main(void)
{
    const char *dir = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    char own[64];
    snprintf(own, sizeof(own), "%s/patch-XXXXXX", dir);
    if (!mkdtemp(own))
        perror(own);
    setvbuf(stdout, NULL, _IONBF, 0);
    by_itself();
    char *p = map(1, RWX);
    by_another_thread("two threads", p, p);
    two_views();
    by_another_process();
    by_calls(own);
    by_process_vm();
    protection();
    own_faults();
    shown();
    data_beside();
    moved();
    files(own);
    forked();
    signals();
    rmdir(own);
}
