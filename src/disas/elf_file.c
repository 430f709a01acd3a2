/* See elf_file.h. */
#include "disas/elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "util/file_kind.h"

/* All n bytes, or false. */
static bool read_at(const ElfFile *e, uint64_t offset, void *buf, size_t n)
{
    return offset <= e->size && n <= e->size - offset &&
           pread(e->fd, buf, n, (off_t)offset) == (ssize_t)n;
}

/* The bytes of the file with a 0 behind; NULL: they are not all there. */
static void *read_new(const ElfFile *e, uint64_t offset, uint64_t n)
{
    if (offset > e->size || n > e->size - offset) {
        return NULL;
    }
    char *data = malloc(n + 1);
    if (data && !read_at(e, offset, data, n)) {
        free(data);
        return NULL;
    }
    if (data) {
        data[n] = '\0';
    }
    return data;
}

static const char *open_file(ElfFile *e, const char *path)
{
    struct stat st;
    e->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (e->fd < 0 || fstat(e->fd, &st) < 0) {
        return strerror(errno);
    }
    if (!S_ISREG(st.st_mode)) {
        return "not a regular file";
    }
    e->size = (uint64_t)st.st_size;
    return NULL;
}

static const char *read_header(ElfFile *e)
{
    const Elf64_Ehdr *h = &e->header;
    ssize_t n = pread(e->fd, &e->header, sizeof(e->header), 0);
    if (n < 0) {
        return strerror(errno);
    }
    if (n != sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0) {
        return file_kind(h, (size_t)n);
    }
    if (h->e_ident[EI_CLASS] != ELFCLASS64 ||
        h->e_ident[EI_DATA] != ELFDATA2LSB) {
        return "not a 64-bit little-endian ELF file";
    }
    return NULL;
}

static void read_segments(ElfFile *e)
{
    const Elf64_Ehdr *h = &e->header;
    if (h->e_phentsize == sizeof(Elf64_Phdr)) {
        e->segments = read_new(e, h->e_phoff, h->e_phnum * sizeof(Elf64_Phdr));
        e->nb_segments = e->segments ? h->e_phnum : 0;
    }
}

static void read_sections(ElfFile *e)
{
    const Elf64_Ehdr *h = &e->header;
    if (h->e_shentsize != sizeof(Elf64_Shdr)) {
        return;
    }
    e->sections = read_new(e, h->e_shoff, h->e_shnum * sizeof(Elf64_Shdr));
    e->nb_sections = e->sections ? h->e_shnum : 0;
    if (h->e_shstrndx < e->nb_sections) {
        e->section_names = elf_file_contents(e, &e->sections[h->e_shstrndx],
                                             &e->section_names_size);
    }
}

bool elf_file_open(ElfFile *e, const char *path, char *msg, size_t size)
{
    *e = (ElfFile){.fd = -1};
    const char *why = open_file(e, path);
    why = why ? why : read_header(e);
    if (why) {
        snprintf(msg, size, "%s: %s", path, why);
        elf_file_close(e);
        return false;
    }
    read_segments(e);
    read_sections(e);
    return true;
}

void elf_file_close(ElfFile *e)
{
    if (e->fd >= 0) {
        close(e->fd);
    }
    free(e->segments);
    free(e->sections);
    free(e->section_names);
    *e = (ElfFile){.fd = -1};
}

const char *elf_file_section_name(const ElfFile *e, const Elf64_Shdr *s)
{
    return s->sh_name < e->section_names_size ? e->section_names + s->sh_name
                                              : "";
}

const Elf64_Shdr *elf_file_section(const ElfFile *e, const char *name)
{
    for (unsigned i = 0; i < e->nb_sections; i++) {
        if (strcmp(elf_file_section_name(e, &e->sections[i]), name) == 0) {
            return &e->sections[i];
        }
    }
    return NULL;
}

void *elf_file_contents(const ElfFile *e, const Elf64_Shdr *s, size_t *size)
{
    void *data =
        s->sh_type == SHT_NOBITS ? NULL : read_new(e, s->sh_offset, s->sh_size);
    *size = data ? s->sh_size : 0;
    return data;
}

/* The segment that has addr in memory, or NULL. */
static const Elf64_Phdr *segment_at(const ElfFile *e, uint64_t addr)
{
    for (unsigned i = 0; i < e->nb_segments; i++) {
        const Elf64_Phdr *p = &e->segments[i];
        if (p->p_type == PT_LOAD && addr >= p->p_vaddr &&
            addr - p->p_vaddr < p->p_memsz) {
            return p;
        }
    }
    return NULL;
}

size_t elf_file_read(const ElfFile *e, uint64_t addr, void *buf, size_t n)
{
    const Elf64_Phdr *p = segment_at(e, addr);
    if (!p) {
        return 0;
    }
    uint64_t offset = addr - p->p_vaddr;
    n = n < p->p_memsz - offset ? n : p->p_memsz - offset;
    if (offset >= p->p_filesz) {
        memset(buf, 0, n);
        return n;
    }
    n = n < p->p_filesz - offset ? n : p->p_filesz - offset;
    return read_at(e, p->p_offset + offset, buf, n) ? n : 0;
}

bool elf_file_is_code(const ElfFile *e, uint64_t addr)
{
    const Elf64_Phdr *p = segment_at(e, addr);
    return p && p->p_flags & PF_X;
}
