/* The calls of memory: their rarer flags, and their errors. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))
/* 0, or the error. */
#define ERROR(e) printf("%s: %d\n", #e, (long)(e) == -1 ? errno : 0)
#define MAP(...) ERROR((long)mmap(__VA_ARGS__))
enum {
    PAGE = 4096, RW = PROT_READ | PROT_WRITE, RWX = RW | PROT_EXEC,
    ANON = MAP_PRIVATE | MAP_ANONYMOUS,
    POPULATE_READ = 22, POPULATE_WRITE = 23, GUARD_INSTALL = 102,
    GUARD_REMOVE = 103, SET_MDWE = 65, GET_MDWE = 66,
};
#define BIG (1ul << 62)

static sigjmp_buf back;
static siginfo_t seen;

static void on_fault(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)context;
    seen = *info;
    siglongjmp(back, 1);
}

static int touch(volatile char *p, int write)
{
    if (sigsetjmp(back, 1) == 0) {
        if (write)
            *p = 1;
        else
            (void)*p;
        return 0;
    }
    return seen.si_signo * 10 + seen.si_code;
}

static char *pages(int n, int prot)
{
    return mmap(NULL, n * PAGE, prot, ANON, -1, 0);
}

/* A file of a page and a half. */
static int file(int flags)
{
    int fd = open("memory.file", O_RDWR | O_CREAT | O_TRUNC, 0600);

    ftruncate(fd, PAGE + PAGE / 2);
    close(fd);
    return open("memory.file", flags);
}

static void map_errors(void)
{
    int rdwr = file(O_RDWR), rd = file(O_RDONLY), wr = file(O_WRONLY);
    int path = file(O_PATH), dir = open(".", O_RDONLY), pair[2];
    char *p = pages(4, RW);

    pipe(pair);
    MAP(0, PAGE, RW, MAP_SHARED, 99, 0);
    MAP(0, 0, RW, MAP_SHARED, 99, 0);
    MAP(0, 0, RW, MAP_SHARED, 99, 1);
    MAP(0, 0, RW, MAP_SHARED, path, 0);
    MAP(0, PAGE, RW, MAP_SHARED, path, 0);
    MAP(0, 0, RW, MAP_SHARED, rdwr, 0);
    MAP(0, 0, RW, MAP_SHARED, rdwr, 5);
    MAP(0, 0, RW, ANON, -1, 0);
    MAP(0, -1ul, RW, ANON, -1, 0);
    MAP(0, -1ul, RW, MAP_SHARED, rdwr, 0);
    MAP(0, BIG, RW, MAP_SHARED, 99, 0);
    MAP(0, BIG, RW, MAP_SHARED, rd, 0);
    MAP(0, PAGE, RW, MAP_SHARED, rd, 0);
    MAP(0, PAGE, PROT_READ, MAP_SHARED, wr, 0);
    MAP(0, PAGE, PROT_READ, MAP_PRIVATE, wr, 0);
    MAP(0, PAGE, RW, MAP_PRIVATE, rd, 0);
    MAP(0, PAGE, PROT_READ, MAP_PRIVATE, dir, 0);
    MAP(0, PAGE, PROT_READ, MAP_PRIVATE, pair[0], 0);
    MAP(0, PAGE, PROT_READ, 0, rd, 0);
    MAP(0, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0);
    MAP(0, PAGE, PROT_READ, MAP_PRIVATE, rd, -PAGE);
    MAP(0, 2 * PAGE, PROT_READ, MAP_PRIVATE, rd, (1ul << 63) - PAGE);
    MAP(p + 1, PAGE, RW, ANON | MAP_FIXED, -1, 0);
    MAP(p + 1, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    MAP(p, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
    MAP((void *)(BIG - PAGE), PAGE, RW, ANON | MAP_FIXED, -1, 0);
    MAP((void *)(BIG - PAGE), PAGE, RW, MAP_FIXED, -1, 0);
    MAP(p + 1, PAGE, RW, MAP_SHARED | MAP_FIXED, 99, 0);
    MAP(p, PAGE, RW, MAP_SHARED | MAP_FIXED_NOREPLACE, rd, 0);
    munmap(p, 4 * PAGE);
    SHOW(mmap(p + 1, PAGE, RW, ANON, -1, 0) == p);
    SHOW(mmap((void *)5, PAGE, RW, ANON, -1, 0) != MAP_FAILED);
    close(pair[0]);
}

static void validated(void)
{
    const int v = MAP_SHARED_VALIDATE;
    int mem = memfd_create("x", 0), fd = file(O_RDWR), rd = file(O_RDONLY);
    char *p = pages(1, RW);

    ftruncate(mem, PAGE);
    MAP(0, PAGE, RW, v, mem, 0);
    MAP(0, PAGE, RW, v, fd, 0);
    MAP(0, PAGE, RW, v | MAP_NORESERVE, fd, 0);
    MAP(0, PAGE, RW, v | MAP_ANONYMOUS, -1, 0);
    MAP(0, PAGE, RW, v | MAP_SYNC, fd, 0);
    MAP(0, PAGE, RW, v | 0x400000, fd, 0);
    MAP(0, PAGE, RW, MAP_SHARED | 0x400000, fd, 0);
    MAP(0, PAGE, RW, v | 0x400000, rd, 0);
    MAP(0, PAGE, RW, v, rd, 0);
    MAP(p, PAGE, RW, v | MAP_FIXED, fd, 0);
    SHOW(touch(p, 1));
    SHOW(munmap(p, PAGE));
    MAP(p, PAGE, RW, v | MAP_FIXED, fd, 0);
    MAP(0, PAGE, RW, v | MAP_POPULATE | MAP_LOCKED, fd, 0);
    MAP(0, PAGE, RW, v, 99, 0);
    SHOW(munmap(p, PAGE));
    MAP(p, PAGE, RW, v, fd, 0);
    SHOW(touch(p, 1));
}

static void huge(void)
{
    int fd = file(O_RDWR);

    MAP(0, PAGE, RW, MAP_SHARED | MAP_HUGETLB, fd, 0);
    MAP(0, PAGE, RW, MAP_SHARED | MAP_HUGETLB, 99, 0);
    MAP(0, PAGE, RW, ANON | MAP_HUGETLB | 13 << 26, -1, 0);
    MAP(0, 0, RW, ANON | MAP_HUGETLB | 13 << 26, -1, 0);
}

static void advice(void)
{
    char *p = pages(8, RW);
    int fd = file(O_RDWR);
    char *f = mmap(0, 3 * PAGE, RW, MAP_SHARED, fd, 0);

    memset(p, 7, 8 * PAGE);
    munmap(p + 2 * PAGE, PAGE);
    ERROR(madvise(p, 4 * PAGE, MADV_DONTNEED));
    SHOW(p[0] + p[3 * PAGE]);
    SHOW(p[4 * PAGE]);
    ERROR(madvise(p + 2 * PAGE, 3 * PAGE, MADV_DONTNEED));
    SHOW(p[4 * PAGE]);
    ERROR(madvise(p, 3 * PAGE, 999));
    ERROR(madvise(p + 2 * PAGE, PAGE, 999));
    ERROR(madvise(p, 0, 999));
    ERROR(madvise(p, 0, MADV_DONTNEED));
    ERROR(madvise(p + 1, 0, MADV_DONTNEED));
    ERROR(madvise(p + 1, PAGE, MADV_DONTNEED));
    ERROR(madvise(p, -1ul, MADV_DONTNEED));
    ERROR(madvise(p, -PAGE, MADV_DONTNEED));
    ERROR(madvise(p, -(unsigned long)p, MADV_NORMAL));
    ERROR(madvise((void *)BIG, PAGE, MADV_DONTNEED));
    ERROR(madvise(p, 2 * PAGE, POPULATE_WRITE));
    ERROR(madvise(p, 4 * PAGE, POPULATE_READ));
    ERROR(madvise(f, PAGE, POPULATE_READ));
    ERROR(madvise(f, 3 * PAGE, POPULATE_READ));
    ERROR(madvise(f, PAGE, MADV_FREE));
    ERROR(madvise(f, PAGE, MADV_WIPEONFORK));
    ERROR(madvise(f, PAGE, MADV_REMOVE));
    ERROR(madvise(p, PAGE, MADV_REMOVE));
    for (int i = 0; i < 26; i++) {
        if (i != MADV_DONTFORK && i != MADV_WIPEONFORK)
            printf("advice %d: %d\n", i,
                   madvise(p, PAGE, i) < 0 ? errno : 0);
    }
    mprotect(p, PAGE, PROT_READ);
    ERROR(madvise(p, PAGE, POPULATE_WRITE));
    ERROR(mlock(p + 3 * PAGE, PAGE));
    ERROR(madvise(p + 3 * PAGE, PAGE, MADV_DONTNEED));
    ERROR(munlock(p + 3 * PAGE, PAGE));
}

static void guards(void)
{
    char *p = pages(4, RW);

    memset(p, 7, 4 * PAGE);
    ERROR(madvise(p + PAGE, PAGE, GUARD_INSTALL));
    SHOW(touch(p, 1));
    SHOW(touch(p + PAGE, 1));
    SHOW(touch(p + PAGE, 0));
    ERROR(write(open("/dev/null", O_WRONLY), p + PAGE, 1));
    ERROR(read(open("/dev/zero", O_RDONLY), p + PAGE, 1));
    ERROR(madvise(p, 4 * PAGE, GUARD_REMOVE));
    SHOW(touch(p + PAGE, 1));
    SHOW(p[3 * PAGE]);
}

static void forked(void)
{
    char *p = pages(4, RW);
    int status;

    memset(p, 7, 4 * PAGE);
    SHOW(madvise(p + PAGE, PAGE, MADV_DONTFORK));
    SHOW(madvise(p + 2 * PAGE, PAGE, MADV_WIPEONFORK));
    fflush(stdout);
    if (fork() == 0) {
        SHOW(touch(p, 1));
        SHOW(touch(p + PAGE, 1));
        SHOW(p[2 * PAGE]);
        ERROR(madvise(p, 3 * PAGE, MADV_NORMAL));
        ERROR(mprotect(p + PAGE, PAGE, RW));
        MAP(p + PAGE, PAGE, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0);
        SHOW(touch(p + PAGE, 1));
        fflush(stdout);
        _exit(0);
    }
    wait(&status);
    SHOW(status);
    SHOW(p[PAGE]);
}

static void locks(void)
{
    int fd = file(O_RDWR);
    char *f = mmap(0, 3 * PAGE, RW, MAP_SHARED, fd, 0), *p = pages(3, RW);
    unsigned char in[4];

    ERROR(mlock(f, PAGE));
    ERROR(mlock(f, 3 * PAGE));
    ERROR(munlock(f, 3 * PAGE));
    ERROR(mlock2(f, 3 * PAGE, MLOCK_ONFAULT));
    ERROR(mlock2(p, PAGE, 2));
    ERROR(mlock(p, -1ul));
    ERROR(mlock(p + 1, PAGE));
    mprotect(p, PAGE, PROT_NONE);
    ERROR(mlock(p, PAGE));
    munmap(p + PAGE, PAGE);
    ERROR(mlock(p, 3 * PAGE));
    ERROR(munlock(p, 3 * PAGE));
    ERROR(mlockall(0));
    ERROR(mlockall(MCL_ONFAULT));
    ERROR(mlockall(8));
    ERROR(mlockall(MCL_CURRENT | MCL_ONFAULT));
    ERROR(mlockall(MCL_CURRENT));
    ERROR(mlockall(MCL_FUTURE));
    f = pages(2, RW);
    ERROR(mincore(f, 2 * PAGE, in));
    SHOW(in[0] & in[1] & 1);
    ERROR(munlockall());
    ERROR(mincore(p, 3 * PAGE, in));
    ERROR(mincore(p + 1, PAGE, in));
    ERROR(mincore(f, PAGE, (void *)8));
    ERROR(mincore((void *)BIG, PAGE, in));
    ERROR(mincore(f, 0, in));
    ERROR(msync(p, 3 * PAGE, MS_ASYNC));
    ERROR(msync(f, PAGE, MS_ASYNC | MS_SYNC));
    ERROR(msync(f, PAGE, 8));
    ERROR(msync(f + 1, PAGE, MS_SYNC));
    ERROR(msync(f, 0, MS_SYNC));
    ERROR(mlock(f, PAGE));
    ERROR(msync(f, PAGE, MS_INVALIDATE));
    munlockall();
}

static void sealed(void)
{
    char *p = pages(4, RW);

    munmap(p + 3 * PAGE, PAGE);
    if (syscall(462, p, PAGE, 0) < 0 && errno == ENOSYS)
        return;
    ERROR(syscall(462, p, 4 * PAGE, 0));
    ERROR(syscall(462, p, PAGE, 1));
    ERROR(syscall(462, p + 1, PAGE, 0));
    ERROR(munmap(p, 2 * PAGE));
    ERROR(mprotect(p, PAGE, PROT_READ));
    MAP(p, PAGE, RW, ANON | MAP_FIXED, -1, 0);
    ERROR((long)mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE));
    SHOW(touch(p, 1));
    ERROR(munmap(p + PAGE, 2 * PAGE));
}

static void shared(void)
{
    static const unsigned char ret[] = {
#ifdef __riscv
        0x13, 0x05, 0xa0, 0x02, 0x82, 0x80,            /* li a0, 42; ret */
#else
        0xb8, 42, 0, 0, 0, 0xc3,
#endif
    };
    int id = shmget(IPC_PRIVATE, 2 * PAGE + 10, 0700);
    int no_exec = shmget(IPC_PRIVATE, PAGE, 0600);
    char *a = shmat(id, NULL, SHM_EXEC), *b = shmat(id, NULL, SHM_RDONLY), *c;

    memcpy(a, ret, sizeof(ret));
    __builtin___clear_cache(a, a + sizeof(ret));
    SHOW(((int (*)(void))a)());
    SHOW(touch(b, 0));
    SHOW(touch(b, 1));
    SHOW(touch(b + 2 * PAGE + 500, 0));
    SHOW(touch(b + 3 * PAGE, 0) != 0);
    ERROR((long)shmat(id, a, 0));
    ERROR((long)shmat(id, a + 1, 0));
    ERROR((long)shmat(id, NULL, SHM_REMAP));
    ERROR((long)shmat(id, (void *)5, SHM_REMAP | SHM_RND));
    ERROR((long)shmat(-1, NULL, 0));
    ERROR((long)shmat(no_exec, NULL, SHM_EXEC));
    c = pages(4, RW);
    SHOW(shmat(id, c, SHM_REMAP) == c);
    SHOW(shmat(id, c + 5, SHM_REMAP | SHM_RND) == c);
    SHOW(memcmp(c, ret, sizeof(ret)));
    ERROR(shmdt(c + PAGE));
    ERROR(shmdt(c));
    SHOW(touch(c, 0));
    SHOW(touch(c + 3 * PAGE, 0));
    ERROR(shmdt(a));
    ERROR(shmdt(a));
    shmctl(id, IPC_RMID, NULL);
    shmctl(no_exec, IPC_RMID, NULL);
}

static void no_exec_gain(void)
{
    char *x = pages(2, PROT_READ | PROT_EXEC), *p = pages(3, RW);
    int id = shmget(IPC_PRIVATE, PAGE, 0700);

    SHOW(prctl(GET_MDWE, 0, 0, 0, 0));
    ERROR(prctl(SET_MDWE, 2, 0, 0, 0));
    ERROR(prctl(SET_MDWE, 8, 0, 0, 0));
    ERROR(prctl(SET_MDWE, 1, 1, 0, 0));
    ERROR(prctl(SET_MDWE, 1, 0, 0, 0));
    SHOW(prctl(GET_MDWE, 0, 0, 0, 0));
    ERROR(prctl(SET_MDWE, 0, 0, 0, 0));
    MAP(0, PAGE, RWX, ANON, -1, 0);
    MAP(0, PAGE, PROT_READ | PROT_EXEC, ANON, -1, 0);
    ERROR(mprotect(x, 2 * PAGE, PROT_READ | PROT_EXEC));
    ERROR(mprotect(x, PAGE, RWX));
    ERROR(mprotect(x, PAGE, PROT_READ));
    ERROR(mprotect(x, 2 * PAGE, PROT_READ | PROT_EXEC));
    ERROR(mprotect(x + PAGE, PAGE, PROT_READ | PROT_EXEC));
    ERROR(mprotect(p, PAGE, RWX));
    ERROR(mprotect(p, PAGE, PROT_EXEC));
    ERROR(mprotect(p, PAGE, PROT_READ));
    ERROR((long)shmat(id, NULL, SHM_EXEC));
    ERROR((long)shmat(id, NULL, SHM_EXEC | SHM_RDONLY));
    shmctl(id, IPC_RMID, NULL);
    if (fork() == 0) {
        ERROR(mprotect(p, PAGE, RWX));
        SHOW(prctl(GET_MDWE, 0, 0, 0, 0));
        fflush(stdout);
        execl("/proc/self/exe", "memory", "executed", NULL);
    }
    wait(NULL);
}

static void in_a_child(void (*part)(void))
{
    int status;

    fflush(stdout);
    if (fork() == 0) {
        part();
        fflush(stdout);
        _exit(0);
    }
    wait(&status);
    SHOW(status);
}

/* On RISC-V what is but code cannot be read; x86-64 does so if it can. */
static void only_code(void)
{
#ifdef __riscv
    static const unsigned words[] = { 0x02a00513, 0x8067 };
    char *p = pages(1, RW);
    int null = open("/dev/null", O_WRONLY), zero = open("/dev/zero", 0);

    memcpy(p, words, sizeof(words));
    ERROR(mprotect(p, PAGE, PROT_EXEC));
    __builtin___clear_cache(p, p + PAGE);
    SHOW(((int (*)(void))p)());
    SHOW(touch(p, 0));
    SHOW(touch(p, 1));
    ERROR(write(null, p, 1));
    ERROR(mprotect(p, PAGE, PROT_EXEC | PROT_WRITE));
    SHOW(touch(p, 0));
    ERROR(mprotect(p, PAGE, PROT_WRITE));
    SHOW(touch(p, 0));
#else
    fputs("mprotect(p, PAGE, PROT_EXEC): 0\n"
          "((int (*)(void))p)() = 42\n"
          "touch(p, 0) = 112\n"
          "touch(p, 1) = 112\n"
          "write(null, p, 1): 0\n"
          "mprotect(p, PAGE, PROT_EXEC | PROT_WRITE): 0\n"
          "touch(p, 0) = 0\n"
          "mprotect(p, PAGE, PROT_WRITE): 0\n"
          "touch(p, 0) = 0\n", stdout);
#endif
}

static void refused_later(void)
{
    char *p = pages(4, PROT_READ);
    int rd = file(O_RDONLY);

    MAP(p + 2 * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, rd, 0);
    ERROR(mprotect(p, 4 * PAGE, RW));
    SHOW(touch(p, 1));
    SHOW(touch(p + PAGE, 1));
    SHOW(touch(p + 2 * PAGE, 1));
    SHOW(touch(p + 3 * PAGE, 1));
}

static void breaks(void)
{
    char *b = (char *)syscall(SYS_brk, 0);

    SHOW((char *)syscall(SYS_brk, b + 100) - b);
    SHOW(touch(b + 50, 1));
    SHOW((char *)syscall(SYS_brk, 1) - b);
    SHOW((char *)syscall(SYS_brk, -1l) - b);
    SHOW((char *)syscall(SYS_brk, b) - b);
}

/* Executed by no_exec_gain(): it is handed on. */
static int executed(void)
{
    SHOW(prctl(GET_MDWE, 0, 0, 0, 0));
    MAP(0, PAGE, RWX, ANON, -1, 0);
    return 0;
}

int main(int argc, char **argv)
{
    struct sigaction sa = { .sa_sigaction = on_fault,
                            .sa_flags = SA_SIGINFO };

    if (argc > 1)
        return executed();
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    map_errors();
    validated();
    huge();
    advice();
    guards();
    forked();
    locks();
    sealed();
    shared();
    only_code();
    refused_later();
    breaks();
    in_a_child(no_exec_gain);
    return 0;
}
