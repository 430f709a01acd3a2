/* ptrace: events, group stops, and who may trace whom. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char **own;                     /* how this program runs again */

static long request(int what, pid_t pid, unsigned long addr, void *data)
{
    long ret = syscall(SYS_ptrace, what, pid, addr, data);

    return ret < 0 ? -errno : ret;
}

static unsigned long message(pid_t pid)
{
    unsigned long m = 0;

    return request(PTRACE_GETEVENTMSG, pid, 0, &m) < 0 ? 0 : m;
}

static void show(const char *what, int status)
{
    if (WIFSTOPPED(status)) {
        printf("%s: stopped by %d, event %d\n", what, WSTOPSIG(status),
               status >> 16);
    } else if (WIFEXITED(status)) {
        printf("%s: exit %d\n", what, WEXITSTATUS(status));
    } else if (WIFCONTINUED(status)) {
        printf("%s: continued\n", what);
    } else {
        printf("%s: killed by %d\n", what, WTERMSIG(status));
    }
}

static int await(const char *what, pid_t pid)
{
    int status = 0;
    pid_t got = waitpid(pid, &status, __WALL);

    if (got != pid) {
        printf("%s: wait: %d, %d\n", what, got == pid, errno);
        return 0;
    }
    show(what, status);
    return status;
}

static void cont(pid_t pid, int signo)
{
    long ret = request(PTRACE_CONT, pid, 0, (void *)(long)signo);

    if (ret < 0) {
        printf("cont: %ld\n", ret);
    }
}

/* A child that is traced by us from before its first instruction. */
static pid_t start(void (*fn)(void), long options)
{
    int status, go[2];
    pid_t pid;

    (void)!pipe(go);
    pid = fork();
    if (pid == 0) {
        char byte;

        (void)!read(go[0], &byte, 1);
        fn();
        _exit(0);
    }
    printf("seize: %ld\n", request(PTRACE_SEIZE, pid, 0, (void *)options));
    (void)!write(go[1], "x", 1);
    close(go[0]);
    close(go[1]);
    return pid;
}

/* --- children --- */

static void forks(void)
{
    if (fork() == 0) {
        _exit(3);
    }
    wait(NULL);
    if (vfork() == 0) {
        _exit(4);
    }
    wait(NULL);
}

static void children(void)
{
    pid_t pid = start(forks, PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                             PTRACE_O_TRACEVFORKDONE | PTRACE_O_TRACEEXIT);
    pid_t child;

    await("fork", pid);
    child = (pid_t)message(pid);
    await("its child", child);
    cont(pid, 0);
    cont(child, 0);
    await("its child", child);
    printf("status %lx\n", message(child));
    cont(child, 0);
    await("its child", child);
    await("parent", pid);              /* SIGCHLD */
    cont(pid, 0);
    await("vfork", pid);
    child = (pid_t)message(pid);
    await("its child", child);
    cont(child, 0);
    cont(pid, 0);
    await("its child", child);
    cont(child, 0);
    await("its child", child);
    await("parent", pid);
    printf("of the child: %d\n", message(pid) == (unsigned long)child);
    cont(pid, 0);
    await("parent", pid);
    cont(pid, 0);
    await("parent", pid);
    cont(pid, 0);
    await("end", pid);
}

static void untraced_child(void)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        raise(SIGTERM);
    }
    waitpid(pid, &status, 0);
    raise(WIFSIGNALED(status) ? SIGUSR1 : SIGUSR2);
}

static void *in_thread(void *arg)
{
    return arg;
}

static void threads(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, NULL);
}

static void cloned(void)
{
    pid_t pid = start(threads, PTRACE_O_TRACECLONE), thread;

    await("clone", pid);
    thread = (pid_t)message(pid);
    await("its thread", thread);
    cont(thread, 0);
    await("its thread", thread);
    cont(pid, 0);
    await("end", pid);
    pid = start(untraced_child, 0);
    await("not followed", pid);        /* SIGCHLD */
    cont(pid, 0);
    await("not followed", pid);
    cont(pid, SIGUSR1);
    await("end", pid);
}

/* --- execve --- */

static void execute(void)
{
    execv(own[0], own);
    _exit(99);
}

static void *execute_in_thread(void *arg)
{
    execute();
    return arg;
}

static void execute_by_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, execute_in_thread, NULL);
    for (;;) {
        pause();
    }
}

static void executing(void)
{
    pid_t pid = start(execute, PTRACE_O_TRACEEXEC), thread;

    await("exec", pid);
    printf("former id: %d\n", message(pid) == (unsigned long)pid);
    cont(pid, 0);
    await("end", pid);
    pid = fork();
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        execute();
    }
    await("exec, traced by its wish", pid);
    cont(pid, 0);
    await("end", pid);
    pid = start(execute_by_thread, PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE);
    await("clone", pid);
    thread = (pid_t)message(pid);
    await("its thread", thread);
    cont(pid, 0);
    cont(thread, 0);
    await("exec by a thread", pid);
    printf("former id: %d\n", message(pid) == (unsigned long)thread);
    printf("thread: %ld\n", request(PTRACE_CONT, thread, 0, NULL));
    cont(pid, 0);
    await("end", pid);
}

/* --- seccomp --- */

static void filtered(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 0x123),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { 4, filter };

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
    raise(SIGUSR1);
    printf("getppid: %d\n", syscall(SYS_getppid) == -1 ? errno : 0);
}

static void seccomp(void)
{
    struct __ptrace_syscall_info info;
    pid_t pid = start(filtered, PTRACE_O_TRACESECCOMP);

    await("filter", pid);
    cont(pid, 0);
    await("call", pid);
    printf("data %lx\n", message(pid));
    memset(&info, 0, sizeof(info));
    printf("info %ld", request(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info),
                               &info));
    printf(", op %d, data %x\n", info.op, info.seccomp.ret_data);
    cont(pid, 0);
    await("end", pid);
    pid = start(filtered, 0);
    await("filter", pid);
    cont(pid, 0);
    await("without the option", pid);
}

/* --- group stops --- */

static void wait_for_signals(void)
{
    for (;;) {
        pause();
    }
}

static void stopping(void)
{
    pid_t pid = start(wait_for_signals, 0);
    siginfo_t info;
    int status;

    usleep(2000);
    kill(pid, SIGSTOP);
    await("stop", pid);
    cont(pid, SIGSTOP);
    await("group stop", pid);
    printf("listen: %ld\n", request(PTRACE_LISTEN, pid, 0, NULL));
    usleep(2000);
    printf("nothing: %d\n", waitpid(pid, &status, WNOHANG | __WALL));
    printf("runs: %ld\n", request(PTRACE_CONT, pid, 0, NULL));
    kill(pid, SIGCONT);
    await("its end", pid);
    cont(pid, 0);
    await("cont", pid);
    cont(pid, SIGCONT);
    kill(pid, SIGTSTP);
    memset(&info, 0, sizeof(info));
    waitid(P_PID, pid, &info, WSTOPPED | __WALL);
    printf("waitid: code %d, status %x\n", info.si_code, info.si_status);
    cont(pid, 0);
    kill(pid, SIGKILL);
    await("end", pid);
}

static void stopped_before(void)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        raise(SIGSTOP);
        wait_for_signals();
    }
    waitpid(pid, &status, WUNTRACED);
    show("untraced", status);
    printf("seize: %ld\n", request(PTRACE_SEIZE, pid, 0, NULL));
    await("group stop", pid);
    printf("listen: %ld\n", request(PTRACE_LISTEN, pid, 0, NULL));
    kill(pid, SIGCONT);
    await("its end", pid);
    cont(pid, 0);
    await("cont", pid);
    printf("detach: %ld\n", request(PTRACE_DETACH, pid, 0, (void *)SIGTERM));
    await("end", pid);
}

/* --- tracers that end, and users --- */

/* It dies with its tracer, or is there for our SIGTERM. */
static void after_tracer(long options)
{
    pid_t pid = fork(), tracer;

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        wait_for_signals();
    }
    tracer = fork();
    if (tracer == 0) {
        request(PTRACE_SEIZE, pid, 0, (void *)options);
        request(PTRACE_INTERRUPT, pid, 0, NULL);
        await("interrupt", pid);
        _exit(0);
    }
    waitpid(tracer, NULL, 0);
    if (!(options & PTRACE_O_EXITKILL)) {
        usleep(20000);
        kill(pid, SIGTERM);
    }
    await("without a tracer", pid);
}

static void others(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        if (getuid() == 0 && syscall(SYS_setuid, 65534) < 0) {
            puts("setuid");
        }
        printf("another user: %ld\n",
               request(PTRACE_ATTACH, getppid(), 0, NULL));
        _exit(0);
    }
    await("others", pid);
}

int main(int argc, char **argv)
{
    char *again[] = { argv[0], "again", NULL };

    if (argc > 1) {
        return 7;
    }
    own = again;
    setvbuf(stdout, NULL, _IONBF, 0);
    children();
    cloned();
    executing();
    seccomp();
    stopping();
    stopped_before();
    after_tracer(0);
    after_tracer(PTRACE_O_EXITKILL);
    if (getuid() == 0) {
        others();
    }
    return 0;
}
