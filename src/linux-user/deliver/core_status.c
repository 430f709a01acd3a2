/*
 * The status that wait() gives says "core dumped" only if the host's kernel
 * has written a core file.  So it is let write one page of one, in a folder
 * of its own, which a process that lives a moment longer removes.
 */
#include "linux-user/deliver/core.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"

enum { LEAST_CORE = 4096 }; /* the kernel writes none below that limit */

static void empty_folder(int folder)
{
    char buf[2048];
    long n;

    while ((n = raw_syscall(SYS_getdents64, folder, (long)buf, sizeof(buf), 0,
                            0, 0)) > 0) {
        const struct dirent64 *d;

        for (long at = 0; at < n; at += d->d_reclen) {
            d = (const void *)(buf + at);
            unlinkat(folder, d->d_name, 0);
        }
    }
}

/* Everything of ours is gone by the time that the pipe has no writer. */
_Noreturn static void remove_later(const char *name, int parent, int folder,
                                   int pipe)
{
    enum { PARENT, FOLDER, PIPE, NB_KEPT };
    uint64_t all = ~0ull;
    char byte;

    raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, 8, 0, 0);
    setsid();
    parent = fcntl(parent, F_DUPFD, NB_KEPT);
    folder = fcntl(folder, F_DUPFD, NB_KEPT);
    dup2(fcntl(pipe, F_DUPFD, NB_KEPT), PIPE);
    dup2(parent, PARENT);
    dup2(folder, FOLDER);
    close_range(NB_KEPT, ~0u, 0);
    while (read(PIPE, &byte, 1) > 0) {
    }
    empty_folder(FOLDER);
    unlinkat(PARENT, name, AT_REMOVEDIR);
    _exit(0);
}

static void write_nothing_of_memory(void)
{
    int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);

    if (fd >= 0) {
        (void)!write(fd, "0", 1);
        close(fd);
    }
}

/* The descriptors stay open until the process ends, a moment later. */
static void enter_folder(const char *name, struct rlimit *lim)
{
    int parent = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int ends[2];

    if (parent < 0 || folder < 0 || pipe2(ends, O_CLOEXEC) < 0) {
        rmdir(name);
        return;
    }
    if (raw_syscall(SYS_clone, 0, 0, 0, 0, 0, 0) == 0) {
        remove_later(name, parent, folder, ends[0]);
    }
    write_nothing_of_memory();
    if (fchdir(folder) == 0) {
        lim->rlim_cur = LEAST_CORE;
        setrlimit(RLIMIT_CORE, lim);
    }
}

void core_set_status(void)
{
    char name[] = "core.XXXXXX";
    struct rlimit lim;

    if (getrlimit(RLIMIT_CORE, &lim) == 0 && lim.rlim_max >= LEAST_CORE &&
        mkdtemp(name)) {
        enter_folder(name, &lim);
    }
}
