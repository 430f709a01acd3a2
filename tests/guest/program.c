/* What a program is: its file under all names, and what may be run. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char *report_argv[] = { "report", "x", NULL };
static char *no_env[] = { NULL };

static const char *error(long ret)
{
    return ret < 0 ? strerrorname_np(errno) : "done";
}

static const char *last(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* --- what a program sees of itself --- */

static int count_descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = 0;

    while (d && readdir(d)) {
        n++;
    }
    if (d) {
        closedir(d);
    }
    return n;
}

static int report(int argc, char **argv)
{
    char link[256] = "", comm[32] = "", *execfn = (char *)getauxval(AT_EXECFN);
    int fd, maximum = sysconf(_SC_OPEN_MAX);
    struct stat st;

    int open_exe, size, fds;

    if (strcmp(argv[argc - 1], "full") == 0) {
        close(3);              /* room to look */
    }
    readlink("/proc/self/exe", link, sizeof(link) - 1);
    fd = open("/proc/self/comm", O_RDONLY);
    comm[fd < 0 ? 0 : read(fd, comm, 31)] = 0;
    close(fd);
    comm[strcspn(comm, "\n")] = 0;
    fd = open("/proc/self/exe", O_RDONLY);
    open_exe = fd >= 0;
    close(fd);
    size = stat("/proc/self/exe", &st) == 0 && st.st_size > 100000;
    fds = count_descriptors();
    printf("  argv %s %d exe %s execfn %s comm %s open %d size %d fds %d "
           "max %d\n", argv[0], argc, last(link),
           strncmp(execfn, "/dev/fd/", 8) == 0 ? "a descriptor" : execfn,
           comm, open_exe, size, fds, maximum);
    return 0;
}

/* --- running it --- */

static void run_at(const char *what, int fd, const char *path, char **argv,
                   int flags)
{
    int status;

    printf("%s:\n", what);
    fflush(stdout);
    if (fork() == 0) {
        syscall(SYS_execveat, fd, path, argv, no_env, flags);
        printf("  %s\n", error(-1));
        fflush(stdout);
        _exit(0);
    }
    wait(&status);
    if (status) {
        printf("  status %x\n", status);
    }
}

static void run(const char *what, const char *path)
{
    run_at(what, AT_FDCWD, path, report_argv, 0);
}

static void copy(const char *from, int to)
{
    char buf[65536];
    int in = open(from, O_RDONLY);
    long n;

    while ((n = read(in, buf, sizeof(buf))) > 0) {
        write(to, buf, n);
    }
    close(in);
}

static void make(const char *name, const char *text, int mode)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0755);

    if (text) {
        write(fd, text, strlen(text));
    } else {
        copy("/proc/self/exe", fd);
    }
    close(fd);
    chmod(name, mode);
}

/* --- names of /proc/self/exe --- */

static void one_name(int dir, const char *path)
{
    char link[256] = "";
    struct stat st = { 0 };
    int n = readlinkat(dir, path, link, sizeof(link) - 1);
    int fd = openat(dir, path, O_RDONLY), ours;

    ours = fd >= 0 && fstat(fd, &st) == 0 ? st.st_ino == 0 : -1;
    printf("%s: link %s open %d", path, n < 0 ? error(-1) : last(link), ours);
    ours = st.st_size > 100000;
    fstatat(dir, path, &st, 0);
    printf(" same %d regular %d", ours == (st.st_size > 100000),
           S_ISREG(st.st_mode));
    fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW);
    printf(" link %d access %d", S_ISLNK(st.st_mode),
           faccessat(dir, path, X_OK, 0));
    printf(" nofollow %s", error(openat(dir, path, O_NOFOLLOW)));
    printf(" write %s\n", error(openat(dir, path, O_WRONLY)));
    close(fd);
}

static void names(void)
{
    static const char *const path[] = {
        "/proc/self/exe", "/proc/thread-self/exe", "//proc/./self/../self/exe",
        "/proc/self/task/../exe", "/proc/self/root/proc/self/exe", "link",
        "folder/exe", "twice", "/proc/self/exe/", "/proc/self/exe/x", "exe",
    };
    char number[64];
    int dir = open("/proc/self", O_PATH), fd;
    ssize_t n;

    symlink("/proc/self/exe", "link");
    symlink("/proc/self", "folder");
    symlink("link", "twice");
    for (unsigned i = 0; i < COUNT(path); i++) {
        one_name(AT_FDCWD, path[i]);
    }
    one_name(dir, "exe");
    one_name(dir, "./task/../exe");
    sprintf(number, "/proc/%d/exe", getpid());
    printf("by number %d ", (int)readlink(number, number, sizeof(number)));
    sprintf(number, "/proc/self/task/%d/exe", (int)syscall(SYS_gettid));
    printf("%d\n", (int)readlink(number, number, sizeof(number)));
    fd = open("/proc/self/exe", O_PATH | O_NOFOLLOW);
    n = readlinkat(fd, "", number, sizeof(number) - 1);
    number[n > 0 ? n : 0] = 0;
    printf("path of the link %s\n", last(number));
    run("by link", "link");
    run("by two", "twice");
    run("itself", "/proc/self/exe");
    run_at("below", dir, "exe", report_argv, 0);
    run_at("no links", AT_FDCWD, "link", report_argv, AT_SYMLINK_NOFOLLOW);
    run_at("no links", dir, "exe", report_argv, AT_SYMLINK_NOFOLLOW);
}

/* Another process's. */
static void other(void)
{
    char path[64], link[256] = "";
    struct stat st;
    int ends[2];
    pid_t pid;

    pipe(ends);
    make("else", NULL, 0755);
    pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        execl("./else", "else", "wait", NULL);
    }
    read(ends[0], link, 1);
    sprintf(path, "/proc/%d/exe", pid);
    printf("other: %d", (int)readlink(path, link, sizeof(link)) > 0);
    printf(" %s stat %d", last(link), stat(path, &st));
    printf(" open %d", open(path, O_RDONLY) >= 0);
    printf(" write %s", error(open("else", O_WRONLY)));
    printf(" truncate %s", error(open("else", O_RDONLY | O_TRUNC)));
    printf(" %s", error(truncate("else", 0)));
    printf(" create %s", error(open("else", O_RDWR | O_CREAT, 0700)));
    printf(" read %d", open("else", O_RDONLY) >= 0);
    unlink("else");
    memset(link, 0, sizeof(link));
    readlink(path, link, sizeof(link) - 1);
    printf(" deleted: %s", last(link));
    printf(" open %d\n", open(path, O_RDONLY) >= 0);
    kill(pid, 9);
    waitpid(pid, NULL, 0);
}

/* --- files without a name --- */

static void nameless(void)
{
    int fd = memfd_create("a program", MFD_CLOEXEC);

    copy("/proc/self/exe", fd);
    run_at("memory", fd, "", report_argv, AT_EMPTY_PATH);
    close(fd);
    make("gone", NULL, 0755);
    fd = open("gone", O_RDONLY | O_CLOEXEC);
    run_at("file", fd, "", report_argv, AT_EMPTY_PATH);
    rename("gone", "moved");
    run_at("moved", fd, "", report_argv, AT_EMPTY_PATH);
    unlink("moved");
    run_at("deleted", fd, "", report_argv, AT_EMPTY_PATH);
    close(fd);
    fd = open("prog", O_PATH);
    run_at("path", fd, "", report_argv, AT_EMPTY_PATH);
    close(fd);
    make("script", "#!./prog argument\n", 0755);
    fd = open("script", O_RDONLY);
    run_at("script", fd, "", report_argv, AT_EMPTY_PATH);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    run_at("closed script", fd, "", report_argv, AT_EMPTY_PATH);
    close(fd);
    fd = open(".", O_PATH);
    run_at("folder", fd, "", report_argv, AT_EMPTY_PATH);
    run_at("folder's", fd, "script", report_argv, 0);
    run_at("no flag", fd, "", report_argv, 0);
    run_at("absolute", -1, "/proc/self/exe", report_argv, 0);
    run_at("no such", 99, "", report_argv, AT_EMPTY_PATH);
    run_at("no such", 99, "prog", report_argv, 0);
    close(fd);
}

/* --- what cannot be run --- */

static void busy(void)
{
    int fd;

    make("busy", NULL, 0755);
    fd = open("busy", O_WRONLY);
    run("open for writing", "busy");
    make("script2", "#!./busy\n", 0755);
    run("its script", "script2");
    close(fd);
    fd = open("script2", O_RDWR);
    run("a script", "script2");
    close(fd);
    run("closed", "busy");
    fd = open("/proc/self/exe", O_RDONLY);
    printf("own: %s", error(open("prog", O_RDWR)));
    printf(" %s", error(truncate("prog", 5)));
    printf(" %s", error(syscall(SYS_openat2, AT_FDCWD, "prog",
                                (uint64_t[3]){ O_WRONLY }, 24)));
    printf(" by link %s\n", error(open("/proc/self/exe", O_WRONLY)));
}

static void errors(void)
{
    static char name[5000];
    char *large[] = { "large", name, NULL };

    make("plain", NULL, 0644);
    make("text", "echo hello\n", 0755);
    make("empty", "", 0755);
    mkdir("d", 0755);
    symlink("loop", "loop");
    mkfifo("fifo", 0755);
    run("not executable", "plain");
    run("text", "text");
    run("empty", "empty");
    run("folder", "d");
    run("below a file", "prog/x");
    run("loop", "loop");
    run("pipe", "fifo");
    run("device", "/dev/null");
    run("missing", "missing");
    run("no name", "");
    run("nowhere", (char *)8);
    memset(name, 'x', 4999);
    run("long path", name);
    name[300] = 0;
    run("long name", name);
    run_at("bad vector", AT_FDCWD, "prog", (char **)8, 0);
    run_at("bad string", AT_FDCWD, "prog", (char *[]){ (char *)8, NULL }, 0);
    run_at("bad vector, no file", AT_FDCWD, "missing", (char **)8, 0);
    run_at("none", AT_FDCWD, "text", NULL, 0);
    run_at("flags", AT_FDCWD, "prog", report_argv, 0x4000);
    run_at("flags, no file", AT_FDCWD, "", report_argv, 0x4000);
    large[1] = malloc(200000);
    memset(large[1], 'y', 199999);
    large[1][199999] = 0;
    run_at("too large", AT_FDCWD, "prog", large, 0);
    large[1][131072 - 1] = 0;
    run_at("not too large", AT_FDCWD, "prog", large, 0);
}

static void scripts(void)
{
    static char line[400];
    char name[16] = "prog", next[16];

    for (int i = 1; i <= 6; i++) {
        sprintf(line, "#!./%s\n", name);
        sprintf(next, "nest%d", i);
        make(next, line, 0755);
        strcpy(name, next);
        run(name, name);
    }
    make("s1", "#!./missing\n", 0755);
    run("no interpreter", "s1");
    make("s2", "#!./prog \t a  b \t\nrest", 0755);
    run("blanks", "s2");
    make("s3", "#!./prog\r\n", 0755);
    run("return", "s3");
    make("s4", "#! \n./prog", 0755);
    run("nothing", "s4");
    make("s5", "#!./plain\n", 0755);
    run("no right", "s5");
    make("s6", "#!./text\n", 0755);
    run("text", "s6");
    memset(line, 'z', 399);
    memcpy(line, "#!./", 4);
    make("s7", line, 0755);
    run("too long", "s7");
    memset(line, ' ', 399);
    make("s8", line, 0755);
    memcpy(line, "#!", 2);
    make("s8", line, 0755);
    run("spaces", "s8");
}

/* --- no descriptors left --- */

static void full(const char *what, rlim_t soft)
{
    struct rlimit lim;
    char *argv[] = { "report", "full", NULL };
    int status, n = 0;

    printf("%s:\n", what);
    fflush(stdout);
    if (fork() == 0) {
        getrlimit(RLIMIT_NOFILE, &lim);
        lim.rlim_cur = soft;
        setrlimit(RLIMIT_NOFILE, &lim);
        while (open("/dev/null", O_RDONLY) >= 0) {
            n++;
        }
        printf("  %d more, %s\n", n, error(-1));
        fflush(stdout);
        execve("script", argv, no_env);
        printf("  %s\n", error(-1));
        fflush(stdout);
        _exit(1);
    }
    wait(&status);
    printf("  status %x\n", status);
}

/* For good: the limit cannot be raised again. */
static void in_use(const char *what)
{
    struct rlimit lim = { 50, 50 };
    char *argv[] = { "report", "full", NULL };
    int status;

    printf("%s:\n", what);
    fflush(stdout);
    if (fork() == 0) {
        setrlimit(RLIMIT_NOFILE, &lim);
        while (open("/dev/null", O_RDONLY) >= 0) {
        }
        execve("missing", argv, no_env);
        printf("  %s", error(-1));
        execve("text", argv, no_env);
        printf("  %s\n", error(-1));
        fflush(stdout);
        execve("prog", argv, no_env);
        printf("  %s\n", error(-1));
        fflush(stdout);
        _exit(1);
    }
    wait(&status);
    printf("  status %x\n", status);
}

/* All numbers below the limit are the program's. */
static void many(void)
{
    struct rlimit lim = { 3000, 3000 };
    int n = 0, high;

    fflush(stdout);
    if (fork() != 0) {
        wait(NULL);
        return;
    }
    printf("limit %s\n", error(setrlimit(RLIMIT_NOFILE, &lim)));
    for (int i = 1000; i < 1100; i++) {
        n += dup2(1, i) == i;
    }
    printf("dup2 %d\n", n);
    while ((high = dup(1)) >= 0) {
        n++;
    }
    printf("%d more, %s\n", n, error(-1));
    printf("exe %d\n", (int)readlink("/proc/self/exe", (char[100]){ 0 }, 100) > 0);
    fflush(stdout);
    _exit(0);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "wait") == 0) {
        write(1, "x", 1);
        pause();
    }
    if (argc > 1 || argc == 0 || argv[0][0] == 'r') {
        return report(argc, argv);
    }
    if (strcmp(argv[0], "again") != 0) {
        make("prog", NULL, 0755);
        execl("./prog", "again", NULL);
    }
    names();
    other();
    nameless();
    busy();
    errors();
    scripts();
    many();
    full("twenty", 20);
    full("no more", 0);
    in_use("all in use");
    return 0;
}
