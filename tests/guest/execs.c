/* execve in all ways; the program shows what it was given. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static char self[256];

/* --- the program that is started --- */

static int nb_descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    while (readdir(d)) {
        n++;
    }
    closedir(d);
    return n - 3;              /* ".", "..", the folder */
}

static int nb_threads(void)
{
    DIR *d = opendir("/proc/self/task");
    int n = 0;

    while (readdir(d)) {
        n++;
    }
    closedir(d);
    return n - 2;
}

/* The last part: the folders differ. */
static const char *last(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int report(int argc, char **argv)
{
    char name[17] = "";
    sigset_t set;

    for (int i = 0; i < argc; i++) {
        printf(" [%.40s]", strstr(argv[i], "fd/") ? argv[i] : last(argv[i]));
    }
    prctl(PR_GET_NAME, name);
    sigpending(&set);
    printf(" fds %d threads %d pending %d ignored %d env %s\n",
           nb_descriptors(), nb_threads(), sigismember(&set, SIGUSR1),
           signal(SIGUSR2, SIG_DFL) == SIG_IGN,
           getenv("ENV") ? getenv("ENV") : "none");
    return 5;
}

/* --- the tests --- */

static char *report_argv[] = { "report", "two words", "", NULL };
static char *env[] = { "ENV=here", NULL };

/* Runs fn, which executes something, in a child. */
static void in_child(const char *what, void (*fn)(void))
{
    int status;

    printf("%s:", what);
    fflush(stdout);
    if (fork() == 0) {
        fn();
        printf(" %s\n", strerror(errno));
        fflush(stdout);
        _exit(0);
    }
    wait(&status);
    printf(" status %d\n", WIFSIGNALED(status) ? -WTERMSIG(status)
                                               : WEXITSTATUS(status));
}

static void plain(void)
{
    execve(self, report_argv, env);
}

static void relative(void)
{
    execve("link", report_argv, env);
}

static void nothing(void)
{
    char *none[] = { NULL };

    putenv("REPORT=1");
    execve(self, none, (char *[]){ "REPORT=1", NULL });
}

static void by_descriptor(void)
{
    int fd = open(self, O_RDONLY | O_CLOEXEC);

    fexecve(fd, report_argv, env);
}

static void by_path_descriptor(void)
{
    int fd = open(self, O_PATH);

    syscall(SYS_execveat, fd, "", report_argv, env, AT_EMPTY_PATH);
}

static void below_folder(void)
{
    int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    syscall(SYS_execveat, fd, "link", report_argv, env, 0);
}

static void no_links(void)
{
    syscall(SYS_execveat, AT_FDCWD, "link", report_argv, env,
            AT_SYMLINK_NOFOLLOW);
}

static void bad_flags(void)
{
    syscall(SYS_execveat, AT_FDCWD, "link", report_argv, env, 0x4000);
}

static void script_file(const char *name, const char *line, int mode)
{
    FILE *f = fopen(name, "w");

    fputs(line, f);
    fclose(f);
    chmod(name, mode);
}

static void script(void)
{
    execve("./script", report_argv, env);
}

static void script_by_descriptor(void)
{
    fexecve(open("script", O_RDONLY), report_argv, env);
}

static void script_by_closed_descriptor(void)
{
    fexecve(open("script", O_RDONLY | O_CLOEXEC), report_argv, env);
}

static void no_arguments(void)
{
    execve("./script", (char *[]){ NULL }, env);
}

static void try_script(const char *what, const char *line)
{
    script_file("script", line, 0755);
    in_child(what, script);
}

static void scripts(void)
{
    char line[600], argument[300];

    snprintf(line, sizeof(line), "#!%s\n", self);
    try_script("script", line);
    in_child("script by descriptor", script_by_descriptor);
    in_child("closed on execve", script_by_closed_descriptor);
    in_child("script without arguments", no_arguments);
    snprintf(line, sizeof(line), "#! \t%s  report  more \t\n", self);
    try_script("argument", line);
    memset(argument, 'x', sizeof(argument));
    snprintf(line, sizeof(line), "#!%s report%.300s\n", self, argument);
    try_script("long argument", line);
    snprintf(line, sizeof(line), "#!/%.300s\n", argument);
    try_script("long interpreter", line);
    try_script("no interpreter", "#!\n");
    try_script("no newline", "#!/nosuch");
    try_script("itself", "#!./script\n");
    try_script("no magic", "exit 3\n");
    try_script("empty", "");
    script_file("script", "#!/bin/sh\n", 0644);
    in_child("not executable", script);
}

static void folder(void)
{
    execve(".", report_argv, env);
}

static void missing(void)
{
    execve("./nosuch", report_argv, env);
}

static void bad_pointers(void)
{
    execve(self, (char **)8, env);
}

static void too_long(void)
{
    char *text = malloc(200 << 10);

    memset(text, 'x', 200 << 10);
    text[(200 << 10) - 1] = 0;
    execve(self, (char *[]){ "report", text, NULL }, env);
}

static void too_many(void)
{
    static char *many[100000];
    static char text[100];

    memset(text, 'x', sizeof(text) - 1);
    for (int i = 0; i < 99999; i++) {
        many[i] = text;
    }
    execve(self, many, env);
}

static void *executes(void *arg)
{
    plain();
    return NULL;
}

static void from_thread(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, executes, NULL);
    pthread_create(&thread, NULL, (void *(*)(void *))pause, NULL);
    pause();
}

static void handler(int signo)
{
}

static void with_signals(void)
{
    sigset_t set;

    signal(SIGUSR1, handler);
    signal(SIGUSR2, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    plain();
}

static void with_descriptors(void)
{
    open("/dev/null", O_RDONLY);
    open("/dev/null", O_RDONLY | O_CLOEXEC);
    plain();
}

int main(int argc, char **argv)
{
    if (argc != 1 || getenv("REPORT") || getenv("ENV")) {
        return report(argc, argv);
    }
    readlink("/proc/self/exe", self, sizeof(self) - 1);
    symlink(self, "link");
    for (int fd = 3; fd < 20; fd++) {
        close(fd);
    }
    in_child("execve", plain);
    in_child("a link", relative);
    in_child("no argv", nothing);
    in_child("fexecve", by_descriptor);
    in_child("O_PATH", by_path_descriptor);
    in_child("execveat", below_folder);
    in_child("no links", no_links);
    in_child("bad flags", bad_flags);
    scripts();
    in_child("folder", folder);
    in_child("missing", missing);
    in_child("bad pointers", bad_pointers);
    in_child("too long", too_long);
    in_child("too many", too_many);
    in_child("from a thread", from_thread);
    in_child("signals", with_signals);
    in_child("descriptors", with_descriptors);
    return 0;
}
