/*
 * The file is an ELF core as Linux writes it (fs/binfmt_elf.c): a
 * segment of notes, then one segment for each mapping; pages that hold
 * nothing are holes.
 */
#include "linux-user/deliver/core.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "linux-user/proc/proc.h"
#include "linux-user/deliver/core_note.h"

enum {
    NAME_ROOM = 256,
    SPARSE_BYTES = 64 << 20, /* look which pages of such are there */
};

static uint64_t size_limit(void)
{
    struct rlimit lim;

    return getrlimit(RLIMIT_CORE, &lim) < 0 ? 0 : lim.rlim_cur;
}

/* --- the name --- */

static void read_line(const char *path, char *buf, int n)
{
    FILE *f = fopen(path, "re");

    if (!f || !fgets(buf, n, f)) {
        buf[0] = '\0';
    }
    buf[strcspn(buf, "\n")] = '\0';
    if (f) {
        fclose(f);
    }
}

/* What %c means in core_pattern (core(5)); the rest means nothing here. */
static void expand(FILE *out, char c, int signo)
{
    char name[32] = "";

    switch (c) {
    case '%': fputc('%', out); break;
    case 'p':
    case 'P': fprintf(out, "%d", (int)getpid()); break;
    case 's': fprintf(out, "%d", signo); break;
    case 't': fprintf(out, "%lld", (long long)time(NULL)); break;
    case 'u': fprintf(out, "%d", (int)getuid()); break;
    case 'g': fprintf(out, "%d", (int)getgid()); break;
    case 'e':
        prctl(PR_GET_NAME, name);
        fputs(name, out);
        break;
    }
}

/* The pattern of names for files in the current folder; else NULL. */
static const char *read_pattern(char pattern[NAME_ROOM])
{
    read_line("/proc/sys/kernel/core_pattern", pattern, NAME_ROOM);
    return !pattern[0] || pattern[0] == '|' || strchr(pattern, '/') ? NULL
                                                                    : pattern;
}

static void make_name(char name[NAME_ROOM], const char *pattern, int signo)
{
    char pid[4];
    FILE *out;

    read_line("/proc/sys/kernel/core_uses_pid", pid, sizeof(pid));
    out = fmemopen(name, NAME_ROOM, "w");
    if (!out) {
        strcpy(name, "core");
        return;
    }
    for (const char *p = pattern; *p; p++) {
        if (*p == '%' && p[1]) {
            expand(out, *++p, signo);
        } else {
            fputc(*p, out);
        }
    }
    if (pid[0] == '1' && !strstr(pattern, "%p")) {
        expand(out, 'p', signo);
    }
    fclose(out);
}

/* --- memory --- */

/* Do the pages of a large mapping hold anything? */
static bool page_present(int pagemap, const Mm *mm, uint64_t addr)
{
    uint64_t entry;
    off_t at = (off_t)((addr + mm->base) / GUEST_PAGE * sizeof(entry));

    return pread(pagemap, &entry, sizeof(entry), at) != sizeof(entry) ||
           entry >> 62; /* in memory, or swapped */
}

static bool all_zero(const char *p, size_t n)
{
    return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

static void write_mapping(int fd, int pagemap, const Mm *mm, const Mapping *m,
                          uint64_t at)
{
    bool sparse = m->end - m->start > SPARSE_BYTES;
    char page[GUEST_PAGE];

    for (uint64_t addr = m->start; addr < m->end; addr += GUEST_PAGE) {
        if ((!sparse || page_present(pagemap, mm, addr)) &&
            mm_read(mm, page, addr, sizeof(page)) &&
            !all_zero(page, sizeof(page)) &&
            pwrite(fd, page, sizeof(page), (off_t)(at + (addr - m->start))) <
                0) {
            return; /* RLIMIT_FSIZE, or the disk is full */
        }
    }
}

static bool dumped(const Mapping *m)
{
    return m->kind != MAPPING_HOST;
}

static uint64_t file_size(const Mapping *m)
{
    return m->prot ? m->end - m->start : 0;
}

/* --- headers --- */

typedef struct Headers {
    Elf64_Ehdr e;
    Elf64_Phdr *p; /* the notes, then the mappings */
    size_t n;
} Headers;

static uint32_t segment_flags(const Mapping *m)
{
    return (m->prot & PROT_READ ? PF_R : 0) |
           (m->prot & PROT_WRITE ? PF_W : 0) | (m->prot & PROT_EXEC ? PF_X : 0);
}

static bool fill_headers(Headers *h, const GuestAbi *abi, const Map *map,
                         size_t notes)
{
    uint64_t at;

    h->p = calloc(map->n + 1, sizeof(*h->p));
    if (!h->p || map->n + 1 >= PN_XNUM) {
        return false;
    }
    h->n = 1;
    for (size_t i = 0; i < map->n; i++) {
        const Mapping *m = &map->at[i];

        if (dumped(m)) {
            h->p[h->n++] = (Elf64_Phdr){
                .p_type = PT_LOAD,
                .p_flags = segment_flags(m),
                .p_vaddr = m->start,
                .p_filesz = file_size(m),
                .p_memsz = m->end - m->start,
                .p_align = GUEST_PAGE,
            };
        }
    }
    at = sizeof(h->e) + h->n * sizeof(*h->p);
    h->p[0] = (Elf64_Phdr){
        .p_type = PT_NOTE, .p_offset = at, .p_filesz = notes, .p_align = 4};
    at = page_up(at + notes);
    for (size_t i = 1; i < h->n; i++) {
        h->p[i].p_offset = at;
        at += h->p[i].p_filesz;
    }
    h->e = (Elf64_Ehdr){
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                    EV_CURRENT},
        .e_type = ET_CORE,
        .e_machine = abi->elf_machine,
        .e_version = EV_CURRENT,
        .e_phoff = sizeof(h->e),
        .e_flags = abi->core_flags,
        .e_ehsize = sizeof(h->e),
        .e_phentsize = sizeof(*h->p),
        .e_phnum = (uint16_t)h->n,
    };
    return true;
}

/* The map's lock is held. */
static void write_file(Task *t, int fd, const char *notes, size_t size)
{
    const Mm *mm = task_mm(t);
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    Headers h;
    size_t segment = 1;
    uint64_t end;

    if (fill_headers(&h, task_abi(t), &mm->map, size) &&
        pwrite(fd, &h.e, sizeof(h.e), 0) > 0 &&
        pwrite(fd, h.p, h.n * sizeof(*h.p), sizeof(h.e)) > 0 &&
        pwrite(fd, notes, size, (off_t)h.p[0].p_offset) > 0) {
        for (size_t i = 0; i < mm->map.n; i++) {
            const Mapping *m = &mm->map.at[i];

            if (dumped(m)) {
                write_mapping(fd, pagemap, mm, m, h.p[segment++].p_offset);
            }
        }
        end = h.p[h.n - 1].p_offset + h.p[h.n - 1].p_filesz;
        end = end < size_limit() ? end : size_limit();
        (void)!ftruncate(fd, (off_t)end);
    }
    free(h.p);
    close(pagemap);
}

/* The map may be in use by a thread that will never go on. */
static bool lock_map(Mm *mm)
{
    enum { SECONDS = 2 };
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += SECONDS;
    return pthread_mutex_timedlock(&mm->lock, &until) == 0;
}

/* The text of the guest's /proc/self/maps, to be freed; NULL: no memory. */
static char *text_of_maps(Task *t)
{
    char *maps = NULL;
    size_t size;
    FILE *text = open_memstream(&maps, &size);

    if (text) {
        proc_maps(t, text, NULL);
        fclose(text);
    }
    return maps;
}

static bool write_core(Task *t, const siginfo_t *info, const char *name)
{
    size_t size;
    char *maps = text_of_maps(t);
    char *notes = core_notes(t, info, maps ? maps : "", &size);
    int fd =
        open(name, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && notes && lock_map(task_mm(t));

    if (ok) {
        write_file(t, fd, notes, size);
        pthread_mutex_unlock(&task_mm(t)->lock);
    }
    free(notes);
    free(maps);
    close(fd);
    return ok;
}

void core_dump(Task *t, const siginfo_t *info)
{
    char name[NAME_ROOM], buf[NAME_ROOM];
    const char *pattern = read_pattern(buf);
    struct rlimit lim = {0, 0};
    bool written = false;

    if (size_limit() > 0 && prctl(PR_GET_DUMPABLE) == 1) {
        make_name(name, pattern ? pattern : "core", info->si_signo);
        written = write_core(t, info, name);
    }
    getrlimit(RLIMIT_CORE, &lim);
    lim.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &lim);
    if (written && pattern && !t->vfork) {
        core_set_status();
    }
}
