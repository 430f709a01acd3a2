/* Stacks that grow: MAP_GROWSDOWN, PROT_GROWSDOWN, RLIMIT_STACK. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))
#define ERROR(e) printf("%s: %d\n", #e, (long)(e) < 0 ? errno : 0)
enum { PAGE = 4096, GAP = 256 * PAGE, FLAGS = MAP_PRIVATE | MAP_ANONYMOUS };

static sigjmp_buf back;
static siginfo_t seen;
static char handler_stack[1 << 16];

static void on_fault(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)context;
    seen = *info;
    siglongjmp(back, 1);
}

/* 0, or signal * 10 + si_code. */
static int touch(volatile char *p)
{
    if (sigsetjmp(back, 1) == 0) {
        *p = 1;
        return 0;
    }
    return seen.si_addr == (void *)p ? seen.si_signo * 10 + seen.si_code : -1;
}

static char *stack_at(unsigned long where, int prot)
{
    char *p = mmap((void *)where, 16 * PAGE, prot,
                   FLAGS | MAP_GROWSDOWN | MAP_FIXED_NOREPLACE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

/* Where the mapping that has p starts, in pages from p, and its perms. */
static long look(char *p, char perms[8])
{
    FILE *f = fopen("/proc/self/maps", "r");
    char line[300];
    unsigned long start, end;
    long from = 1;

    strcpy(perms, "?");
    while (from == 1 && fgets(line, sizeof(line), f)) {
        sscanf(line, "%lx-%lx %4s", &start, &end, perms);
        if (start <= (unsigned long)p && (unsigned long)p < end)
            from = (long)(start - (unsigned long)p) / PAGE;
    }
    fclose(f);
    return from;
}

static void show_mapping(const char *what, char *p)
{
    char perms[8];
    long from = look(p, perms);

    printf("%s: from %ld %s\n", what, from, perms);
}

static void show_perms(const char *what, char *p)
{
    char perms[8];

    look(p, perms);
    printf("%s: %s\n", what, perms);
}

static void limit(long bytes)
{
    struct rlimit l;

    getrlimit(RLIMIT_STACK, &l);
    l.rlim_cur = bytes;
    setrlimit(RLIMIT_STACK, &l);
}

static void grows(void)
{
    char *p = stack_at(0x2000000000, PROT_READ | PROT_WRITE);
    int bad = 0;

    for (int i = 1; i < 100; i++) {
        bad |= touch(p - i * PAGE);
    }
    SHOW(bad);
    show_mapping("page by page", p);
    SHOW(touch(p - 300 * PAGE - 5));
    show_mapping("at once", p);
    SHOW(touch(p - 250 * PAGE));
    limit(400 * PAGE);
    SHOW(touch(p - 384 * PAGE));
    SHOW(touch(p - 384 * PAGE - 1));
    limit(8 << 20);
    SHOW(touch(p - 384 * PAGE - 1));
    SHOW(touch(p + 16 * PAGE));
    p = stack_at(0x2010000000, PROT_READ);
    SHOW(touch(p - PAGE));
    show_mapping("read only", p);
    SHOW(munmap(p - PAGE, 17 * PAGE));
    SHOW(touch(p - PAGE));
}

static void neighbours(void)
{
    char *p = stack_at(0x2020000000, PROT_READ | PROT_WRITE), *q;

    mmap(p - 300 * PAGE, PAGE, PROT_READ, FLAGS | MAP_FIXED, -1, 0);
    SHOW(touch(p - 43 * PAGE));
    SHOW(touch(p - 43 * PAGE - 1));
    SHOW(touch(p - 100 * PAGE));
    SHOW(mprotect(p - 300 * PAGE, PAGE, PROT_NONE));
    SHOW(touch(p - 100 * PAGE));
    SHOW(touch(p - 299 * PAGE));
    SHOW(touch(p - 300 * PAGE));
    p = stack_at(0x2030000000, PROT_READ | PROT_WRITE);
    q = mmap(p - PAGE, PAGE, PROT_READ, FLAGS, -1, 0);
    SHOW(q == p - PAGE);
    q = mmap(p - GAP, PAGE, PROT_READ, FLAGS, -1, 0);
    SHOW(q == p - GAP);
    q = mmap(p - GAP - PAGE, PAGE, PROT_READ, FLAGS, -1, 0);
    SHOW(q == p - GAP - PAGE);
    SHOW(touch(p - PAGE));
    q = mmap(p - PAGE, PAGE, PROT_READ, FLAGS | MAP_FIXED_NOREPLACE, -1, 0);
    SHOW(q == MAP_FAILED);
}

static void in_calls(void)
{
    char *p = stack_at(0x2040000000, PROT_READ | PROT_WRITE);
    int fd = memfd_create("x", 0), pair[2];
    struct iovec v = { p - 5 * PAGE, 3 };
    struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };

    SHOW(write(fd, "abc", 3));
    SHOW(pread(fd, p - 100, 3, 0));
    printf("%.3s\n", p - 100);
    SHOW(preadv(fd, &v, 1, 0));
    printf("%.3s\n", p - 5 * PAGE);
    socketpair(AF_UNIX, SOCK_DGRAM, 0, pair);
    v.iov_base = p - 7 * PAGE;
    SHOW(write(pair[1], "dgr", 3));
    SHOW(recvmsg(pair[0], &m, 0));
    printf("%.3s\n", p - 7 * PAGE);
    SHOW(getcwd(p - 9 * PAGE, PAGE) != NULL);
    limit(30 * PAGE);
    ERROR(pread(fd, p - 31 * PAGE, 3, 0));
    limit(8 << 20);
    show_mapping("in calls", p);
}

static volatile int handled;

static void on_usr1(int sig)
{
    char room[3 * PAGE];

    memset(room, sig, sizeof(room));
    handled += room[100] == sig;
}

static void for_signals(void)
{
    char *p = stack_at(0x2050000000, PROT_READ | PROT_WRITE);
    stack_t st = { .ss_sp = p - 20 * PAGE, .ss_size = 20 * PAGE }, old;
    struct sigaction sa = { .sa_handler = on_usr1, .sa_flags = SA_ONSTACK };

    sigaltstack(&st, &old);
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    sigaltstack(&old, NULL);
    SHOW(handled);
}

static void *toucher(void *p)
{
    for (int i = 0; i < 500; i++) {
        ((volatile char *)p)[-i * PAGE] = 1;
    }
    return NULL;
}

static void by_threads(void)
{
    char *p = stack_at(0x2060000000, PROT_READ | PROT_WRITE);
    pthread_t t[4];

    for (int i = 0; i < 4; i++) {
        pthread_create(&t[i], NULL, toucher, p);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
    }
    show_mapping("threads", p);
}

static void in_a_child(void)
{
    char *p = stack_at(0x2070000000, PROT_READ | PROT_WRITE);
    int status;

    if (fork() == 0) {
        _exit(touch(p - 2 * PAGE) != 0);
    }
    wait(&status);
    SHOW(status);
    show_mapping("parent", p);
}

static void what_cannot_grow(void)
{
    int fd = memfd_create("x", 0);

    ftruncate(fd, PAGE);
    ERROR((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS |
                     MAP_GROWSDOWN, -1, 0));
    ERROR((long)mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_GROWSDOWN, fd,
                     0));
}

static void protected(void)
{
    const int rw = PROT_READ | PROT_WRITE, down = PROT_GROWSDOWN;
    char *p = stack_at(0x2080000000, rw), *q;

    touch(p - 4 * PAGE);
    SHOW(mprotect(p + PAGE, PAGE, PROT_READ | down));
    show_mapping("lower", p);
    show_mapping("upper", p + 2 * PAGE);
    ERROR(mprotect(p - 9 * PAGE, PAGE, rw | down));
    SHOW(mprotect(p - 9 * PAGE, 9 * PAGE, rw | down));
    show_mapping("from below", p);
    SHOW(touch(p - 6 * PAGE));
    ERROR(mprotect(p, PAGE, rw | down | PROT_GROWSUP));
    ERROR(mprotect(p, PAGE, rw | PROT_GROWSUP));
    ERROR(mprotect(p - PAGE * 100, PAGE, rw | PROT_GROWSUP));
    ERROR(mprotect(p + 1, PAGE, rw | down));
    ERROR(mprotect(p + PAGE, 0, rw | down));
    ERROR(mprotect(p, -1ul, rw));
    ERROR(mprotect(p, -(unsigned long)p, rw));
    ERROR(mprotect(p, PAGE, 0x40 | rw));
    q = mmap(NULL, 2 * PAGE, rw, FLAGS, -1, 0);
    ERROR(mprotect(q, PAGE, rw | down));
}

static void main_stack(void)
{
    char *page = (char *)((unsigned long)&page & -PAGE);

    SHOW(mprotect(page, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC |
                              PROT_GROWSDOWN));
    show_perms("stack", page);
    SHOW(touch(page - 100 * PAGE));
    show_perms("far below", page - 100 * PAGE);
}

static __attribute__((noinline)) long deep(int n)
{
    volatile char pad[1 << 16];

    pad[0] = 1;
    return n ? deep(n - 1) + pad[0] : pad[0];
}

static void raised(void)
{
    limit(64 << 20);
    SHOW(deep(500));
    limit(8 << 20);
}

int main(void)
{
    stack_t st = { .ss_sp = handler_stack, .ss_size = sizeof(handler_stack) };
    struct sigaction sa = { .sa_sigaction = on_fault,
                            .sa_flags = SA_SIGINFO | SA_ONSTACK };

    setvbuf(stdout, NULL, _IONBF, 0);
    limit(8 << 20);
    sigaltstack(&st, NULL);
    sigaction(SIGSEGV, &sa, NULL);
    grows();
    neighbours();
    in_calls();
    for_signals();
    by_threads();
    in_a_child();
    what_cannot_grow();
    protected();
    main_stack();
    raised();
    return 0;
}
