/* Processes that share their parent's memory and run beside it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK = 256 << 10, ROUNDS = 200, CHILDREN = 8 };

static volatile int word, ready;
static int counter, cleared = 1, parent_id;

static void show(const char *what, int value)
{
    printf("%s: %d\n", what, value);
    fflush(stdout);
}

static char *new_stack(void)
{
    return (char *)mmap(NULL, STACK, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + STACK;
}

static int wait_for(pid_t pid)
{
    int status = -1;

    waitpid(pid, &status, __WALL);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static int writes(void *arg)
{
    word = getpid() == syscall(SYS_gettid) && getppid() == parent_id;
    while (!ready) {           /* the parent runs meanwhile */
        sched_yield();
    }
    *(int *)arg += 5;
    return 3;
}

static void beside(void)
{
    int mine = 1;
    pid_t pid = clone(writes, new_stack(), CLONE_VM | SIGCHLD, &mine);

    while (!word) {
        sched_yield();
    }
    show("the child is its own process", word);
    ready = 1;
    show("its status", wait_for(pid));
    show("what it wrote", mine);
}

static int adds(void *arg)
{
    for (int i = 0; i < ROUNDS; i++) {
        __atomic_add_fetch(&counter, 1, __ATOMIC_SEQ_CST);
    }
    return 0;
}

static void many(void)
{
    pid_t pid[CHILDREN];

    for (int i = 0; i < CHILDREN; i++) {
        pid[i] = clone(adds, new_stack(), CLONE_VM | CLONE_FILES | SIGCHLD,
                       NULL);
    }
    for (int i = 0; i < CHILDREN; i++) {
        wait_for(pid[i]);
    }
    show("all added", counter);
}

static int opens(void *arg)
{
    return open("/dev/null", O_RDONLY);
}

static void tables(void)
{
    int fd = wait_for(clone(opens, new_stack(), CLONE_VM | SIGCHLD, NULL));

    show("its descriptor is its own", fcntl(fd, F_GETFD) < 0);
    fd = wait_for(clone(opens, new_stack(), CLONE_VM | CLONE_FILES | SIGCHLD,
                        NULL));
    show("its descriptor is shared", fcntl(fd, F_GETFD) >= 0);
    close(fd);
}

static int executes(void *arg)
{
    char *argv[] = { "sh", "-c", "exit 9", NULL };

    execv("/bin/sh", argv);
    return 1;
}

static int faults(void *arg)
{
    *(volatile int *)8 = 1;
    return 0;
}

static int loops(void *arg)
{
    word = 1;
    for (;;) {
    }
}

static void ends(void)
{
    pid_t pid = clone(executes, new_stack(), CLONE_VM | SIGCHLD, NULL);

    show("execve", wait_for(pid));
    show("a fault", wait_for(clone(faults, new_stack(), CLONE_VM | SIGCHLD,
                                   NULL)));
    word = 0;
    pid = clone(loops, new_stack(), CLONE_VM | SIGCHLD, NULL);
    while (!word) {
        usleep(1000);
    }
    kill(pid, SIGTERM);
    show("killed", wait_for(pid));
}

static void handler(int signo)
{
    counter = signo;
}

static int handles(void *arg)
{
    signal(SIGUSR1, handler);
    counter = 0;
    kill(getpid(), SIGUSR1);
    return counter == SIGUSR1;
}

static void signals(void)
{
    struct sigaction old;

    show("its handler", wait_for(clone(handles, new_stack(),
                                       CLONE_VM | SIGCHLD, NULL)));
    sigaction(SIGUSR1, NULL, &old);
    show("not ours", old.sa_handler == SIG_DFL);
}

static int quick(void *arg)
{
    return 0;
}

static void ids(void)
{
    int flags = CLONE_VM | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID |
                SIGCHLD;
    int id = 0;
    pid_t pid = clone(quick, new_stack(), flags, NULL, &id, NULL, &cleared);

    wait_for(pid);
    show("parent_tid", id == pid);
    show("cleared", cleared);
}

static void descriptors(void)
{
    int pidfd = -1;
    pid_t pid = clone(quick, new_stack(), CLONE_VM | CLONE_PIDFD | SIGCHLD,
                      NULL, &pidfd);
    struct pollfd p = { pidfd, POLLIN };

    show("pidfd", poll(&p, 1, 10000));
    show("status", wait_for(pid));
}

/* A thread beside them, so that the emulator has more than one. */
static void *allocates(void *arg)
{
    while (!__atomic_load_n((int *)arg, __ATOMIC_SEQ_CST)) {
        free(malloc(100000));
    }
    return NULL;
}

int main(void)
{
    pthread_t thread;
    int end = 0;

    parent_id = getpid();
    beside();
    many();
    pthread_create(&thread, NULL, allocates, &end);
    tables();
    ends();
    signals();
    ids();
    descriptors();
    __atomic_store_n(&end, 1, __ATOMIC_SEQ_CST);
    pthread_join(thread, NULL);
    return 0;
}
