/* The end of a thread and of the process. */
#include "linux-user/process/end.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/debug/names.h"
#include "linux-user/debug/profile.h"
#include "linux-user/process/robust.h"
#include "linux-user/process/thread.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/task/sys.h"
#include "util/check.h"

static void print_stats(Exec *exec, const LinuxUserOptions *o)
{
    const char *path = o->stats;
    int before = (int)strcspn(path, "%");
    bool has_pid = strncmp(path + before, "%d", 2) == 0;
    char name[PATH_MAX];
    FILE *f;

    if (!*path) {
        exec_stats_print(exec, stderr);
        return;
    }
    if (has_pid) {
        snprintf(name, sizeof(name), "%.*s%d%s", before, path, getpid(),
                 path + before + 2);
    } else {
        snprintf(name, sizeof(name), "%s", path);
    }
    f = fopen(name, "we");
    if (!f) {
        fprintf(stderr, "%s: TCG_STATS: %s: %s\n", o->name, name,
                strerror(errno));
        return;
    }
    exec_stats_print_json(exec, f);
    fclose(f);
}

static void no_action(void *opaque, CPUState *cpu)
{
    (void)opaque, (void)cpu;
}

void process_end(Task *t)
{
    const LinuxUserOptions *o = t->proc->options;

    if (!t->vfork) {
        names_check(t->proc);
    }
    if (o->plugins && !t->vfork) {
        exec_stop_others(t->cpu, no_action, NULL);
        plugins_exit(o->plugins);
    }
    if (!t->vfork) {
        exec_keep(t->cpu);
    }
    if (o->stats) {
        print_stats(t->proc->exec, o);
    }
    if (o->profile) {
        profile_flush(o->profile);
    }
    fflush(o->log.file);
    robust_process_end(t);
}

long sys_exit_group(Task *t, const uint64_t *a)
{
    if (t->debug) {
        gdb_exit(t->debug, (int)a[0]);
    }
    trace_exiting(t);
    process_end(t);
    if (t->vfork) {
        thread_clear_tid(t); /* the memory lives on */
    }
    for (;;) {
        raw_syscall(SYS_exit_group, (int)a[0], 0, 0, 0, 0, 0);
    }
}

/*
 * The last thread ends the process; another only itself.  In the kernel's
 * order: robust locks are let go before anyone may reuse the thread's memory.
 */
long sys_exit(Task *t, const uint64_t *a)
{
    check(!t->exited && (t->vfork || t->proc->nb_tasks > 0),
          "%d threads, one of which ends", t->proc->nb_tasks);
    if (t->vfork || --t->proc->nb_tasks == 0) {
        return sys_exit_group(t, a);
    }
    robust_exit(t);
    t->exited = t->no_result = true; /* before others can know */
    thread_clear_tid(t);
    return 0;
}
