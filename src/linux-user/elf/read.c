/* Reading and checking the headers of an ELF file. */
#include "linux-user/elf/elf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "util/file_kind.h"

static int refuse(const char **why, int error, const char *text)
{
    *why = text;
    return -error;
}

static bool read_at(int fd, void *buf, size_t n, uint64_t offset)
{
    if (offset > INT64_MAX - n) {
        return false;
    }
    return pread(fd, buf, n, (off_t)offset) == (ssize_t)n;
}

bool elf_is_guest(const GuestAbi *abi, const void *data, size_t n)
{
    Elf64_Ehdr h;

    if (n < sizeof(h)) {
        return false;
    }
    memcpy(&h, data, sizeof(h));
    return memcmp(h.e_ident, ELFMAG, SELFMAG) == 0 &&
           h.e_ident[EI_CLASS] == ELFCLASS64 &&
           h.e_ident[EI_DATA] == ELFDATA2LSB && h.e_machine == abi->elf_machine;
}

static int check_header(const GuestAbi *abi, const Elf64_Ehdr *h,
                        const char **why)
{
    if (memcmp(h->e_ident, ELFMAG, SELFMAG) != 0) {
        return refuse(why, ENOEXEC, file_kind(h, sizeof(*h)));
    }
    if (h->e_ident[EI_CLASS] != ELFCLASS64) {
        return refuse(why, ENOEXEC, "not a 64-bit ELF file");
    }
    if (h->e_ident[EI_DATA] != ELFDATA2LSB) {
        return refuse(why, ENOEXEC, "not a little-endian ELF file");
    }
    if (h->e_machine != abi->elf_machine) {
        return refuse(why, ENOEXEC, abi->not_elf);
    }
    if (h->e_flags & abi->elf_refused.flags) {
        return refuse(why, ENOEXEC, abi->elf_refused.why);
    }
    if (h->e_type != ET_EXEC && h->e_type != ET_DYN) {
        return refuse(why, ENOEXEC, "neither an executable nor a PIE");
    }
    if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum == 0 ||
        h->e_phnum > ELF_MAX_PHDRS) {
        return refuse(why, ENOEXEC, "bad size or number of program headers");
    }
    return 0;
}

static bool load_ok(const Elf64_Phdr *p, uint64_t file_size)
{
    return p->p_filesz <= p->p_memsz && p->p_vaddr <= SPACE_MAX &&
           p->p_memsz <= SPACE_MAX - p->p_vaddr &&
           ((p->p_vaddr - p->p_offset) & GUEST_PAGE_MASK) == 0 &&
           (p->p_filesz == 0 || (p->p_offset <= file_size &&
                                 p->p_filesz <= file_size - p->p_offset));
}

static bool read_interp(int fd, const Elf64_Phdr *p, ElfImage *img)
{
    uint64_t n = p->p_filesz;

    return n >= 2 && n <= sizeof(img->interp) &&
           read_at(fd, img->interp, n, p->p_offset) &&
           img->interp[n - 1] == '\0';
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void add_areas(ElfAreas *areas, const Elf64_Phdr *p)
{
    uint64_t end = p->p_vaddr + p->p_filesz;

    if (p->p_flags & PF_X) {
        areas->start_code = smaller(areas->start_code, p->p_vaddr);
        areas->end_code = larger(areas->end_code, end);
    }
    areas->start_data = larger(areas->start_data, p->p_vaddr);
    areas->end_data = larger(areas->end_data, end);
}

static void add_load(ElfImage *img, const Elf64_Phdr *p)
{
    uint64_t low = page_down(p->p_vaddr);
    uint64_t high = page_up(p->p_vaddr + p->p_memsz);
    uint64_t align = p->p_align;

    img->low = smaller(low, img->low);
    img->high = larger(high, img->high);
    add_areas(&img->areas, p);
    if (align > img->align && (align & (align - 1)) == 0 &&
        align <= ELF_MAX_ALIGN) {
        img->align = align;
    }
}

static int check_segments(int fd, ElfImage *img, uint64_t file_size,
                          const char **why)
{
    img->low = UINT64_MAX;
    img->areas = (ElfAreas){.start_code = UINT64_MAX};
    img->align = GUEST_PAGE;
    for (int i = 0; i < img->header.e_phnum; i++) {
        const Elf64_Phdr *p = &img->ph[i];

        if (p->p_type == PT_GNU_STACK) {
            img->exec_stack = (p->p_flags & PF_X) != 0;
        } else if (p->p_type == PT_INTERP && !img->interp[0]) {
            if (!read_interp(fd, p, img)) {
                return refuse(why, ENOEXEC, "bad name of its interpreter");
            }
        } else if (p->p_type == PT_LOAD && p->p_memsz > 0) {
            if (!load_ok(p, file_size)) {
                return refuse(why, ENOEXEC,
                              "bad address, offset or size of "
                              "a segment (is the file complete?)");
            }
            add_load(img, p);
        }
    }
    if (img->low > img->high) {
        return refuse(why, ENOEXEC, "no segments to load");
    }
    return 0;
}

static int read_phdrs(int fd, ElfImage *img, const char **why)
{
    size_t size = img->header.e_phnum * sizeof(Elf64_Phdr);

    img->ph = malloc(size);
    if (!img->ph) {
        return refuse(why, ENOMEM, "out of memory");
    }
    if (!read_at(fd, img->ph, size, img->header.e_phoff)) {
        return refuse(why, ENOEXEC, "program headers beyond the end of file");
    }
    return 0;
}

int elf_read(const GuestAbi *abi, int fd, ElfImage *img, const char **why)
{
    struct stat st;
    int ret;

    memset(img, 0, sizeof(*img));
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        return refuse(why, EACCES, "not a regular file");
    }
    if (!read_at(fd, &img->header, sizeof(img->header), 0)) {
        size_t n = (size_t)st.st_size;
        return refuse(why, ENOEXEC,
                      n < sizeof(img->header) ? file_kind(&img->header, n)
                                              : "cannot be read");
    }
    ret = check_header(abi, &img->header, why);
    if (ret == 0) {
        img->fixed = img->header.e_type == ET_EXEC;
        ret = read_phdrs(fd, img, why);
    }
    if (ret == 0) {
        ret = check_segments(fd, img, (uint64_t)st.st_size, why);
    }
    if (ret < 0) {
        elf_free(img);
    }
    return ret;
}

void elf_free(ElfImage *img)
{
    free(img->ph);
    img->ph = NULL;
}
