/*
 * ELF executables: reading them with every field checked, and mapping them.
 *
 * Whatever an ElfImage that elf_read() accepted holds can be used without
 * further checks: no sum wraps, all is below SPACE_MAX, file contents lie
 * within the file.
 */
#ifndef LINUX_USER_ELF_H
#define LINUX_USER_ELF_H

#include <elf.h>
#include <limits.h>
#include "linux-user/abi/abi.h"
#include "linux-user/mm/mm.h"

#define ELF_MAX_ALIGN (1ull << 34)
enum { ELF_MAX_PHDRS = 65536 / sizeof(Elf64_Phdr) }; /* Linux's limit */

/* Where a program's code and data are, as Linux tells in /proc/PID/stat. */
typedef struct ElfAreas {
    uint64_t start_code, end_code, start_data, end_data;
} ElfAreas;

typedef struct ElfImage {
    Elf64_Ehdr header;
    Elf64_Phdr *ph;        /* header.e_phnum of them; owned */
    uint64_t low, high;    /* of the segments, page aligned */
    ElfAreas areas;        /* the same, exactly */
    uint64_t align;        /* of the load address, a power of two */
    bool fixed;            /* ET_EXEC */
    bool exec_stack;       /* PT_GNU_STACK asks for it */
    char interp[PATH_MAX]; /* "": none */
    uint64_t bias;         /* set by elf_map: address - p_vaddr */
} ElfImage;

/* Is this the beginning of a program of the guest? n bytes of it at data. */
bool elf_is_guest(const GuestAbi *abi, const void *data, size_t n);

/* 0, or -errno with *why telling what is wrong with the file. */
int elf_read(const GuestAbi *abi, int fd, ElfImage *img, const char **why);
void elf_free(ElfImage *img);

/* Maps the segments; `where` is used if the image is not fixed; 0: anywhere. */
int elf_map(Mm *mm, int fd, ElfImage *img, uint64_t where);

/* Of a mapped image. */
uint64_t elf_entry(const ElfImage *img);
uint64_t elf_phdr_address(const ElfImage *img); /* 0: not mapped */
uint64_t elf_brk(const ElfImage *img);
ElfAreas elf_areas(const ElfImage *img);

#endif
