/*
 * What /proc says that a process runs: the guest's program, of ourselves and
 * of others that run under this emulator.
 */
#include "linux-user/proc.h"

#include <fcntl.h>
#include <linux/prctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "linux-user/sys.h"

/* --- /proc/PID/exe --- */

/* The inode of the emulator if that is what `exe` leads to, else 0. */
static ino_t inode_if_ours(const char *exe)
{
    struct stat ours, other;
    bool same = stat("/proc/self/exe", &ours) == 0 &&
                stat(exe, &other) == 0 && ours.st_dev == other.st_dev &&
                ours.st_ino == other.st_ino;

    return same ? ours.st_ino : 0;
}

/* The lowest file that is mapped, but for the emulator's, is the program. */
static bool lowest_file(const char *maps, ino_t emulator, char exe[PATH_MAX])
{
    FILE *f = fopen(maps, "re");
    unsigned long inode = 0;
    bool found = false;

    while (f && !found && fscanf(f, "%*x-%*x %*s %*x %*s %lu%*[ ]",
                                 &inode) == 1) {
        /* PATH_MAX - 1 */
        found = inode && inode != emulator &&
                fscanf(f, "%4095[^\n]", exe) == 1 &&
                strcmp(exe, "/dev/zero (deleted)") != 0;   /* code */
        (void)!fscanf(f, "%*[^\n]");
    }
    if (f) {
        fclose(f);
    }
    return found;
}

static bool exe_of_other(const char *path, char exe[PATH_MAX])
{
    char maps[64];
    int pid, end = 0;
    ino_t emulator;

    if (sscanf(path, "/proc/%d/exe%n", &pid, &end) != 1 || !end ||
        path[end] || !(emulator = inode_if_ours(path))) {
        return false;
    }
    snprintf(maps, sizeof(maps), "/proc/%d/maps", pid);
    return lowest_file(maps, emulator, exe);
}

static bool ends_in_exe(const char *path)
{
    const char *slash = strrchr(path, '/');

    return strcmp(slash ? slash + 1 : path, "exe") == 0;
}

bool proc_exe(Task *t, int dir, const char *path, char exe[PATH_MAX])
{
    char link[32], full[PATH_MAX + 8];
    ssize_t n;

    if (!ends_in_exe(path)) {
        return false;
    }
    if (path[0] != '/') {
        snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
        n = readlink(dir == AT_FDCWD ? "/proc/self/cwd" : link, full,
                     PATH_MAX - 1);
        if (n < 0 || (size_t)n + strlen(path) + 2 > sizeof(full)) {
            return false;
        }
        full[n] = '/';
        strcpy(full + n + 1, path);
        path = full;
    }
    if (proc_is_exe(path)) {
        strcpy(exe, t->proc->exe);
        return true;
    }
    return exe_of_other(path, exe);
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
        .start_code = field[0], .end_code = field[27 - FIRST],
        .start_stack = field[28 - FIRST], .start_data = field[45 - FIRST],
        .end_data = field[46 - FIRST], .start_brk = field[47 - FIRST],
        .brk = (uintptr_t)sbrk(0), .exe_fd = (uint32_t)-1,
        .arg_start = (uintptr_t)g2h(&proc->mm, proc->arg_start),
        .arg_end = (uintptr_t)g2h(&proc->mm, proc->arg_end),
        .env_start = (uintptr_t)g2h(&proc->mm, proc->arg_end),
        .env_end = (uintptr_t)g2h(&proc->mm, proc->env_end),
    };
    prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0);
}
