/*
 * What /proc says that a process runs: the guest's program, of ourselves and
 * of others that run under this emulator.
 */
#include "linux-user/proc/internal.h"

#include <fcntl.h>
#include <linux/prctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "linux-user/proc/program.h"

/* --- /proc/PID/exe --- */

/* The lowest file that is mapped, but for the emulator's, is the program. */
static bool lowest_file(const char *maps, ino_t emulator, char exe[PATH_MAX])
{
    FILE *f = fopen(maps, "re");
    unsigned long inode = 0;
    bool found = false;

    while (f && !found &&
           fscanf(f, "%*x-%*x %*s %*x %*s %lu%*[ ]", &inode) == 1) {
        /* PATH_MAX - 1 */
        found = inode && inode != emulator &&
                fscanf(f, "%4095[^\n]", exe) == 1 &&
                strcmp(exe, "/dev/zero (deleted)") != 0; /* code */
        (void)!fscanf(f, "%*[^\n]");
    }
    if (f) {
        fclose(f);
    }
    return found;
}

static bool is_emulator(const Task *t, const struct stat *st)
{
    return st->st_ino == t->proc->emulator.ino &&
           st->st_dev == t->proc->emulator.dev;
}

static bool exe_of_other(const Task *t, int pid, char file[PATH_MAX])
{
    char path[64];
    struct stat st;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    if (stat(path, &st) < 0 || !is_emulator(t, &st)) {
        return false;
    }
    fd = program_fd_of(pid);
    if (fd >= 0) {
        snprintf(file, PATH_MAX, "/proc/%d/fd/%d", pid, fd);
        return true;
    }
    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    return lowest_file(path, st.st_ino, file);
}

static bool is_own_thread(int tid)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/task/%d", tid);
    return access(path, F_OK) == 0;
}

/* The text of the link that fd is; its length or -1. */
static ssize_t read_link(int fd, char text[PATH_MAX])
{
    ssize_t n = readlinkat(fd, "", text, PATH_MAX - 1);

    text[n > 0 ? n : 0] = '\0';
    return n;
}

/*
 * The thread whose exe the link fd is, by the name that the kernel has for it:
 * it ends in PID/exe or TID/exe.  0: it is another.
 */
static int whose_exe(int fd)
{
    char path[PATH_MAX], *tid;
    size_t n;

    if (!proc_path(fd, path)) {
        return 0;
    }
    n = strlen(path);
    if (n < 4 || strcmp(path + n - 4, "/exe") != 0) {
        return 0;
    }
    path[n - 4] = '\0';
    tid = strrchr(path, '/');
    return tid ? atoi(tid + 1) : 0;
}

/* path becomes what its last link, of that text, leads to. */
static bool enter_link(int *dir, char path[PATH_MAX], const char *link)
{
    char *slash = strrchr(path, '/');
    size_t base = link[0] == '/' || !slash ? 0 : (size_t)(slash + 1 - path);

    if (base + strlen(link) >= PATH_MAX) {
        return false;
    }
    strcpy(path + base, link);
    *dir = link[0] == '/' ? AT_FDCWD : *dir;
    return true;
}

/* Whose exe does the path lead to, by way of links if `follow`?  0: none. */
static int find_exe(int dir, const char *from, bool follow)
{
    enum { LINK_LIMIT = 40 };
    char path[PATH_MAX], link[PATH_MAX];
    int tid = 0;

    snprintf(path, sizeof(path), "%s", from);
    for (int i = 0; i < LINK_LIMIT && !tid; i++) {
        int fd = path[0] ? openat(dir, path, O_PATH | O_NOFOLLOW | O_CLOEXEC)
                         : fcntl(dir, F_DUPFD_CLOEXEC, 0);
        ssize_t n = fd < 0 ? -1 : read_link(fd, link);

        tid = n > 0 ? whose_exe(fd) : 0;
        if (fd >= 0) {
            close(fd);
        }
        if (n <= 0 || !follow || !path[0] || !enter_link(&dir, path, link)) {
            break;
        }
    }
    return tid;
}

static bool ends_in_exe(const char *path)
{
    const char *slash = strrchr(path, '/');

    return !path[0] || strcmp(slash ? slash + 1 : path, "exe") == 0;
}

static bool own_program(const Task *t, char file[PATH_MAX])
{
    if (!program_path(t->proc, file)) {
        strcpy(file, t->proc->program.path);
    }
    return true;
}

static bool file_of(const Task *t, int tid, char file[PATH_MAX])
{
    return tid && (is_own_thread(tid) ? own_program(t, file)
                                      : exe_of_other(t, tid, file));
}

bool proc_exe(const Task *t, int dir, const char *path, char file[PATH_MAX])
{
    if (proc_is_own_exe(path)) {
        return own_program(t, file); /* needs no descriptor */
    }
    return ends_in_exe(path) && file_of(t, find_exe(dir, path, false), file);
}

bool proc_exe_behind(const Task *t, int dir, const char *path,
                     const struct stat *st, char file[PATH_MAX])
{
    return is_emulator(t, st) && file_of(t, find_exe(dir, path, true), file);
}

/* --- /proc/PID/cmdline and environ --- */

/* Fields of /proc/self/stat (proc(5)) from `first` on; how many there are. */
static int read_stat(uint64_t *field, int first, int n)
{
    enum { AFTER_NAME = 3 };
    FILE *f = fopen("/proc/self/stat", "re");
    char line[1024], *at = NULL, *word;
    int i = AFTER_NAME - first;

    if (f) {
        at = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
        fclose(f);
    }
    at = at ? at + 1 : NULL;
    for (; at && i < n && (word = strtok_r(at, " \n", &at)); i++) {
        if (i >= 0) {
            field[i] = strtoull(word, NULL, 10);
        }
    }
    return i;
}

/*
 * Where the kernel finds what it shows to all: the guest's strings, so that a
 * program that writes its title over them does.  A kernel that does not allow
 * that goes on to show the emulator's.
 */
void proc_show_program(const Process *proc)
{
    enum { FIRST = 26, LAST = 47 };
    uint64_t field[LAST - FIRST + 1];
    struct prctl_mm_map map;

    if (read_stat(field, FIRST, LAST - FIRST + 1) < LAST - FIRST + 1) {
        return;
    }
    map = (struct prctl_mm_map){
        .start_code = field[0],
        .end_code = field[27 - FIRST],
        .start_stack = field[28 - FIRST],
        .start_data = field[45 - FIRST],
        .end_data = field[46 - FIRST],
        .start_brk = field[47 - FIRST],
        .brk = (uintptr_t)sbrk(0),
        .exe_fd = (uint32_t)-1,
        .arg_start = (uintptr_t)g2h(&proc->mm, proc->placed.arg_start),
        .arg_end = (uintptr_t)g2h(&proc->mm, proc->placed.arg_end),
        .env_start = (uintptr_t)g2h(&proc->mm, proc->placed.arg_end),
        .env_end = (uintptr_t)g2h(&proc->mm, proc->placed.env_end),
    };
    prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0);
}
