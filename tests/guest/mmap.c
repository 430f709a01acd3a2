/* mmap, munmap, mremap, mprotect, msync, madvise, brk: what they do to us. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))
enum { PAGE = 4096 };

static sigjmp_buf back;
static siginfo_t seen;

static void on_fault(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)context;
    seen = *info;
    siglongjmp(back, 1);
}

/* 0: the access worked; else signal * 10 + si_code, checks si_addr. */
static int fault(volatile char *p, int write)
{
    if (sigsetjmp(back, 1) == 0) {
        if (write)
            *p = 1;
        else
            (void)*p;
        return 0;
    }
    if (seen.si_addr != (void *)p)
        printf("si_addr off by %ld\n", (long)((char *)seen.si_addr - p));
    return seen.si_signo * 10 + seen.si_code;
}

static char *anon(size_t pages, int prot)
{
    return mmap(NULL, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void protections(void)
{
    char *p = anon(4, PROT_READ | PROT_WRITE);
    memset(p, 7, 4 * PAGE);
    SHOW(mprotect(p + PAGE, PAGE, PROT_READ));
    SHOW(fault(p + PAGE + 5, 0));
    SHOW(fault(p + PAGE + 5, 1));
    SHOW(fault(p + PAGE - 1, 1));
    SHOW(mprotect(p + 2 * PAGE, PAGE, PROT_NONE));
    SHOW(fault(p + 2 * PAGE, 0));
    SHOW(munmap(p + 3 * PAGE, PAGE));
    SHOW(fault(p + 3 * PAGE + 100, 0));
    SHOW(mprotect(p + PAGE, 2 * PAGE, PROT_READ | PROT_WRITE));
    SHOW(fault(p + PAGE, 1));
    SHOW(p[PAGE] + p[2 * PAGE]);
    SHOW(mprotect(p + 1, PAGE, PROT_READ));
    SHOW(errno);
    SHOW(mprotect(p + 3 * PAGE, PAGE, PROT_READ));
    SHOW(errno);
    SHOW(munmap(p + 1, 5));
    SHOW(errno);
    munmap(p, 3 * PAGE);
}

static void remapping(void)
{
    char *p = anon(2, PROT_READ | PROT_WRITE);
    strcpy(p, "first");
    strcpy(p + PAGE, "second");
    char *q = mremap(p, 2 * PAGE, 100 * PAGE, MREMAP_MAYMOVE);
    printf("%s %s %d\n", q, q + PAGE, q[99 * PAGE]);
    char *r = mremap(q, 100 * PAGE, PAGE, 0);
    SHOW(r == q);
    SHOW(fault(q + PAGE, 0));
    char *target = anon(8, PROT_READ | PROT_WRITE);
    strcpy(target, "old");
    char *t = mremap(q, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, target);
    SHOW(t == target);
    puts(t);
    SHOW(fault(q, 0));
    SHOW(mremap((void *)0x10001, PAGE, PAGE, 0) == MAP_FAILED);
    SHOW(errno);
    char *fixed = mmap(target + PAGE, PAGE, PROT_READ,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    SHOW(fixed == target + PAGE);
    SHOW(fault(fixed, 1));
    SHOW(mmap(target, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
              MAP_FIXED_NOREPLACE, -1, 0) == MAP_FAILED);
    SHOW(errno);
    SHOW(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
         == MAP_FAILED);
    SHOW(errno);
    SHOW(madvise(target + 2 * PAGE, PAGE, MADV_DONTNEED));
    SHOW(target[2 * PAGE]);
}

static void files(void)
{
    int fd = open("map", O_CREAT | O_RDWR | O_TRUNC, 0600);
    SHOW(ftruncate(fd, PAGE + 10));
    SHOW(pwrite(fd, "file text", 9, 0));
    char *s = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    char *c = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    puts(s);
    memcpy(s, "FILE", 4);
    memcpy(c + 5, "copy", 4);
    char buf[10] = "";
    SHOW(msync(s, PAGE, MS_SYNC));
    SHOW(pread(fd, buf, 9, 0));
    puts(buf);
    puts(c + 5);
    SHOW(s[PAGE + 100]);
    SHOW(ftruncate(fd, 100));
    SHOW(fault(s + PAGE, 0));
    SHOW(fault(s + 200, 1));
    char *second = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, PAGE);
    SHOW(second != MAP_FAILED);
    SHOW(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 100) == MAP_FAILED);
    SHOW(errno);
    SHOW(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED);
    SHOW(errno);
    close(fd);
    int ro = open("map", O_RDONLY);
    SHOW(mmap(NULL, PAGE, PROT_WRITE, MAP_SHARED, ro, 0) == MAP_FAILED);
    SHOW(errno);
}

static void shared(void)
{
    volatile int *s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    volatile int *p = (int *)anon(1, PROT_READ | PROT_WRITE);
    pid_t pid = fork();
    if (pid == 0) {
        *s = 11;
        *p = 12;
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    printf("shared %d, private %d\n", *s, *p);
}

static void breaks(void)
{
    char *start = sbrk(0);
    SHOW(sbrk(100000) == start);
    memset(start, 1, 100000);
    SHOW(start[99999]);
    SHOW(sbrk(-100000) == start + 100000);
    SHOW(sbrk(0) == start);
    SHOW(sbrk(300000) == start);
    SHOW(start[0] == 0 || start[0] == 1);
    SHOW(start[4 * PAGE + 5000]);
    SHOW(brk((void *)16));
}

int main(void)
{
    struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    protections();
    remapping();
    files();
    shared();
    breaks();
    SHOW(fault(NULL, 0));
    SHOW(fault((char *)0x123, 1));
    return 0;
}
