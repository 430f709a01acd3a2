/*
 * Every system call with pointers to nowhere: a child may get errors, or wait
 * until its alarm; it does not die of a fault, and it does end.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Call {
    const char *name;
    long number;
} Call;

static const Call calls[] = {
#define C(name) { #name, SYS_##name },
#include "sweep.def"
};

enum {
    NB_CALLS = sizeof(calls) / sizeof(calls[0]),
    NB_VALUES = 14, ROUNDS = 100, PAGE = 4096, FD = 3,
};

static uint64_t values[NB_VALUES];
static char *good;

static void make_values(void)
{
    char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    mprotect(p + PAGE, PAGE, PROT_NONE);
    mprotect(p + 3 * PAGE, PAGE, PROT_READ);
    munmap(p + 5 * PAGE, PAGE);
    munmap(p + 7 * PAGE, PAGE);
    good = p + 6 * PAGE;
    memcpy(values, (uint64_t[NB_VALUES]){
        0, 1, FD, 8, 64, -1ull, 0x555556000000, 0x7ffff0000000 - PAGE,
        1ull << 63, 0xffffffff80000000, (uintptr_t)p + 5 * PAGE,
        (uintptr_t)p + PAGE, (uintptr_t)good + PAGE - 4, (uintptr_t)good,
    }, sizeof(values));
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void call(const Call *c, const uint64_t *a)
{
    memset(good, 0, PAGE);
    syscall(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* What changes memory, signals, limits or the process is left out here. */
static int may_be_random(const char *name)
{
    static const char *const not[] = {
        "brk", "madvise", "mlockall", "mmap", "mprotect", "mremap", "munmap",
        "pkey_mprotect", "prctl", "prlimit64", "process_madvise",
        "remap_file_pages", "rt_sigaction", "rt_sigprocmask", "setitimer",
        "setrlimit", "shmat", "sigaltstack", "userfaultfd",
    };

    for (unsigned i = 0; i < sizeof(not) / sizeof(not[0]); i++) {
        if (strcmp(name, not[i]) == 0) {
            return 0;
        }
    }
    return 1;
}

static void child(const Call *c)
{
    uint64_t state = 1, a[6];
    int null = open("/dev/null", O_RDWR);

    for (int fd = 0; fd < FD; fd++) {
        dup2(null, fd);
    }
    alarm(1);
    for (int i = 0; may_be_random(c->name) && i < ROUNDS; i++) {
        for (int k = 0; k < 6; k++) {
            a[k] = values[next_random(&state) % NB_VALUES];
        }
        call(c, a);
    }
    for (int i = 5; i < NB_VALUES - 1; i++) {
        call(c, (uint64_t[6]){ FD, values[i], 64 });
        call(c, (uint64_t[6]){ AT_FDCWD, values[i], values[i], 8 });
    }
    _exit(0);
}

static int ends(pid_t pid, int *status)
{
    for (int i = 0; i < 1000; i++) {
        if (waitpid(pid, status, WNOHANG) == pid) {
            return 1;
        }
        usleep(10000);
    }
    kill(pid, SIGKILL);
    waitpid(pid, status, 0);
    return 0;
}

int main(void)
{
    int fd = open("/dev/zero", O_RDWR), status;

    dup2(fd, FD);
    if (getuid() == 0) {
        setresuid(65534, 65534, 65534);
    }
    make_values();
    for (int i = 0; i < NB_CALLS; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            child(&calls[i]);
        }
        if (!ends(pid, &status)) {
            printf("%s: does not end\n", calls[i].name);
        } else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGALRM) {
            printf("%s: signal %d\n", calls[i].name, WTERMSIG(status));
        }
    }
    printf("%d calls\n", NB_CALLS);
    return 0;
}
