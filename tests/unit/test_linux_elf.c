/*
 * linux-user/elf: crafted images are accepted or refused with the right
 * reason, and mutated ones never do harm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include "guest/guest.h"
#include "linux-user/elf/elf.h"

enum { MUTANTS = 1000, BASE = 0x40000000, FILE_BYTES = 0x3000 };

static const GuestAbi *abi(void)
{
    return guest_named("riscv64")->abi;
}

/* A program: text, data with bss that runs over pages, stack note. */
typedef struct Program {
    Elf64_Ehdr header;
    Elf64_Phdr ph[3];
    uint8_t rest[FILE_BYTES - sizeof(Elf64_Ehdr) - 3 * sizeof(Elf64_Phdr)];
} Program;

static void fill(Program *p, uint16_t type)
{
    uint64_t base = type == ET_EXEC ? BASE : 0;

    memset(p, 0x5a, sizeof(*p));
    p->header = (Elf64_Ehdr){
        .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 },
        .e_type = type, .e_machine = 243, .e_version = 1,
        .e_entry = base + 0x200, .e_phoff = sizeof(Elf64_Ehdr),
        .e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 3,
    };
    p->ph[0] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_X, 0, base, base, 0x1000,
                             0x1000, 0x1000 };
    p->ph[1] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_W, 0x1800, base + 0x4800,
                             base + 0x4800, 0x900, 0x3000, 0x1000 };
    p->ph[2] = (Elf64_Phdr){ PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16 };
}

static int file_of(const void *data, size_t n)
{
    int fd = memfd_create("program", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, n), n);
    return fd;
}

static int read_program(const Program *p, const char **why)
{
    int fd = file_of(p, sizeof(*p));
    ElfImage img;
    int ret = elf_read(abi(), fd, &img, why);

    close(fd);
    if (ret == 0) {
        elf_free(&img);
    }
    return ret;
}

/* Each row spoils one field; the reason must contain the text. */
typedef struct Refusal {
    size_t offset, size;
    uint64_t value;
    const char *why;
} Refusal;

#define FIELD(f) offsetof(Program, f), sizeof(((Program *)0)->f)

static const Refusal refusals[] = {
    { FIELD(header.e_ident[1]), 0, "not an ELF file" },
    { FIELD(header.e_ident[EI_CLASS]), ELFCLASS32, "64-bit" },
    { FIELD(header.e_ident[EI_DATA]), ELFDATA2MSB, "little-endian" },
    { FIELD(header.e_machine), EM_X86_64, "RISC-V" },
    { FIELD(header.e_flags), 8, "RVE" },
    { FIELD(header.e_type), ET_REL, "neither" },
    { FIELD(header.e_phnum), 0, "program headers" },
    { FIELD(header.e_phnum), 0xffff, "program headers" },
    { FIELD(header.e_phentsize), 32, "program headers" },
    { FIELD(header.e_phoff), UINT64_MAX - 3, "program headers" },
    { FIELD(header.e_phoff), FILE_BYTES - 8, "program headers" },
    { FIELD(ph[0].p_filesz), 0x1001, "segment" },
    { FIELD(ph[0].p_offset), 1, "segment" },
    { FIELD(ph[0].p_vaddr), -0x1000ull, "segment" },
    { FIELD(ph[1].p_memsz), UINT64_MAX - 0x100, "segment" },
    { FIELD(ph[1].p_offset), FILE_BYTES - 0x800, "segment" },
    { FIELD(ph[1].p_offset), -0x800ull, "segment" },
    { FIELD(ph[0].p_vaddr), SPACE_MAX, "segment" },
    { FIELD(ph[2].p_type), PT_INTERP, "interpreter" },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const Refusal *r = &refusals[i];
        const char *why = "accepted";
        Program p;

        fill(&p, ET_EXEC);
        memcpy((char *)&p + r->offset, &r->value, r->size);
        assert_true(read_program(&p, &why) < 0);
        if (!strstr(why, r->why)) {
            fail_msg("row %zu: \"%s\" does not say \"%s\"", i, why, r->why);
        }
    }
}

static void test_short_files(void **state)
{
    Program p;

    (void)state;
    fill(&p, ET_EXEC);
    for (size_t n = 0; n < sizeof(Elf64_Ehdr) + 3 * sizeof(Elf64_Phdr); n++) {
        int fd = file_of(&p, n);
        const char *why;
        ElfImage img;

        assert_true(elf_read(abi(), fd, &img, &why) < 0);
        close(fd);
    }
}

static uint8_t guest_byte(const Mm *mm, uint64_t addr)
{
    uint8_t b = 0;

    assert_true(mm_read(mm, &b, addr, 1));
    return b;
}

/* A sanitizer may have something there. */
static bool is_free(uint64_t addr)
{
    void *at = mmap((void *)(uintptr_t)addr, 0x8000, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

    if (at == MAP_FAILED) {
        return false;
    }
    munmap(at, 0x8000);
    return at == (void *)(uintptr_t)addr;
}

static void check_mapped(uint16_t type, bool move)
{
    const char *why;
    ElfImage img;
    Program p;
    Mm mm;
    int fd;
    uint64_t at;

    fill(&p, type);
    fd = file_of(&p, sizeof(p));
    assert_int_equal(elf_read(abi(), fd, &img, &why), 0);
    assert_int_equal(mm_init(&mm, &(MmPlace){ .low = img.low, .high = img.high,
                                               .move = move,
                                               .end = 1ull << 38,
                                               .reach = 1ull << 38 }), 0);
    assert_int_equal(mm.base != 0, move);
    if (!move && !is_free(type == ET_EXEC ? BASE : mm_pie_base(&mm))) {
        skip();
    }
    assert_int_equal(elf_map(&mm, fd, &img, mm_pie_base(&mm)), 0);
    at = type == ET_EXEC ? BASE : mm_pie_base(&mm);
    assert_int_equal(img.bias, type == ET_EXEC ? 0 : mm_pie_base(&mm));
    assert_int_equal(elf_entry(&img), at + 0x200);
    assert_int_equal(elf_phdr_address(&img), at + sizeof(Elf64_Ehdr));
    assert_int_equal(elf_brk(&img), at + 0x8000);
    assert_int_equal(guest_byte(&mm, at), 0x7f);
    assert_int_equal(guest_byte(&mm, at + 0x50ff), 0x5a);
    assert_int_equal(guest_byte(&mm, at + 0x5100), 0);
    assert_int_equal(guest_byte(&mm, at + 0x77ff), 0);
    assert_null(map_find(&mm.map, at + 0x1000));
    assert_int_equal(map_find(&mm.map, at)->prot, PROT_READ | PROT_EXEC);
    assert_int_equal(map_find(&mm.map, at + 0x4000)->prot,
                     PROT_READ | PROT_WRITE);
    assert_int_equal(mm_unmap(&mm, at, 0x8000), 0);
    elf_free(&img);
    map_free(&mm.map);
    if (move) {
        munmap((void *)(uintptr_t)mm.base, mm.space.end);
    }
    close(fd);
}

static void test_mapped(void **state)
{
    (void)state;
    check_mapped(ET_EXEC, false);
    check_mapped(ET_EXEC, true);
    check_mapped(ET_DYN, true);
}

static void test_mapped_pie(void **state)
{
    (void)state;
    check_mapped(ET_DYN, false);
}

/* Edge values more often than noise, in headers more often than elsewhere. */
static void mutate(Program *p)
{
    static const uint64_t edges[] = {
        0, 1, 0xfff, 0x1000, 0x7fffffff, 0xffffffff, SPACE_MAX - 0x1000,
        SPACE_MAX, 1ull << 38, INT64_MAX, 1ull << 63, -0x1000ull, -1ull,
    };
    size_t headers = sizeof(p->header) + sizeof(p->ph);
    int n = 1 + rand() % 4;

    while (n-- > 0) {
        size_t at = 16 + (size_t)rand() % (headers - 24);
        uint64_t v = edges[(size_t)rand() % (sizeof(edges) / 8)];

        if (rand() % 2) {
            ((uint8_t *)p)[at] = (uint8_t)rand();
        } else {
            memcpy((uint8_t *)p + (at & ~(size_t)7), &v, sizeof(v));
        }
    }
}

static void load_mutant(const Program *p, int *loaded)
{
    int fd = file_of(p, sizeof(*p));
    const char *why = NULL;
    ElfImage img;
    Mm mm;

    if (elf_read(abi(), fd, &img, &why) < 0) {
        assert_non_null(why);
    } else {
        if (mm_init(&mm, &(MmPlace){ .move = true, .end = 1ull << 38,
                                   .reach = 1ull << 38 }) == 0) {
            *loaded += elf_map(&mm, fd, &img, mm_pie_base(&mm)) == 0;
            map_free(&mm.map);
            munmap((void *)(uintptr_t)mm.base, mm.space.end);
        }
        elf_free(&img);
    }
    close(fd);
}

static void test_mutants(void **state)
{
    int loaded = 0;

    (void)state;
    srand(2);
    for (int i = 0; i < MUTANTS; i++) {
        Program p;

        fill(&p, i % 2 ? ET_EXEC : ET_DYN);
        mutate(&p);
        load_mutant(&p, &loaded);
    }
    assert_true(loaded > 0 && loaded < MUTANTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_short_files),
        cmocka_unit_test(test_mapped),
        cmocka_unit_test(test_mapped_pie),
        cmocka_unit_test(test_mutants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
