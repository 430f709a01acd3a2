/*
 * What a program does when the kernel gives no more: `maps`, all mappings that
 * a process may have are used up; `space`, all address space is, of which a
 * script has set the limit. Calls fail then, and the program lives.
 * `flat threads N` and `flat forks N` make and end so many; before and after,
 * the script looks at the process.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, MOST = 70000 };

static const char *self;
static char *board, *singles[64];
static volatile int hits;

static void on_signal(int signo)
{
    hits += signo == SIGUSR1;
}

/* ---- Code that has not run yet ------------------------------------------ */

#define FN(n)                                                           \
    __attribute__((noinline)) static unsigned fn_##n(unsigned x)        \
    {                                                                   \
        for (unsigned i = 0; i < (x & 3); i++) {                        \
            x = x * (2 * n + 3) + (i << (n % 17));                      \
        }                                                               \
        return x % (n + 2) ? x ^ n : x + 7 * n;                         \
    }
#define TEN(m, n) m(n##0) m(n##1) m(n##2) m(n##3) m(n##4) m(n##5) m(n##6) \
    m(n##7) m(n##8) m(n##9)
#define HUNDRED(m, n) TEN(m, n##0) TEN(m, n##1) TEN(m, n##2) TEN(m, n##3) \
    TEN(m, n##4) TEN(m, n##5) TEN(m, n##6) TEN(m, n##7) TEN(m, n##8)       \
    TEN(m, n##9)
#define ALL(m) HUNDRED(m, 1) HUNDRED(m, 2) HUNDRED(m, 3) HUNDRED(m, 4) \
    HUNDRED(m, 5) HUNDRED(m, 6) HUNDRED(m, 7) HUNDRED(m, 8) HUNDRED(m, 9)
#define NAME(n) fn_##n,

ALL(FN)

static unsigned (*const fns[])(unsigned) = {ALL(NAME)};

enum { NB_FNS = sizeof(fns) / sizeof(fns[0]) };

static unsigned new_code(void)
{
    unsigned x = 1;
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < NB_FNS; i++) {
            x = fns[i](x | 2);
        }
    }
    return x;
}

/* ---- Using up ----------------------------------------------------------- */

static void use_up_maps(void)
{
    long i = 0;
    board = mmap(NULL, MOST * 2L * PAGE, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    while (i < MOST && mprotect(board + i * 2 * PAGE, PAGE, PROT_NONE) == 0) {
        i++;
    }
    printf("protected until errno %d, %s\n", errno,
           i > 32000 && i < 33000 ? "near the limit" : "elsewhere");
    for (i = 0; i < 64; i++) {
        singles[i] = mmap(NULL, PAGE, i % 2 ? PROT_READ : PROT_NONE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    }
    printf("and no mapping more: %d\n", singles[63] == MAP_FAILED);
}

static void give_back_maps(void)
{
    munmap(board, MOST * 2L * PAGE);
    for (int i = 0; i < 64; i++) {
        if (singles[i] != MAP_FAILED) {
            munmap(singles[i], PAGE);
        }
    }
}

static void *space[4096];
static size_t space_bytes[4096];
static int nb_space;

static void use_up_space(void)
{
    for (size_t size = 1 << 30; size >= PAGE; size /= 2) {
        void *p;
        while (nb_space < 4096 &&
               (p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
                         0)) != MAP_FAILED) {
            space[nb_space] = p;
            space_bytes[nb_space++] = size;
        }
    }
    printf("mapped until errno %d\n", errno);
}

static void give_back_space(void)
{
    while (nb_space > 0) {
        nb_space--;
        munmap(space[nb_space], space_bytes[nb_space]);
    }
}

/* ---- What goes on ------------------------------------------------------- */

static void *thread(void *arg)
{
    return arg;
}

/* As many as there are; what matters is that each works or fails. */
static const char *threads(int n)
{
    int made = 0, joined = 0, refused = 0;
    pthread_t t[8];
    for (int i = 0; i < n; i++) {
        int error = pthread_create(&t[made], NULL, thread, &t[i]);
        made += !error;
        refused += error == EAGAIN || error == ENOMEM;
    }
    for (int i = 0; i < made; i++) {
        joined += pthread_join(t[i], NULL) == 0;
    }
    return made + refused == n && joined == made ? "as they should" : "wrong";
}

static int status_of(pid_t pid)
{
    int status = -1;
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status)
               ? WEXITSTATUS(status) : -1;
}

static int forked(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        raise(SIGUSR1);
        _exit(hits && new_code() ? 7 : 1);
    }
    return status_of(pid);
}

static int vforked(void)
{
    pid_t pid = vfork();
    if (pid == 0) {
        execl(self, self, "child", (char *)NULL);
        _exit(1);
    }
    return status_of(pid);
}

static const char *moved(void)
{
    static char kept[PAGE];
    char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *q;
    if (p == MAP_FAILED) {
        return "as they should";
    }
    memset(p, 5, PAGE);
    memset(kept, 5, PAGE);
    q = mremap(p, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
    q = q == MAP_FAILED ? p : q;
    return memcmp(q, kept, PAGE) == 0 ? "as they should" : "wrong";
}

static void go_on(void)
{
    hits = 0;
    printf("threads: %s\n", threads(8));
    raise(SIGUSR1);
    kill(getpid(), SIGUSR1);
    printf("signals: %d\n", hits);
    printf("code: %u\n", new_code());
    printf("fork: %d\n", forked());
    printf("vfork: %d\n", vforked());
    printf("mremap: %s\n", moved());
    printf("small memory: %d\n", malloc(100) != NULL);
}

static void run(void (*use_up)(void), void (*give_back)(void))
{
    signal(SIGUSR1, on_signal);
    use_up();
    go_on();
    give_back();
    printf("given back: %s\n", malloc(1 << 20) ? "there is more" : "nothing");
    go_on();
}

/* ---- Many, one after the other ------------------------------------------ */

static void wait_for_script(const char *when)
{
    char c;
    printf("%s\n", when);
    if (read(0, &c, 1) != 1) {
        exit(1);
    }
}

static void *thread_with_code(void *arg)
{
    return (void *)(size_t)fns[(size_t)arg % NB_FNS](3);
}

static void many(const char *what, long n)
{
    for (long i = 0; i < n; i++) {
        pthread_t t;
        if (strcmp(what, "forks") == 0) {
            if (vforked() != 9) {
                printf("%s: %ld: failed\n", what, i);
            }
        } else if (pthread_create(&t, NULL, thread_with_code, (void *)i) ||
                   pthread_join(t, NULL)) {
            printf("%s: %ld: failed\n", what, i);
        }
    }
}

static void flat(const char *what, long n)
{
    many(what, n / 10);
    wait_for_script("before");
    many(what, n);
    wait_for_script("after");
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    self = argv[0];
    if (argc == 2 && strcmp(argv[1], "child") == 0) {
        return 9;
    } else if (argc == 2 && strcmp(argv[1], "maps") == 0) {
        run(use_up_maps, give_back_maps);
    } else if (argc == 2 && strcmp(argv[1], "space") == 0) {
        run(use_up_space, give_back_space);
    } else if (argc == 4) {
        flat(argv[2], atol(argv[3]));
    }
    return 0;
}
