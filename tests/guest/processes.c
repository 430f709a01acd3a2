/* fork, wait, exec, exit statuses, popen and system. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void show(const char *what, int status)
{
    if (WIFEXITED(status))
        printf("%s: exit %d\n", what, WEXITSTATUS(status));
    else if (WIFSIGNALED(status))
        printf("%s: signal %d\n", what, WTERMSIG(status));
    else
        printf("%s: status %x\n", what, status);
    fflush(stdout);
}

static void child(const char *what, void (*run)(void))
{
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        run();
        _exit(7);
    }
    if (waitpid(pid, &status, 0) != pid)
        puts("wrong pid");
    show(what, status);
}

static void nothing(void) {}
static void exits(void) { exit(300); }
static void killed(void) { kill(getpid(), SIGTERM); }
static void crashes(void) { *(volatile int *)0 = 1; }
static void execs(void)
{
    execl("/bin/sh", "sh", "-c", "echo from sh $X; exit 9", NULL);
}
static void execs_env(void)
{
    char *argv[] = { "sh", "-c", "echo X is $X; exit 3", NULL };
    char *envp[] = { "X=set", NULL };
    execve("/bin/sh", argv, envp);
}
static void exec_fails(void)
{
    execl("/nonexistent/program", "program", NULL);
    printf("errno %d\n", errno);
    fflush(stdout);
    _exit(errno == ENOENT);
}

static void pipes(void)
{
    int to[2], from[2];
    if (pipe(to) || pipe(from))
        return;
    pid_t pid = fork();
    if (pid == 0) {
        int n;
        while (read(to[0], &n, sizeof(n)) == sizeof(n) && n) {
            n = n * n + 1;
            if (write(from[1], &n, sizeof(n)) < 0)
                break;
        }
        _exit(n == 0 ? 42 : 1);
    }
    long sum = 0;
    for (int i = 100; i >= 0; i--) {
        int n = i;
        if (write(to[1], &n, sizeof(n)) < 0)
            break;
        if (i && read(from[0], &n, sizeof(n)) > 0)
            sum += n;
    }
    int status;
    waitpid(pid, &status, 0);
    printf("sum %ld\n", sum);
    show("server", status);
}

static void shells(void)
{
    char line[64] = "";
    show("system", system("exit 5"));
    FILE *f = popen("echo piped; exit 4", "r");
    if (fgets(line, sizeof(line), f))
        fputs(line, stdout);
    show("popen", pclose(f));
    char *argv[] = { "sh", "-c", "exit 6", NULL };
    pid_t pid;
    int status;
    printf("spawn %d\n", posix_spawn(&pid, "/bin/sh", NULL, NULL, argv,
                                     environ));
    waitpid(pid, &status, 0);
    show("spawned", status);
}

static void waits(void)
{
    int status;
    siginfo_t info;
    pid_t a = fork();
    if (a == 0)
        _exit(1);
    waitid(P_PID, a, &info, WEXITED | WNOWAIT);
    printf("waitid %d %d %d\n", info.si_pid == a, info.si_code,
           info.si_status);
    printf("wait %d\n", wait(&status) == a);
    printf("no child %d", wait(&status));
    printf(" %d\n", errno);
    pid_t b = fork();
    if (b == 0) {
        pause();
        _exit(1);
    }
    printf("hang %d\n", waitpid(b, &status, WNOHANG));
    kill(b, SIGKILL);
    waitpid(b, &status, 0);
    show("paused", status);
    pid_t v = vfork();
    if (v == 0)
        _exit(11);
    waitpid(v, &status, 0);
    show("vfork", status);
}

int main(void)
{
    child("nothing", nothing);
    child("exit", exits);
    child("kill", killed);
    child("crash", crashes);
    child("abort", abort);
    child("exec", execs);
    child("execve", execs_env);
    child("no program", exec_fails);
    pipes();
    shells();
    waits();
    return 33;
}
