/*
 * What the letters / ^ and ? of calls.def say of a path: whether its last link
 * is followed.  If so, and if that may be /proc/PID/exe of a program under the
 * emulator, the call is about the program.
 */
#include "linux-user/files/paths.h"

#include <fcntl.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include "linux-user/proc/proc.h"
#include "util/check.h"

/* What the letters of flags have for it. */
static const struct {
    char letter;
    uint32_t no_follow, follow;
} flags[] = {
    {'t', AT_SYMLINK_NOFOLLOW, AT_SYMLINK_FOLLOW},
    {'z', IN_DONT_FOLLOW, 0},
    {',', FAN_MARK_DONT_FOLLOW, 0},
};

/* The first argument with flags, and the index of these; -1: none. */
static int find_flags(const Syscall *row, size_t *which)
{
    for (int i = 0; row->arguments[i]; i++) {
        for (*which = 0; *which < sizeof(flags) / sizeof(*flags); ++*which) {
            if (flags[*which].letter == row->arguments[i]) {
                return i;
            }
        }
    }
    return -1;
}

static bool is_followed(const Syscall *row, int path, const uint64_t *a)
{
    size_t which;
    int at;

    if (row->arguments[path] == '/') {
        return true;
    }
    at = find_flags(row, &which);
    check(at >= 0, "%s has no flags for its path", row->name);
    return row->arguments[path] == '^' ? !(a[at] & flags[which].no_follow)
                                       : a[at] & flags[which].follow;
}

/* The kernel finds it first, and an errno that it has for that is its own. */
bool path_to_program(Task *t, int dir, uint64_t addr, char file[PATH_MAX])
{
    char path[PATH_MAX];
    struct stat st;

    if (mm_read_string(task_mm(t), path, addr, PATH_MAX) <= 0 || !path[0]) {
        return false;
    }
    return proc_exe(t, dir, path, file) ||
           (fstatat(dir, path, &st, 0) == 0 &&
            proc_exe_behind(t, dir, path, &st, file));
}

long pass_paths(Task *t, const Syscall *row, const uint64_t *a)
{
    int i = __builtin_ctz(row->paths);
    int dir = i > 0 && row->arguments[i - 1] == 'a' ? (int)a[i - 1] : AT_FDCWD;
    unsigned pointers = row->pointers;
    char file[PATH_MAX];
    uint64_t v[6];

    check(row->paths == 1u << i, "%s has paths %x", row->name, row->paths);
    memcpy(v, a, sizeof(v));
    if (is_followed(row, i, a) && path_to_program(t, dir, a[i], file)) {
        v[i] = (uintptr_t)file;
        pointers &= ~(1u << i);
    }
    return pass_call(t, row->host, pointers, v);
}
