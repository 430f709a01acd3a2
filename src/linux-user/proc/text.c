/* Files of /proc/self but for its maps, and /proc/cpuinfo. */
#include "linux-user/proc/internal.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "linux-user/seccomp/seccomp.h"

static void write_memory(Task *t, FILE *out, uint64_t start, uint64_t end)
{
    char buf[GUEST_PAGE];

    while (start < end) {
        size_t n = end - start < sizeof(buf) ? end - start : sizeof(buf);

        if (!mm_read(task_mm(t), buf, start, n)) {
            return;
        }
        fwrite(buf, 1, n, out);
        start += n;
    }
}

void proc_cmdline(Task *t, FILE *out, const char *path)
{
    (void)path;
    write_memory(t, out, t->proc->placed.arg_start, t->proc->placed.arg_end);
}

void proc_environ(Task *t, FILE *out, const char *path)
{
    (void)path;
    write_memory(t, out, t->proc->placed.arg_end, t->proc->placed.env_end);
}

void proc_auxv(Task *t, FILE *out, const char *path)
{
    (void)path;
    write_memory(t, out, t->proc->placed.auxv, t->proc->placed.auxv_end);
}

/* Fields (proc(5)) of the guest's own: its size, and where what is. */
static void write_stat_field(Task *t, FILE *out, int field, const char *word)
{
    const Process *proc = t->proc;
    const ElfAreas *areas = &proc->placed.areas;
    const struct {
        int field;
        uint64_t value;
    } own[] = {
        {23, mm_size(task_mm(t))},  {26, areas->start_code},
        {27, areas->end_code},      {28, proc->placed.stack_start},
        {45, areas->start_data},    {46, areas->end_data},
        {47, proc->mm.brk_start},   {48, proc->placed.arg_start},
        {49, proc->placed.arg_end}, {50, proc->placed.arg_end},
        {51, proc->placed.env_end},
    };

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (own[i].field == field) {
            fprintf(out, " %" PRIu64, own[i].value);
            return;
        }
    }
    fprintf(out, " %s", word);
}

void proc_stat(Task *t, FILE *out, const char *path)
{
    enum { FIRST_AFTER_NAME = 3 };
    FILE *in = fopen(path, "re");
    char line[1024], *at, *word;
    int field = FIRST_AFTER_NAME;

    if (!in) {
        return;
    }
    at = fgets(line, sizeof(line), in) ? strrchr(line, ')') : NULL;
    fclose(in);
    if (!at) {
        return;
    }
    fprintf(out, "%.*s", (int)(at + 1 - line), line);
    at++;
    while ((word = strtok_r(at, " \n", &at))) {
        write_stat_field(t, out, field++, word);
    }
    fputc('\n', out);
}

/* The first number is the size, in pages. */
void proc_statm(Task *t, FILE *out, const char *path)
{
    FILE *in = fopen(path, "re");
    char rest[256];

    if (in && fscanf(in, "%*u%255[^\n]", rest) == 1) {
        fprintf(out, "%" PRIu64 "%s\n", mm_size(task_mm(t)) / GUEST_PAGE, rest);
    }
    if (in) {
        fclose(in);
    }
}

void proc_cpuinfo(Task *t, FILE *out, const char *path)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    (void)path;
    task_abi(t)->cpuinfo(t, out, n);
}

/* --- status --- */

/* The signals of which the guest's action is to ignore, or to handle. */
static uint64_t signal_set(Actions *actions, bool handled)
{
    uint64_t set = 0;

    pthread_mutex_lock(&actions->lock);
    for (int i = 1; i <= GUEST_NSIG; i++) {
        uint64_t h = actions->at[i].handler;

        if (handled ? h > (uintptr_t)SIG_IGN : h == (uintptr_t)SIG_IGN) {
            set |= 1ull << (i - 1);
        }
    }
    pthread_mutex_unlock(&actions->lock);
    return set;
}

static bool is_field(const char *line, const char *name)
{
    size_t n = strlen(name);

    return strncmp(line, name, n) == 0 && line[n] == ':';
}

static void write_status_line(Task *t, FILE *out, const char *line)
{
    if (is_field(line, "VmPeak") || is_field(line, "VmSize")) {
        fprintf(out, "%.6s:\t%8" PRIu64 " kB\n", line,
                mm_size(task_mm(t)) >> 10);
    } else if (is_field(line, "Seccomp")) {
        fprintf(out, "Seccomp:\t%ld\n", seccomp_mode(t));
    } else if (is_field(line, "Seccomp_filters")) {
        fprintf(out, "Seccomp_filters:\t%u\n",
                seccomp_count(t->seccomp.filter));
    } else if (is_field(line, "SigIgn")) {
        fprintf(out, "SigIgn:\t%016" PRIx64 "\n",
                signal_set(t->actions, false));
    } else if (is_field(line, "SigCgt")) {
        fprintf(out, "SigCgt:\t%016" PRIx64 "\n", signal_set(t->actions, true));
    } else {
        fputs(line, out);
    }
}

void proc_status(Task *t, FILE *out, const char *path)
{
    FILE *in = fopen(path, "re");
    char *line = NULL;
    size_t cap = 0;

    while (in && getline(&line, &cap, in) > 0) {
        write_status_line(t, out, line);
    }
    free(line);
    if (in) {
        fclose(in);
    }
}
