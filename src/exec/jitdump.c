/*
 * perf's jitdump format (Linux, tools/perf/Documentation/
 * jitdump-specification.txt), version 1: a header, then for each block
 *   JIT_CODE_DEBUG_INFO  host address -> guest address, which stands for the
 *                        name of a source file, of line 1
 *   JIT_CODE_LOAD        address, size, name, bytes
 * perf record -k mono finds the file by a mapping of it that is executable;
 * perf inject --jit makes an ELF file of each record.
 *
 * When a write fails, it was the last.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "exec/internal.h"
#include "exec/perf.h"

enum {
    MAGIC = 0x4a695444,
    VERSION = 1,
    CODE_LOAD = 0,
    CODE_DEBUG_INFO = 2,
    MARKER_BYTES = 4096,
};

typedef struct Header {
    uint32_t magic, version, header_bytes, elf_machine, pad, pid;
    uint64_t time, flags;
} Header;

typedef struct Prefix {
    uint32_t id, record_bytes;
    uint64_t time;
} Prefix;

typedef struct Load {
    Prefix prefix;
    uint32_t pid, tid;
    uint64_t vma, address, code_bytes, index;
} Load; /* the name with its 0, and the code follow */

typedef struct DebugInfo {
    Prefix prefix;
    uint64_t address, nb_lines;
} DebugInfo; /* Lines follow */

/* Code from `address` on is of that line. */
typedef struct __attribute__((packed)) Line {
    uint64_t address;
    uint32_t line, discriminator;
    char file[17]; /* a guest address */
} Line;

struct Jitdump {
    pthread_mutex_t lock; /* of what follows */
    int fd;               /* -1: writing has failed */
    pid_t pid;            /* whose it is */
    void *marker;
    uint64_t nb_blocks;
    Line lines[COMPILE_MAX_ROWS];
};

static uint64_t monotonic_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static void stop_writing(Jitdump *j)
{
    if (j->fd >= 0) {
        close(j->fd);
    }
    j->fd = -1;
}

/* It shares memory, not descriptors. */
static bool closed_by_vfork_child(const Jitdump *j, ssize_t written)
{
    return written < 0 && errno == EBADF && getpid() != j->pid;
}

static bool write_all(Jitdump *j, const struct iovec *v, int n)
{
    ssize_t bytes = 0;
    for (int i = 0; i < n; i++) {
        bytes += v[i].iov_len;
    }
    ssize_t written = writev(j->fd, v, n);
    if (written != bytes && !closed_by_vfork_child(j, written)) {
        stop_writing(j);
    }
    return written == bytes;
}

static void write_header(Jitdump *j, uint16_t elf_machine)
{
    Header h = {
        .magic = MAGIC,
        .version = VERSION,
        .header_bytes = sizeof(h),
        .elf_machine = elf_machine,
        .pid = j->pid,
        .time = monotonic_ns(),
    };
    write_all(j, &(struct iovec){&h, sizeof(h)}, 1);
}

/* The file, and the mapping that tells perf of it. */
static bool open_file(Jitdump *j)
{
    const char *folder = secure_getenv("TMPDIR");
    char path[4096];
    snprintf(path, sizeof(path), "%s/jit-%d.dump",
             folder && *folder ? folder : "/tmp", getpid());
    j->fd = perf_file(path);
    j->marker = j->fd < 0 ? MAP_FAILED
                          : mmap(NULL, MARKER_BYTES, PROT_READ | PROT_EXEC,
                                 MAP_PRIVATE, j->fd, 0);
    if (j->marker == MAP_FAILED) {
        fprintf(stderr, "tcg: no %s: %s\n", path, strerror(errno));
    }
    return j->marker != MAP_FAILED;
}

Jitdump *jitdump_new(uint16_t elf_machine)
{
    Jitdump *j = calloc(1, sizeof(*j));
    if (!j || !open_file(j)) {
        jitdump_free(j);
        return NULL;
    }
    pthread_mutex_init(&j->lock, NULL);
    j->pid = getpid();
    write_header(j, elf_machine);
    return j;
}

void jitdump_free(Jitdump *j)
{
    if (!j) {
        return;
    }
    stop_writing(j);
    if (j->marker != MAP_FAILED) {
        munmap(j->marker, MARKER_BYTES);
    }
    free(j);
}

/* The rows of the block as lines; there are rows for what may fault alone. */
static uint32_t make_lines(Line *lines, const TB *tb)
{
    const TBRow *rows = tb_rows(tb);
    for (uint32_t i = 0; i < tb->nb_rows; i++) {
        Line *l = &lines[i];
        l->address = (uintptr_t)tb->code + rows[i].host_offset;
        l->line = 1;
        l->discriminator = 0;
        snprintf(l->file, sizeof(l->file), "%016lx",
                 tb->pc + rows[i].guest_offset);
    }
    return tb->nb_rows;
}

static void write_lines(Jitdump *j, const TB *tb, uint64_t time)
{
    uint32_t n = make_lines(j->lines, tb);
    uint32_t bytes = n * sizeof(Line);
    DebugInfo d = {
        .prefix = {CODE_DEBUG_INFO, sizeof(d) + bytes, time},
        .address = (uintptr_t)tb->code,
        .nb_lines = n,
    };
    if (n) {
        struct iovec v[] = {{&d, sizeof(d)}, {j->lines, bytes}};
        write_all(j, v, 2);
    }
}

static void write_code(Jitdump *j, const TB *tb, const char *name,
                       uint64_t time)
{
    size_t name_bytes = strlen(name) + 1;
    Load l = {
        .prefix = {CODE_LOAD, sizeof(l) + name_bytes + tb->code_size, time},
        .pid = j->pid,
        .tid = gettid(),
        .vma = (uintptr_t)tb->code,
        .address = (uintptr_t)tb->code,
        .code_bytes = tb->code_size,
        .index = j->nb_blocks,
    };
    struct iovec v[] = {{&l, sizeof(l)},
                        {(char *)name, name_bytes},
                        {(uint8_t *)tb->code, tb->code_size}};
    j->nb_blocks += write_all(j, v, 3);
}

void jitdump_add(Jitdump *j, const TB *tb, const char *name)
{
    uint64_t time = monotonic_ns();
    pthread_mutex_lock(&j->lock);
    if (j->fd >= 0) {
        write_lines(j, tb, time);
    }
    if (j->fd >= 0) {
        write_code(j, tb, name, time);
    }
    pthread_mutex_unlock(&j->lock);
}
