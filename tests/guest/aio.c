/* Asynchronous input and output by the system calls. */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 8 };

static aio_context_t context;

static void show(const char *what, long ret)
{
    printf("%s: %ld %s\n", what, ret, ret < 0 ? strerror(errno) : "");
    fflush(stdout);
}

static struct iocb make(int op, int fd, const void *buf, size_t n, long at)
{
    return (struct iocb){
        .aio_data = 1000 + at, .aio_lio_opcode = op, .aio_fildes = fd,
        .aio_buf = (uintptr_t)buf, .aio_nbytes = n, .aio_offset = at,
    };
}

static long submit(struct iocb **list, long n)
{
    return syscall(SYS_io_submit, context, n, list);
}

/* In the order of their data. */
static void events(struct iocb **list, int n)
{
    struct timespec limit = { 10, 0 };
    struct io_event e[EVENTS];
    long got = syscall(SYS_io_getevents, context, n, EVENTS, e, &limit);

    show("io_getevents", got);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < got; k++) {
            if (e[k].obj == (uintptr_t)list[i]) {
                printf(" data %llu result %lld\n", e[k].data, e[k].res);
            }
        }
    }
}

static void setup(void)
{
    aio_context_t busy = 1;

    show("nonzero", syscall(SYS_io_setup, EVENTS, &busy));
    show("no events", syscall(SYS_io_setup, 0, &context));
    show("nowhere", syscall(SYS_io_setup, EVENTS, 8));
    show("io_setup", syscall(SYS_io_setup, EVENTS, &context));
    printf("an id %d\n", context != 0);
    printf("readable %d\n", *(volatile unsigned *)context < 1u << 31);
}

static void files(void)
{
    char read_1[8] = "", read_2[8] = "", one[4] = "", two[4] = "";
    struct iovec iov[2] = { { one, 3 }, { two, 3 } };
    int fd = open("data", O_RDWR | O_CREAT, 0644);
    struct iocb a = make(IOCB_CMD_PWRITE, fd, "abcdef", 6, 0);
    struct iocb b = make(IOCB_CMD_PWRITE, fd, "ghijkl", 6, 6);
    struct iocb *list[3] = { &a, &b };

    show("writes", submit(list, 2));
    events(list, 2);
    a = make(IOCB_CMD_PREAD, fd, read_1, 7, 0);
    b = make(IOCB_CMD_PREAD, fd, read_2, 7, 7);
    struct iocb c = make(IOCB_CMD_PREADV, fd, iov, 2, 3);
    list[2] = &c;
    show("reads", submit(list, 3));
    events(list, 3);
    printf("%s %s %s %s\n", read_1, read_2, one, two);
    a = make(IOCB_CMD_FSYNC, fd, NULL, 0, 0);
    show("fsync", submit(list, 1));
    events(list, 1);
    a = make(IOCB_CMD_PREAD, fd, (void *)8, 7, 0);
    b = make(IOCB_CMD_PREAD, -1, read_1, 7, 0);
    show("bad descriptor", submit(list + 1, 1));
    show("bad iocb", submit((struct iocb *[]){ &c, (void *)8 }, 2));
    events((struct iocb *[]){ &c }, 1);
    show("bad list", submit((void *)8, 1));
    close(fd);
}

static void notified(void)
{
    int event = eventfd(0, 0), ends[2];
    struct iocb a;
    struct iocb *list[1] = { &a };
    struct pollfd p = { event, POLLIN };

    pipe(ends);
    a = make(IOCB_CMD_POLL, ends[0], NULL, 0, 0);
    a.aio_buf = POLLIN;
    a.aio_flags = IOCB_FLAG_RESFD;
    a.aio_resfd = event;
    show("poll", submit(list, 1));
    show("nothing yet", poll(&p, 1, 0));
    write(ends[1], "x", 1);
    show("then", poll(&p, 1, 10000));
    events(list, 1);
}

static void handler(int signo)
{
    printf("signal %d\n", signo);
}

static void waiting(void)
{
    struct timespec soon = { 0, 1000000 }, late = { 20, 0 };
    struct io_event e[EVENTS];
    sigset_t blocked, none;
    struct { void *set; size_t size; } mask = { &none, 8 };

    show("timeout", syscall(SYS_io_getevents, context, 1, 1, e, &soon));
    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    sigprocmask(SIG_BLOCK, &blocked, NULL);
    signal(SIGUSR1, handler);
    raise(SIGUSR1);
    show("io_pgetevents",
         syscall(SYS_io_pgetevents, context, 1, 1, e, &late, &mask));
}

static void end(void)
{
    struct timespec now = { 0, 0 };
    struct io_event e[1];
    int status;

    if (fork() == 0) {
        show("in a child", submit(NULL, 0));
        _exit(0);
    }
    wait(&status);
    show("io_destroy", syscall(SYS_io_destroy, context));
    show("again", syscall(SYS_io_destroy, context));
    show("gone", syscall(SYS_io_getevents, context, 0, 1, e, &now));
}

int main(void)
{
    setup();
    files();
    notified();
    waiting();
    end();
    return 0;
}
