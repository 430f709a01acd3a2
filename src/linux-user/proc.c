/*
 * Files of /proc that tell of the process: the guest sees itself in them, not
 * the emulator.
 */
#include "linux-user/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* What follows /proc/self/, /proc/thread-self/ or /proc/PID/; else NULL. */
static const char *own_file(const char *path)
{
    size_t n = 0;
    char self[32];

    if (strncmp(path, "/proc/", 6) != 0) {
        return NULL;
    }
    path += 6;
    n = (size_t)snprintf(self, sizeof(self), "%d/", (int)getpid());
    if (strncmp(path, self, n) == 0) {
        return path + n;
    }
    if (strncmp(path, "self/", 5) == 0) {
        return path + 5;
    }
    return strncmp(path, "thread-self/", 12) == 0 ? path + 12 : NULL;
}

bool proc_is_exe(const char *path)
{
    const char *file = own_file(path);

    return file && strcmp(file, "exe") == 0;
}

/* --- maps --- */

typedef struct HostLine {
    uint64_t start, end, offset, inode;
    char perms[5], dev[16];
    const char *name;
} HostLine;

static bool parse_line(char *line, HostLine *h)
{
    int name = 0;
    size_t n = strlen(line);

    if (n > 0 && line[n - 1] == '\n') {
        line[n - 1] = '\0';
    }
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %15s %" SCNu64
               " %n", &h->start, &h->end, h->perms, &h->offset, h->dev,
               &h->inode, &name) < 6) {
        return false;
    }
    h->name = line + name;
    return true;
}

static const char *mapping_name(const Mapping *m, const HostLine *h)
{
    switch (m->kind) {
    case MAPPING_HEAP: return "[heap]";
    case MAPPING_STACK: return "[stack]";
    case MAPPING_VDSO: return "[vdso]";
    default: return h->name;
    }
}

/* The guest's part m of the host's mapping h. */
static void print_mapping(FILE *out, uint64_t base, const Mapping *m,
                          const HostLine *h)
{
    uint64_t start = h->start - base, end = h->end - base;
    const char *name = mapping_name(m, h);
    int width;

    start = start > m->start ? start : m->start;
    end = end < m->end ? end : m->end;
    width = fprintf(out, "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64
                    " %s %" PRIu64, start, end,
                    m->prot & PROT_READ ? 'r' : '-',
                    m->prot & PROT_WRITE ? 'w' : '-',
                    m->prot & PROT_EXEC ? 'x' : '-', h->perms[3],
                    h->inode ? h->offset + (start - (h->start - base)) : 0,
                    h->dev, h->inode);
    if (name[0]) {
        fprintf(out, "%*s%s", width < 72 ? 73 - width : 1, "", name);
    }
    fputc('\n', out);
}

static void print_host_line(FILE *out, const Mm *mm, const HostLine *h)
{
    size_t i;

    if (h->end <= mm->base || h->start >= mm->base + TASK_SIZE) {
        return;
    }
    i = h->start > mm->base ? map_lower(&mm->map, h->start - mm->base) : 0;
    for (; i < mm->map.n; i++) {
        const Mapping *m = &mm->map.at[i];

        if (m->start + mm->base >= h->end) {
            break;
        }
        if (m->kind != MAPPING_HOST) {
            print_mapping(out, mm->base, m, h);
        }
    }
}

static void write_maps(Task *t, FILE *out)
{
    FILE *in = fopen("/proc/self/maps", "re");
    Mm *mm = task_mm(t);
    char *line = NULL;
    size_t cap = 0;
    HostLine h;

    pthread_mutex_lock(&mm->lock);
    while (in && getline(&line, &cap, in) > 0) {
        if (parse_line(line, &h)) {
            print_host_line(out, mm, &h);
        }
    }
    pthread_mutex_unlock(&mm->lock);
    free(line);
    if (in) {
        fclose(in);
    }
}

/* --- the others --- */

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

static void write_cmdline(Task *t, FILE *out)
{
    write_memory(t, out, t->proc->arg_start, t->proc->arg_end);
}

static void write_environ(Task *t, FILE *out)
{
    write_memory(t, out, t->proc->arg_end, t->proc->env_end);
}

static void write_auxv(Task *t, FILE *out)
{
    write_memory(t, out, t->proc->auxv, t->proc->auxv_end);
}

/* Field 28 (proc(5)) is where the stack starts; the rest is the host's. */
static void write_stat(Task *t, FILE *out)
{
    enum { FIRST_AFTER_NAME = 3, START_STACK = 28 };
    FILE *in = fopen("/proc/self/stat", "re");
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
        if (field++ == START_STACK) {
            fprintf(out, " %" PRIu64, t->proc->stack_start);
        } else {
            fprintf(out, " %s", word);
        }
    }
    fputc('\n', out);
}

static void write_cpuinfo(Task *t, FILE *out)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    (void)t;
    for (long i = 0; i < n; i++) {
        fprintf(out, "processor\t: %ld\nhart\t\t: %ld\n"
                "isa\t\t: rv64imafdc_zicsr_zifencei\nmmu\t\t: sv39\n\n", i,
                i);
    }
}

typedef struct ProcFile {
    const char *name;
    void (*write)(Task *t, FILE *out);   /* NULL: access is refused */
} ProcFile;

static const ProcFile own_files[] = {
    { "maps", write_maps },
    { "cmdline", write_cmdline },
    { "environ", write_environ },
    { "auxv", write_auxv },
    { "stat", write_stat },
    { "mem", NULL },
    { "pagemap", NULL },
    { "smaps", NULL },
    { "smaps_rollup", NULL },
    { "map_files", NULL },
};

static const ProcFile cpuinfo = { "cpuinfo", write_cpuinfo };

static const ProcFile *find_file(const char *path)
{
    const char *file = own_file(path);

    if (strcmp(path, "/proc/cpuinfo") == 0) {
        return &cpuinfo;
    }
    for (size_t i = 0;
         file && i < sizeof(own_files) / sizeof(own_files[0]); i++) {
        if (strcmp(own_files[i].name, file) == 0) {
            return &own_files[i];
        }
    }
    return NULL;
}

long proc_open(Task *t, const char *path, int flags)
{
    const ProcFile *file = find_file(path);
    FILE *out;
    int fd, copy;

    if (proc_is_exe(path)) {
        fd = open(t->proc->exe, flags);
        return fd < 0 ? -errno : fd;
    }
    if (!file) {
        return PROC_NOT_OURS;
    }
    if (!file->write || (flags & O_ACCMODE) != O_RDONLY) {
        return -EACCES;
    }
    fd = memfd_create(file->name, flags & O_CLOEXEC ? MFD_CLOEXEC : 0);
    copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    out = copy < 0 ? NULL : fdopen(copy, "w");
    if (!out) {
        return -errno;
    }
    file->write(t, out);
    fclose(out);
    lseek(fd, 0, SEEK_SET);
    return fd;
}
