/*
 * A 64-bit little-endian ELF file on disk: headers, sections, and what stands
 * at an address.
 *
 * The file may be broken or change while it is read: nothing outside of it is
 * ever read, and what does not lie within it is as if it were not there.
 * Addresses are the file's own, without load bias.
 */
#ifndef DISAS_ELF_FILE_H
#define DISAS_ELF_FILE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ElfFile {
    int fd; /* owned */
    uint64_t size;
    Elf64_Ehdr header;
    Elf64_Phdr *segments;
    Elf64_Shdr *sections;
    unsigned nb_segments, nb_sections;
    char *section_names;
    size_t section_names_size;
} ElfFile;

/* False with a message that starts with the path; nothing to close then. */
bool elf_file_open(ElfFile *, const char *path, char *msg, size_t size);
void elf_file_close(ElfFile *);

/* "" if it has none. */
const char *elf_file_section_name(const ElfFile *, const Elf64_Shdr *);
/* The first of that name, or NULL. */
const Elf64_Shdr *elf_file_section(const ElfFile *, const char *name);
/*
 * The section's bytes as the file has them, the caller's to free, with a 0
 * behind; NULL if it has none, or not within the file.
 */
void *elf_file_contents(const ElfFile *, const Elf64_Shdr *, size_t *size);

/*
 * Copies what a program finds at addr, up to n bytes, but no more than one
 * segment has; 0: nothing is loaded there.
 */
size_t elf_file_read(const ElfFile *, uint64_t addr, void *buf, size_t n);

/* Is the address in a segment that can be executed? */
bool elf_file_is_code(const ElfFile *, uint64_t addr);

#endif
