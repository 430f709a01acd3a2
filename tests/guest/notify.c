/* Calls that another process or thread answers (SECCOMP_RET_USER_NOTIF). */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __riscv
#define ARCH 0xc00000f3
#else
#define ARCH AUDIT_ARCH_X86_64
#endif

#define NOTIFY SECCOMP_FILTER_FLAG_NEW_LISTENER

/* `action` for call nr. */
static long install(int nr, uint32_t action, unsigned flags)
{
    struct sock_filter f[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, action),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog p = { sizeof(f) / sizeof(f[0]), f };

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &p);
}

static void show(const char *what, long ret)
{
    printf("%s %ld %s\n", what, ret, ret < 0 ? strerror(errno) : "");
}

static int listen_to(int nr)
{
    return (int)install(nr, SECCOMP_RET_USER_NOTIF, NOTIFY);
}

static void receive(int listener, struct seccomp_notif *n)
{
    memset(n, 0, sizeof(*n));
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, n) < 0) {
        show("receive", -1);
    }
}

static void tell(const struct seccomp_notif *n)
{
    printf("call %d arch %d args %llx %llx %llx\n",
           n->data.nr, n->data.arch == ARCH, n->data.args[0],
           n->data.args[1], n->data.args[5]);
}

static long respond(int listener, uint64_t id, int64_t val, int32_t error,
                    uint32_t flags)
{
    struct seccomp_notif_resp r = { id, val, error, flags };

    return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r);
}

/* --- the one who calls --- */

enum { NR = 1234 };            /* no such call: the same on all machines */

static void call(const char *what)
{
    show(what, syscall(NR, 0x123456789abcdefl, 2, 3, 4, 5, -6l));
}

static void calls(void)
{
    call("a value");
    call("a large value");
    call("an error");
    call("ENOSYS");
    show("go on", syscall(SYS_getppid) > 0);
    show("a file", read(open("/dev/null", 0), (char[1]){ 0 }, 1));
}

static void answer(int l)
{
    struct seccomp_notif n;
    struct pollfd p = { l, POLLIN, 0 };
    uint64_t id;

    printf("poll %d", poll(&p, 1, 5000));
    printf(" %x\n", p.revents);
    receive(l, &n);
    tell(&n);
    id = n.id;
    show("valid", ioctl(l, SECCOMP_IOCTL_NOTIF_ID_VALID, &id));
    show("answer", respond(l, n.id, 77, 0, 0));
    receive(l, &n);
    show("answer", respond(l, n.id, 0x123456789abcdef, 0, 0));
    receive(l, &n);
    show("answer", respond(l, n.id, 0, -EXDEV, 0));
    receive(l, &n);
    show("both", respond(l, n.id, 5, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE));
    show("flags", respond(l, n.id, 0, 0, 2));
    show("answer", respond(l, n.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE));
}

/* A child calls, with the filter; the parent has the listener from a socket. */
static int receive_listener(int sock)
{
    char byte, room[CMSG_SPACE(sizeof(int))];
    struct iovec iov = { &byte, 1 };
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
                        .msg_control = room, .msg_controllen = sizeof(room) };
    int fd = -1;

    recvmsg(sock, &m, 0);
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof(fd));
    return fd;
}

static void send_listener(int sock, int fd)
{
    char room[CMSG_SPACE(sizeof(int))];
    struct iovec iov = { "x", 1 };
    struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
                        .msg_control = room, .msg_controllen = sizeof(room) };
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(c), &fd, sizeof(fd));
    sendmsg(sock, &m, 0);
}

static FILE *printed;          /* by the child: shown when it has ended */

static int start(int nr, void (*fn)(void), pid_t *pid)
{
    int sock[2], listener;

    printed = tmpfile();
    socketpair(AF_UNIX, SOCK_STREAM, 0, sock);
    fflush(stdout);
    *pid = fork();
    if (*pid == 0) {
        dup2(fileno(printed), 1);
        listener = listen_to(nr);
        send_listener(sock[1], listener);
        close(listener);
        fn();
        fflush(stdout);
        _exit(7);
    }
    close(sock[1]);
    listener = receive_listener(sock[0]);
    close(sock[0]);
    return listener;
}

static void end(pid_t pid)
{
    char line[200];
    int status;

    waitpid(pid, &status, 0);
    rewind(printed);
    while (fgets(line, sizeof(line), printed)) {
        printf("    %s", line);
    }
    fclose(printed);
    printf("status %x\n", status);
}

static void answers(void)
{
    pid_t pid;
    int l = start(NR, calls, &pid);

    answer(l);
    end(pid);
    close(l);
}

static void one_ppid(void)
{
    show("getppid", syscall(SYS_getppid) == getppid() ? 1 : -1);
}

static void going_on(void)
{
    struct seccomp_notif n;
    pid_t pid;
    int l = start(SYS_getppid, one_ppid, &pid);

    for (int i = 0; i < 2; i++) {
        receive(l, &n);
        printf("getppid %d from %d\n", n.data.nr == SYS_getppid,
               n.pid == (unsigned)pid);
        respond(l, n.id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
    }
    end(pid);
    close(l);
}

static void in_child(void (*fn)(void))
{
    fflush(stdout);
    if (fork() == 0) {
        fn();
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
}

/* Nobody listens any more. */
static void deaf(void)
{
    int l = listen_to(NR);

    show("second", install(NR, SECCOMP_RET_USER_NOTIF, NOTIFY));
    show("other", install(NR + 1, SECCOMP_RET_ERRNO | EXDEV, 0));
    close(l);
    call("deaf");
    show("other", syscall(NR + 1));
    show("none", install(NR + 2, SECCOMP_RET_USER_NOTIF, 0));
    show("none", syscall(NR + 2));
    show("large", syscall(-1));
}

static void give_file(void)
{
    char text[16] = "";
    long fd = syscall(NR);

    show("file", fd >= 0 ? 1 : -1);
    read((int)fd, text, sizeof(text));
    puts(text);
    show("sent", syscall(NR) >= 0);
}

static void files(void)
{
    struct seccomp_notif n;
    pid_t pid;
    int ends[2], l = start(NR, give_file, &pid);
    struct seccomp_notif_addfd add = { 0 };
    long fd;

    pipe(ends);
    write(ends[1], "through", 7);
    receive(l, &n);
    add.id = n.id;
    add.srcfd = (unsigned)ends[0];
    fd = ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
    show("add", fd >= 0);
    respond(l, n.id, fd, 0, 0);
    receive(l, &n);
    add.id = n.id;
    add.flags = SECCOMP_ADDFD_FLAG_SEND;
    show("send", ioctl(l, SECCOMP_IOCTL_NOTIF_ADDFD, &add) >= 0);
    end(pid);
    close(l);
}

/* The filter and who listens stay over execve. */
static void executes(void)
{
    execl("/proc/self/exe", "notify", "again", NULL);
}

static void executed(void)
{
    struct seccomp_notif n;
    pid_t pid;
    int l = start(NR, executes, &pid);

    receive(l, &n);
    respond(l, n.id, 5, 0, 0);
    end(pid);
    close(l);
}

static void on_signal(int signo)
{
    write(1, "signal\n", 7);
}

static void interrupted(void)
{
    struct sigaction sa = { .sa_handler = on_signal };

    sigaction(SIGUSR1, &sa, NULL);
    call("interrupted");
    sa.sa_flags = SA_RESTART;
    sigaction(SIGUSR1, &sa, NULL);
    call("restarted");
}

static void signals(void)
{
    struct seccomp_notif n;
    pid_t pid;
    int l = start(NR, interrupted, &pid);

    receive(l, &n);
    kill(pid, SIGUSR1);
    receive(l, &n);
    kill(pid, SIGUSR1);
    receive(l, &n);
    show("answer", respond(l, n.id, 6, 0, 0));
    end(pid);
    close(l);
}

static void *caller(void *arg)
{
    return (void *)syscall(NR);
}

/* A thread made after it asks another of the same process. */
static void threads(void)
{
    struct seccomp_notif n;
    pthread_t t;
    void *got;
    int l = listen_to(NR);

    pthread_create(&t, NULL, caller, NULL);
    receive(l, &n);
    respond(l, n.id, 99, 0, 0);
    pthread_join(t, &got);
    printf("thread %ld\n", (long)got);
}

static void refused(void)
{
    struct seccomp_notif n;
    struct { uint16_t notif, response, data; } sizes;
    uint32_t action = SECCOMP_RET_USER_NOTIF;
    int l;

    show("sizes", syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes));
    printf("%d %d %d\n", sizes.notif, sizes.response, sizes.data);
    show("flags", syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 1, &sizes));
    show("action", syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0,
                           &action));
    show("tsync", install(NR, action, NOTIFY | SECCOMP_FILTER_FLAG_TSYNC));
    show("killable", install(NR, action, 1u << 5));
    show("unknown", install(NR, action, 1u << 30));
    l = (int)install(NR, action, NOTIFY | SECCOMP_FILTER_FLAG_TSYNC | 1u << 4);
    show("tsync", l >= 0);
    memset(&n, 0, sizeof(n));
    n.pid = 1;
    show("not zero", ioctl(l, SECCOMP_IOCTL_NOTIF_RECV, &n));
    show("pointer", ioctl(l, SECCOMP_IOCTL_NOTIF_RECV, 8));
    show("pointer", ioctl(l, SECCOMP_IOCTL_NOTIF_SEND, 8));
    show("no such", respond(l, 12345, 0, 0, 0));
    memset(&n, 0, sizeof(n));
    show("no listener", ioctl(0, SECCOMP_IOCTL_NOTIF_RECV, &n));
    show("closed", ioctl(999, SECCOMP_IOCTL_NOTIF_RECV, &n));
}

int main(int argc, char **argv)
{
    static void (*const tests[])(void) = {
        answers, going_on, files, executed, signals,
    };

    if (argc > 1) {
        call("again");
        printf("ours %d\n", getenv("TCG_INHERIT") != NULL);
        return 3;
    }
    alarm(30);
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        printf("--- %u\n", i);
        fflush(stdout);
        tests[i]();
    }
    in_child(deaf);
    in_child(refused);
    threads();
    return 0;
}
