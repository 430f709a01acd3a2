/* Calls with more than one thing wrong: which is told of, as natively. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL(name, ...) \
    printf("%s(%s): %d\n", #name, #__VA_ARGS__, \
           syscall(SYS_##name, __VA_ARGS__) == -1 ? errno : 0)

enum { PAGE = 4096, MANY = 1 << 20 };
static char *const bad = (char *)8;

static void paths(void)
{
    CALL(openat, -1, bad, O_RDONLY);
    CALL(openat, AT_FDCWD, bad, O_TMPFILE | O_RDONLY, 0);
    CALL(openat, AT_FDCWD, "", O_TMPFILE | O_RDONLY, 0);
    CALL(openat2, AT_FDCWD, bad, bad, 24);
    CALL(openat2, AT_FDCWD, bad, bad, 3);
    CALL(openat2, AT_FDCWD, ".", bad, 3);
    CALL(faccessat, AT_FDCWD, bad, 99);
    CALL(faccessat2, AT_FDCWD, bad, 0, -1);
    CALL(faccessat2, AT_FDCWD, bad, 0, 0);
    CALL(newfstatat, AT_FDCWD, bad, bad, -1);
    CALL(newfstatat, AT_FDCWD, bad, bad, 0);
    CALL(newfstatat, AT_FDCWD, "", bad, 0);
    CALL(statx, AT_FDCWD, bad, -1, 0, bad);
    CALL(statx, AT_FDCWD, bad, 0, 1u << 31, bad);
    CALL(statx, AT_FDCWD, bad, 0, 0, bad);
    CALL(statx, AT_FDCWD, ".", 0, 0, bad);
    CALL(readlinkat, -1, bad, bad, 0);
    CALL(readlinkat, -1, bad, bad, 5);
    CALL(readlinkat, -1, "x", bad, 5);
    CALL(truncate, bad, -1l);
    CALL(truncate, bad, 1);
}

static void waits(void)
{
    struct epoll_event ev;
    int epoll = epoll_create1(0);
    struct timespec wrong = { 0, -1 }, none = { 0, 0 };

    CALL(ppoll, bad, 1, NULL, bad, 3);
    CALL(ppoll, bad, 1, bad, bad, 3);
    CALL(ppoll, NULL, 0, &wrong, bad, 8);
    CALL(ppoll, NULL, 0, &none, bad, 8);
    CALL(ppoll, NULL, MANY, &none, NULL, 3);
    CALL(pselect6, -1, NULL, NULL, NULL, NULL, bad);
    CALL(pselect6, 1, bad, NULL, NULL, bad, bad);
    CALL(epoll_pwait, -1, bad, 0, 0, bad, 8);
    CALL(epoll_pwait, -1, bad, 0, 0, &ev, 3);
    CALL(epoll_pwait, -1, bad, 0, 0, NULL, 3);
    CALL(epoll_pwait, -1, &ev, 1, 0, NULL, 8);
    CALL(epoll_pwait, 0, &ev, 1, 0, NULL, 8);
    CALL(epoll_pwait, epoll, &ev, 1, 0, NULL, 3);
    CALL(epoll_pwait2, -1, bad, 1, bad, bad, 3);
    CALL(epoll_pwait2, -1, bad, 1, &wrong, bad, 3);
    CALL(epoll_pwait2, -1, bad, 1, &none, bad, 3);
    CALL(rt_sigaction, 99, bad, NULL, 8);
    CALL(rt_sigaction, 99, bad, NULL, 3);
    CALL(rt_sigaction, SIGKILL, bad, NULL, 8);
    CALL(rt_sigaction, SIGKILL, NULL, bad, 8);
}

static void children(void)
{
    siginfo_t info = { .si_pid = 5 };

    CALL(waitid, 99, 1, bad, WEXITED, NULL);
    CALL(waitid, 99, 1, NULL, WEXITED, NULL);
    CALL(waitid, P_ALL, 1, bad, WEXITED, NULL);
    CALL(waitid, P_ALL, 1, &info, WEXITED, NULL);
    printf("si_pid %d\n", info.si_pid);
    CALL(waitid, P_ALL, 1, NULL, 0, bad);
}

static void futexes(void)
{
    char good[64] = "";

    CALL(futex_waitv, NULL, 1, 0, NULL, 1);
    CALL(futex_waitv, bad, 1, 0, NULL, 1);
    CALL(futex_waitv, bad, 1, 1, NULL, 1);
    CALL(futex_waitv, bad, 0, 0, NULL, 1);
    CALL(futex_waitv, bad, 129, 0, NULL, 1);
    CALL(futex_waitv, bad, 1, 0, bad, 99);
    CALL(futex_waitv, bad, 1, 0, bad, 1);
    CALL(futex_waitv, good, 1, 0, NULL, 1);
    CALL(get_robust_list, 999999, bad, bad);
    CALL(get_robust_list, 1, bad, bad);
    CALL(get_robust_list, -1, good, good + 8);
    CALL(get_robust_list, 0, bad, good);
    CALL(set_robust_list, bad, 3);
}

static void memory(void)
{
    char own[8];
    char *own_page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct { void *at; unsigned long n; } v = { own, 8 }, none = { own, 0 };

    CALL(process_vm_readv, -1, bad, 1, bad, 1, 1);
    CALL(process_vm_readv, -1, bad, 1, bad, 1, 0);
    CALL(process_vm_readv, -1, &v, 1, bad, 1, 0);
    CALL(process_vm_readv, -1, &none, 1, bad, 1, 0);
    CALL(process_vm_readv, -1, &v, 1, &v, 1, 0);
    CALL(process_vm_readv, -1, &v, 9999, &v, 1, 0);
    CALL(process_vm_writev, getpid(), &v, 1, bad, 1, 0);
    CALL(move_pages, -1, 1, bad, bad, bad, 1);
    CALL(move_pages, -1, 1, bad, bad, bad, 0);
    CALL(move_pages, 0, MANY * 4, bad, NULL, bad, 0);
    CALL(process_madvise, -1, bad, 1, 0, 1);
    CALL(process_madvise, -1, bad, 1, 0, 0);
    CALL(process_madvise, -1, &v, 1, 0, 0);
    CALL(io_cancel, 8, bad, bad);
    CALL(io_getevents, 8, 2, 1, bad, bad);
    CALL(io_getevents, 8, 2, 1, bad, NULL);
    CALL(io_destroy, 8);
    CALL(io_submit, own_page, 1, bad);
    CALL(recvmmsg, -1, bad, 1, 1u << 31, bad);
    CALL(recvmmsg, -1, bad, 1, 0, bad);
    CALL(io_submit, 8, -1, bad);
}

int main(void)
{
    paths();
    waits();
    children();
    futexes();
    memory();
    return 0;
}
