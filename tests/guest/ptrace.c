/* ptrace: attaching, stops, registers, memory, signals, system calls. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __riscv
#include <asm/ptrace.h>
typedef struct user_regs_struct Regs;
#define PC pc
#define SP sp
#define NUMBER a7
#define RESULT a0
#define BREAKPOINT 0x00100073u /* ebreak */
#define AFTER_BREAK 0
#else
typedef struct user_regs_struct Regs;
#define PC rip
#define SP rsp
#define NUMBER orig_rax
#define RESULT rax
#define BREAKPOINT 0xccu
#define AFTER_BREAK 1
#endif

static volatile long word = 0x1234;
static volatile int counter;
static siginfo_t last;

static long request(int what, pid_t pid, unsigned long addr, void *data)
{
    long ret = syscall(SYS_ptrace, what, pid, addr, data);

    return ret < 0 ? -errno : ret;
}

static void show(const char *what, int status)
{
    if (WIFSTOPPED(status)) {
        printf("%s: stopped by %d, event %d\n", what, WSTOPSIG(status),
               status >> 16);
    } else if (WIFEXITED(status)) {
        printf("%s: exit %d\n", what, WEXITSTATUS(status));
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

static Regs get_regs(pid_t pid)
{
    Regs regs;
    struct iovec iov = { &regs, sizeof(regs) };

    memset(&regs, 0, sizeof(regs));
    if (request(PTRACE_GETREGSET, pid, NT_PRSTATUS, &iov) < 0 ||
        iov.iov_len != sizeof(regs)) {
        puts("no registers");
    }
    return regs;
}

static void set_regs(pid_t pid, Regs *regs)
{
    struct iovec iov = { regs, sizeof(*regs) };

    if (request(PTRACE_SETREGSET, pid, NT_PRSTATUS, &iov) < 0) {
        puts("registers stay");
    }
}

static void show_info(pid_t pid)
{
    siginfo_t info;
    long ret = request(PTRACE_GETSIGINFO, pid, 0, &info);

    printf("siginfo: %ld", ret);
    if (ret == 0) {
        printf(", %d, code %d", info.si_signo, info.si_code);
    }
    putchar('\n');
}

/* --- signals --- */

static void on_usr(int signo, siginfo_t *info, void *context)
{
    (void)context;
    counter += signo == SIGUSR2 ? 100 : 1;
    last = *info;
}

static void catch(int signo)
{
    struct sigaction act = { .sa_sigaction = on_usr, .sa_flags = SA_SIGINFO };

    sigaction(signo, &act, NULL);
}

static void signalled(void)
{
    sigset_t set;

    ptrace(PTRACE_TRACEME, 0, 0, 0);
    catch(SIGUSR1);
    catch(SIGUSR2);
    raise(SIGUSR1);                /* let in */
    raise(SIGUSR1);                /* kept away */
    raise(SIGUSR1);                /* becomes another */
    printf("counter %d, last %d of tracer %d\n", counter, last.si_signo,
           last.si_pid == getppid());
    raise(SIGUSR1);                /* with other siginfo */
    printf("code %d, value %d\n", last.si_code, last.si_value.sival_int);
    raise(SIGWINCH);               /* ignored ones are seen as well */
    signal(SIGCHLD, SIG_IGN);
    raise(SIGCHLD);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGTERM);                /* waits */
    raise(SIGWINCH);
    raise(SIGKILL);
}

static void set_info(pid_t pid)
{
    siginfo_t info;

    request(PTRACE_GETSIGINFO, pid, 0, &info);
    info.si_code = SI_QUEUE;
    info.si_value.sival_int = 4711;
    printf("set: %ld\n", request(PTRACE_SETSIGINFO, pid, 0, &info));
}

static void signals(void)
{
    struct __ptrace_peeksiginfo_args peek = { 0, 0, 4 };
    siginfo_t infos[4];
    unsigned long mask = 0;
    pid_t pid = fork();

    if (pid == 0) {
        signalled();
    }
    await("usr1", pid);
    show_info(pid);
    request(PTRACE_CONT, pid, 0, (void *)SIGUSR1);
    await("usr1", pid);
    request(PTRACE_CONT, pid, 0, NULL);
    await("usr1", pid);
    request(PTRACE_CONT, pid, 0, (void *)SIGUSR2);
    await("usr1", pid);
    set_info(pid);
    request(PTRACE_CONT, pid, 0, (void *)SIGUSR1);
    await("winch", pid);
    request(PTRACE_CONT, pid, 0, (void *)SIGWINCH);
    await("chld", pid);
    request(PTRACE_CONT, pid, 0, (void *)SIGCHLD);
    await("winch", pid);
    printf("mask: %ld", request(PTRACE_GETSIGMASK, pid, 8, &mask));
    printf(", %lx\n", mask & 0x7fffffff);
    printf("peek: %ld\n", request(PTRACE_PEEKSIGINFO, pid,
                                  (unsigned long)&peek, infos));
    printf("waits: %d\n", infos[0].si_signo);
    mask = 0;
    printf("unblock: %ld\n", request(PTRACE_SETSIGMASK, pid, 8, &mask));
    request(PTRACE_CONT, pid, 0, NULL);
    await("term", pid);
    request(PTRACE_CONT, pid, 0, NULL);
    await("end", pid);
}

/* --- memory and registers --- */

__attribute__((noinline)) static void step_here(void)
{
    counter++;
}

static void memory(void)
{
    pid_t pid = fork();
    long value = 0, byte = 0x55;
    struct iovec local = { &value, sizeof(value) };
    struct iovec remote = { (void *)&word, sizeof(word) };
    char path[32];
    int fd;

    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        printf("word %lx\n", word);
        step_here();
        _exit(counter);
    }
    await("memory", pid);
    printf("peek: %ld", request(PTRACE_PEEKDATA, pid, (unsigned long)&word,
                                &value));
    printf(", %lx\n", value);
    printf("poke: %ld\n", request(PTRACE_POKEDATA, pid, (unsigned long)&word,
                                  (void *)0xabcdef));
    printf("readv: %zd", process_vm_readv(pid, &local, 1, &remote, 1, 0));
    printf(", %lx\n", value);
    snprintf(path, sizeof(path), "/proc/%d/mem", pid);
    fd = open(path, O_RDWR);
    printf("pwrite: %zd\n", pwrite(fd, &byte, 1, (off_t)&word));
    printf("pread: %zd", pread(fd, &value, sizeof(value), (off_t)&word));
    printf(", %lx\n", value);
    close(fd);
    printf("nowhere: %ld\n", request(PTRACE_PEEKDATA, pid, 8, &value));
    printf("no set: %ld\n", request(PTRACE_GETREGSET, pid, 0x4242, &local));
    request(PTRACE_CONT, pid, 0, NULL);
    await("end", pid);
}

/* A breakpoint, over which it goes by one step. */
static void breakpoint(void)
{
    unsigned long at = (unsigned long)step_here;
    long code = 0, with;
    pid_t pid = fork();
    Regs regs;

    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        step_here();               /* translated before it is there */
        raise(SIGSTOP);
        step_here();
        step_here();
        _exit(counter);
    }
    await("breakpoint", pid);
    request(PTRACE_PEEKTEXT, pid, at, &code);
    with = (code & ~(AFTER_BREAK ? 0xffl : 0xffffffffl)) | BREAKPOINT;
    request(PTRACE_POKETEXT, pid, at, (void *)with);
    for (int i = 0; i < 2; i++) {
        request(PTRACE_CONT, pid, 0, NULL);
        await("hit", pid);
        regs = get_regs(pid);
        printf("there: %d\n", regs.PC - AFTER_BREAK == at);
        regs.PC = at;
        set_regs(pid, &regs);
        request(PTRACE_POKETEXT, pid, at, (void *)code);
        request(PTRACE_SINGLESTEP, pid, 0, NULL);
        await("step", pid);
        show_info(pid);
        regs = get_regs(pid);
        printf("on: %d\n", regs.PC > at && regs.PC < at + 16);
        request(PTRACE_POKETEXT, pid, at, (void *)with);
    }
    request(PTRACE_CONT, pid, 0, NULL);
    await("end", pid);
}

/* --- system calls --- */

static void show_call(pid_t pid)
{
    struct __ptrace_syscall_info info;
    long ret;

    memset(&info, 0, sizeof(info));
    ret = request(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
    printf("info: %ld, op %d", ret, info.op);
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
        printf(", first %d, is write %d\n", (int)info.entry.args[0],
               info.entry.nr == SYS_write);
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
        printf(", %ld, error %d\n", (long)info.exit.rval, info.exit.is_error);
    } else {
        putchar('\n');
    }
}

static void called(void)
{
    ptrace(PTRACE_TRACEME, 0, 0, 0);
    raise(SIGSTOP);
    long ret = syscall(SYS_write, -1, "x", 1);
    printf("write: %ld, %d\n", ret, errno);
    ret = syscall(SYS_write, -2, "x", 1);      /* not made */
    printf("write: %ld\n", ret);
    ret = syscall(SYS_write, -3, "x", 1);      /* not made, with a result */
    printf("write: %ld\n", ret);
    ret = syscall(SYS_write, -4, "x", 1);      /* becomes getppid */
    printf("write: %d\n", ret == getppid());
    ret = syscall(SYS_write, -5, "x", 1);      /* another result */
    printf("write: %ld\n", ret);
    _exit(0);
}

/* At the entry of a write to descriptor fd: what the tracer does. */
static void change_call(pid_t pid, int fd)
{
    Regs regs = get_regs(pid);

    if (fd == -2 || fd == -3 || fd == -4) {
        regs.NUMBER = fd == -4 ? SYS_getppid : -1;
        if (fd == -3) {
            regs.RESULT = 42;
        }
        set_regs(pid, &regs);
    }
}

static void calls(void)
{
    struct __ptrace_syscall_info info;
    pid_t pid = fork();
    int status, fd = 0;

    if (pid == 0) {
        called();
    }
    await("calls", pid);
    request(PTRACE_SETOPTIONS, pid, 0, (void *)PTRACE_O_TRACESYSGOOD);
    show_call(pid);
    for (;;) {
        request(PTRACE_SYSCALL, pid, 0, NULL);
        if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status)) {
            break;
        }
        request(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
        if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
            fd = info.entry.nr == SYS_write ? (int)info.entry.args[0] : 0;
            if (fd < 0) {
                show("write", status);
                show_call(pid);
                change_call(pid, fd);
            }
        } else if (fd < 0) {
            if (fd != -4) {
                show_call(pid);
            }
            if (fd == -5) {
                Regs regs = get_regs(pid);

                regs.RESULT = 77;
                set_regs(pid, &regs);
            }
        }
    }
    show("end", status);
}

/* A call that waits is ended by a signal, and begins again. */
static void restarted(void)
{
    int ends[2], status;
    struct __ptrace_syscall_info info;
    pid_t pid;

    (void)!pipe(ends);
    pid = fork();
    if (pid == 0) {
        char byte;

        ptrace(PTRACE_TRACEME, 0, 0, 0);
        struct sigaction act = { .sa_sigaction = on_usr,
                                 .sa_flags = SA_SIGINFO | SA_RESTART };
        sigaction(SIGUSR1, &act, NULL);
        raise(SIGSTOP);
        printf("read: %zd\n", read(ends[0], &byte, 1));
        _exit(counter);
    }
    await("restart", pid);
    request(PTRACE_SETOPTIONS, pid, 0, (void *)PTRACE_O_TRACESYSGOOD);
    do {
        request(PTRACE_SYSCALL, pid, 0, NULL);
        waitpid(pid, &status, 0);
        request(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
    } while (info.op != PTRACE_SYSCALL_INFO_ENTRY ||
             info.entry.nr != SYS_read);
    request(PTRACE_SYSCALL, pid, 0, NULL);
    usleep(20000);
    kill(pid, SIGUSR1);
    await("exit", pid);
    show_call(pid);
    request(PTRACE_SYSCALL, pid, 0, NULL);
    await("signal", pid);
    request(PTRACE_CONT, pid, 0, (void *)SIGUSR1);
    (void)!write(ends[1], "x", 1);
    await("end", pid);
}

/* --- attaching --- */

static pid_t sleeper(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        for (;;) {
            pause();
        }
    }
    usleep(2000);
    return pid;
}

static int tracer_of(pid_t pid)
{
    char path[32], line[128];
    int tracer = -1;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f)) {
        sscanf(line, "TracerPid: %d", &tracer);
    }
    fclose(f);
    return tracer;
}

static void attaching(void)
{
    pid_t pid = sleeper();
    int status;

    printf("cont: %ld\n", request(PTRACE_CONT, pid, 0, NULL));
    printf("attach: %ld\n", request(PTRACE_ATTACH, pid, 0, NULL));
    printf("again: %ld\n", request(PTRACE_ATTACH, pid, 0, NULL));
    await("attach", pid);
    printf("tracer: %d\n", tracer_of(pid) == getpid());
    show_info(pid);
    printf("interrupt: %ld\n", request(PTRACE_INTERRUPT, pid, 0, NULL));
    printf("listen: %ld\n", request(PTRACE_LISTEN, pid, 0, NULL));
    printf("bad option: %ld\n", request(PTRACE_SETOPTIONS, pid, 0,
                                        (void *)0x80000000));
    printf("bad signal: %ld\n", request(PTRACE_CONT, pid, 0, (void *)99));
    printf("bad request: %ld\n", request(9999, pid, 0, NULL));
    printf("detach: %ld\n", request(PTRACE_DETACH, pid, 0, NULL));
    printf("tracer: %d\n", tracer_of(pid));
    printf("cont: %ld\n", request(PTRACE_CONT, pid, 0, NULL));
    printf("seize at 1: %ld\n", request(PTRACE_SEIZE, pid, 1, NULL));
    printf("seize: %ld\n", request(PTRACE_SEIZE, pid, 0, NULL));
    printf("running: %ld\n", request(PTRACE_CONT, pid, 0, NULL));
    printf("nothing: %d\n", waitpid(pid, &status, WNOHANG));
    printf("interrupt: %ld\n", request(PTRACE_INTERRUPT, pid, 0, NULL));
    await("interrupt", pid);
    show_info(pid);
    printf("kill: %ld\n", request(PTRACE_KILL, pid, 0, NULL));
    kill(pid, SIGKILL);
    await("end", pid);
    printf("self: %ld\n", request(PTRACE_ATTACH, getpid(), 0, NULL));
    printf("none: %ld\n", request(PTRACE_ATTACH, 0x3ffffff, 0, NULL));
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    signals();
    memory();
    breakpoint();
    calls();
    restarted();
    attaching();
    return 0;
}
