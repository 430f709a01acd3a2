/* What a program sees of itself in /proc. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char constant[] = "not to be changed";
static char variable[] = "a variable";

static void check(const char *what, int good)
{
    printf("%s: %s\n", what, good ? "yes" : "no");
}

/* The permissions that `file` gives for address p; "" if it has none. */
static void lookup(const char *file, const void *p, char perms[5])
{
    FILE *f = fopen(file, "r");
    unsigned long start, end;
    char line[512], got[5];

    perms[0] = '\0';
    while (f && fgets(line, sizeof(line), f)) {
        if (sscanf(line, "%lx-%lx %4s", &start, &end, got) == 3 &&
            (uintptr_t)p >= start && (uintptr_t)p < end) {
            strcpy(perms, got);
        }
    }
    if (f) {
        fclose(f);
    }
}

static int main_is_code(const char *file)
{
    char perms[5];
    int main(int, char **);

    lookup(file, (void *)main, perms);
    return strcmp(perms, "r-xp") == 0;
}

static void maps(void)
{
    char name[64], perms[5];
    void *p = mmap(NULL, 8192, PROT_READ | PROT_EXEC,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    check("maps", main_is_code("/proc/self/maps"));
    check("smaps", main_is_code("/proc/self/smaps"));
    sprintf(name, "/proc/%d/maps", (int)getpid());
    check("maps by id", main_is_code(name));
    sprintf(name, "/proc/self/task/%d/maps", (int)syscall(SYS_gettid));
    check("maps of the thread", main_is_code(name));
    symlink("/proc/self/maps", "link");
    check("maps by a link", main_is_code("link"));
    lookup("/proc/self/maps", p, perms);
    printf("new mapping %s\n", perms);
    munmap(p, 8192);
    lookup("/proc/self/maps", p, perms);
    printf("gone: \"%s\"\n", perms);
}

static void mem(void)
{
    int fd = open("/proc/self/mem", O_RDWR);
    char buf[64] = "";
    void *none = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                      0);

    check("mem opens", fd >= 0);
    printf("%d %s\n", (int)pread(fd, buf, sizeof(variable),
                                 (uintptr_t)variable), buf);
    printf("%d ", (int)pwrite(fd, "A VAR", 5, (uintptr_t)variable));
    puts(variable);
    printf("%d ", (int)pwrite(fd, "NOT", 3, (uintptr_t)constant));
    puts((const char *)(volatile const char *)constant);
    lseek(fd, (uintptr_t)variable + 2, SEEK_SET);
    memset(buf, 0, sizeof(buf));
    printf("%d %s ", (int)read(fd, buf, 3), buf);
    printf("%d %s\n", (int)read(fd, buf, 3), buf);
    munmap(none, 4096);
    printf("unmapped %d ", (int)pread(fd, buf, 8, (uintptr_t)none));
    printf("errno %d\n", errno);
    printf("null %d\n", (int)pread(fd, buf, 8, 0));
    close(fd);
}

static void on_usr1(int signo)
{
    (void)signo;
}

static void status(void)
{
    unsigned long caught = 0, ignored = 0;
    char line[256];
    FILE *f;

    signal(SIGUSR1, on_usr1);
    signal(SIGUSR2, SIG_IGN);
    f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof(line), f)) {
        sscanf(line, "SigCgt: %lx", &caught);
        sscanf(line, "SigIgn: %lx", &ignored);
    }
    printf("caught %lx, ignored %lx\n", caught & 0xfff, ignored & 0xfff);
}

static void descriptors(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    struct dirent *e;

    while (d && (e = readdir(d))) {
        n += e->d_name[0] != '.';
    }
    printf("%d descriptors\n", n);
}

static void exe(void)
{
    char name[256] = "";
    const char *slash;

    readlink("/proc/self/exe", name, sizeof(name) - 1);
    slash = strrchr(name, '/');
    puts(slash ? slash + 1 : "?");
}

/* Each mapping says what is in memory; a summary adds that up. */
static void smaps(void)
{
    FILE *f = fopen("/proc/self/smaps", "r");
    unsigned long start, end, kb, rss = 0, sum = 0;
    int mappings = 0, sizes = 0;
    char line[512];

    while (f && fgets(line, sizeof(line), f)) {
        mappings += sscanf(line, "%lx-%lx ", &start, &end) == 2;
        sizes += sscanf(line, "Size: %lu", &kb) == 1;
        rss += sscanf(line, "Rss: %lu", &kb) == 1 ? kb : 0;
    }
    printf("a size for each mapping: %d\n", mappings == sizes && sizes > 3);
    f = fopen("/proc/self/smaps_rollup", "r");
    fgets(line, sizeof(line), f);
    fgets(line, sizeof(line), f);
    sscanf(line, "Rss: %lu", &sum);
    printf("%s: %d\n", strtok(line, ":"), sum > rss / 2 && sum < rss * 2);
}

/* The size that three files tell of. */
static void sizes(void)
{
    unsigned long pages = 0, bytes = 0, kb = 0;
    char line[512];
    FILE *f = fopen("/proc/self/statm", "r");

    fscanf(f, "%lu", &pages);
    f = fopen("/proc/self/stat", "r");
    fscanf(f, "%*d (%*[^)]) %*s %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u "
           "%*u %*d %*d %*d %*d %*d %*d %*u %lu", &bytes);
    f = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof(line), f) &&
           sscanf(line, "VmSize: %lu", &kb) != 1) {
    }
    printf("sizes agree: %d\n", pages * 4 - kb + 64 < 128 &&
           bytes / 1024 - kb + 64 < 128 && kb > 100);
}

static int same_file(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_ino == y.st_ino;
}

/* Another process is seen as what it runs, by the name that it gave itself. */
static void others(char *title)
{
    char name[64], buf[256] = "";
    int ready[2], dir, fd;
    pid_t pid;

    pipe(ready);
    pid = fork();
    if (pid == 0) {
        strcpy(title, "me");
        write(ready[1], "", 1);
        pause();
    }
    read(ready[0], buf, 1);
    sprintf(name, "/proc/%d/cmdline", pid);
    fd = open(name, O_RDONLY);
    read(fd, buf, 2);
    printf("its name: %s\n", buf);
    sprintf(name, "/proc/%d/exe", pid);
    printf("its program: %d\n", same_file(name, "/proc/self/exe"));
    sprintf(name, "/proc/%d", pid);
    dir = open(name, O_RDONLY | O_DIRECTORY);
    memset(buf, 0, sizeof(buf));
    readlinkat(dir, "exe", buf, sizeof(buf) - 1);
    printf("its program: %d\n", same_file(buf, "/proc/self/exe"));
    fd = openat(dir, "exe", O_RDONLY);
    sprintf(name, "/proc/self/fd/%d", fd);
    printf("its program: %d\n", same_file(name, "/proc/self/exe"));
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* The file or folder, for cli.sh. */
static int show(const char *name)
{
    DIR *folder = opendir(name);
    int entries = 0;

    while (folder && readdir(folder)) {
        entries++;
    }
    if (folder) {
        puts(entries > 10 ? "many entries" : "few entries");
        return 0;
    }
    char buf[256];
    int fd = open(name, O_RDONLY), n = read(fd, buf, sizeof(buf));

    return n != write(1, buf, n > 0 ? n : 0);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        return show(argv[1]);
    }
    setvbuf(stdout, NULL, _IONBF, 0);
    maps();
    mem();
    status();
    descriptors();
    exe();
    smaps();
    sizes();
    others(argv[0]);
    return 0;
}
