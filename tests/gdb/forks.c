/* forks fork|exec|vfork|spawn|close: see start(). */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void in_child(int n)
{
    printf("child %d\n", n);
    fflush(stdout);
}

void in_parent(int status)
{
    printf("child's status %d\n", status);
    fflush(stdout);
}

void in_new_program(void)
{
    puts("new program");
    fflush(stdout);
}

/*
 * A child that calls a function or executes this program; or, with "close" and
 * vfork, closes all that it can, and takes its time.
 */
static pid_t start(const char *how, char **args)
{
    pid_t pid;

    if (strcmp(how, "spawn") == 0) {
        return posix_spawn(&pid, args[0], NULL, NULL, args, environ) ? -1
                                                                      : pid;
    }
    pid = how[0] == 'v' || how[0] == 'c' ? vfork() : fork();
    if (pid == 0) {
        if (strcmp(how, "close") == 0) {
            close_range(3, ~0u, 0);
            usleep(200000);
            in_child(2);
            _exit(5);
        }
        if (strcmp(how, "fork") == 0) {
            in_child(1);
            _exit(3);
        }
        execv(args[0], args);
        _exit(127);
    }
    return pid;
}

int main(int argc, char **argv)
{
    char *args[] = { argv[0], "new", NULL };
    int status = 0, pid;

    (void)argc;
    if (strcmp(argv[1], "new") == 0) {
        in_new_program();
        return 4;
    }
    pid = start(argv[1], args);
    if (strcmp(argv[1], "close") == 0) {
        puts("the parent goes on");
        fflush(stdout);
    }
    waitpid(pid, &status, 0);
    in_parent(WEXITSTATUS(status));
    return 0;
}
