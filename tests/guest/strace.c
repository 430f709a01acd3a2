/* Calls whose arguments -strace shows in every way; strace.expect has them. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/stat.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void handler(int signo)
{
    (void)signo;
}

static void files(void)
{
    struct stat st;
    struct iovec v[2] = { { "ab", 2 }, { "cde\n", 4 } };
    char buffer[64];
    int fd = open("f", O_CREAT | O_RDWR | O_CLOEXEC, 0640);

    write(fd, "a\t\"\\\1" "7\377 and more than thirty-two bytes", 41);
    writev(fd, v, 2);
    lseek(fd, 0, SEEK_SET);
    read(fd, buffer, 3);
    fstatat(fd, "", &st, AT_EMPTY_PATH);       /* fstat is another call */
    fcntl(fd, F_GETFD);
    close(fd);
    open("nosuch", O_RDONLY);
    open("/", O_RDONLY | O_DIRECTORY);
    unlink("f");
    read(-1, buffer, 3);
    syscall(SYS_read, 0, 8, 1);
    access("/", R_OK | X_OK);
}

static void memory(void)
{
    char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    madvise(p, 4096, MADV_DONTNEED);
    mprotect(p, 4096, PROT_NONE);
    munmap(p, 8192);
}

static void signals(void)
{
    struct sigaction act = { .sa_handler = handler, .sa_flags = SA_RESTART };
    struct timespec ts = { 0, 1000 };
    sigset_t set, old;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGCHLD);
    act.sa_mask = set;
    sigaction(SIGUSR1, &act, NULL);
    signal(SIGUSR2, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    sigprocmask(SIG_UNBLOCK, &set, &old);
    kill(getpid(), SIGUSR1);
    sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = 42 });
    nanosleep(&ts, NULL);
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
}

static void sockets(void)
{
    struct sockaddr_un un = { AF_UNIX, "nosuch" };
    struct sockaddr_in in = { AF_INET, htons(9), { htonl(INADDR_LOOPBACK) } };
    struct epoll_event e = { EPOLLIN | EPOLLET, { .u64 = 7 } };
    struct pollfd p = { -1, POLLIN | POLLOUT };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), ep;

    connect(fd, (struct sockaddr *)&un, sizeof(un));
    close(fd);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    connect(fd, (struct sockaddr *)&in, sizeof(in));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    ep = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
    poll(&p, 1, 0);
}

static void *thread(void *arg)
{
    return arg;
}

static void structures(void)
{
    struct timespec ts = { 0, 1000 };
    struct winsize w = { 24, 80, 0, 0 };
    struct pollfd p;
    struct statx st;
    char entries[4096];
    fd_set in, out;
    int fd[2], n;

    mkdir("folder", 0755);
    n = open("folder", O_RDONLY | O_DIRECTORY);
    syscall(SYS_getdents64, n, entries, sizeof(entries));
    statx(n, "", AT_EMPTY_PATH, STATX_TYPE | STATX_MODE, &st);
    close(n);
    rmdir("folder");
    pipe(fd);
    write(fd[1], "pipe", 4);
    ioctl(fd[0], FIONREAD, &n);
    ioctl(fd[0], TIOCGWINSZ, &w);
    ioctl(fd[0], _IOR('z', 3, int), &n);
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(fd[0], &in);
    FD_SET(fd[1], &in);
    FD_SET(fd[1], &out);
    pselect(fd[1] + 1, &in, &out, NULL, NULL, NULL);
    read(fd[0], entries, 4);
    FD_SET(fd[0], &in);
    pselect(fd[0] + 1, &in, NULL, NULL, &ts, NULL);
    p = (struct pollfd){ fd[1], POLLOUT };
    poll(&p, 1, 0);
    close(fd[0]);
    close(fd[1]);
}

/* An error for one call, a signal for the next, the end for another. */
static void filtered(void)
{
    struct sock_filter f[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpgid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP | 9),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_lseek, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog p = { sizeof(f) / sizeof(f[0]), f };

    signal(SIGSYS, handler);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &p);
    syscall(SYS_getppid);
    syscall(SYS_getpgid, 5);
    lseek(3, 4, SEEK_SET);
}

static void traced(void)
{
    long word = 0x4711;
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        pause();
    }
    ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL);
    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
    waitpid(-1, &status, __WALL);
    syscall(SYS_ptrace, PTRACE_PEEKDATA, pid, &word, &word);
    ptrace(PTRACE_DETACH, pid, NULL, NULL);
    kill(pid, SIGTERM);
    wait(&status);
    ptrace(PTRACE_CONT, 0, NULL, SIGUSR1);
}

static void processes(void)
{
    struct rlimit r = { 0, 8192 * 1024 };
    siginfo_t info;
    pthread_t t;
    int status;

    setrlimit(RLIMIT_CORE, &r);
    syscall(426, -1, 0, 1, 1 | 8, NULL, 8);
    syscall(427, -1, 2, NULL, 0);
    if (fork() == 0) {
        _exit(7);
    }
    waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);   /* wait4 does not wait */
    wait(&status);
    usleep(1000);
    pthread_create(&t, NULL, thread, NULL);
    pthread_join(t, NULL);
    if (fork() == 0) {
        filtered();
    }
    wait(&status);
    traced();
    *(volatile char *)16 = 1;
}

int main(void)
{
    files();
    memory();
    signals();
    sockets();
    structures();
    processes();
}
