/*
 * Symbols of ELF files: this program's own, found by name, by address and
 * where it is loaded; and files that are cut off or damaged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "disas/symbol_map.h"

#define SELF "/proc/self/exe"

/* Symbols to look for. */
int symbols_test_datum[4] = {1};
int symbols_test_function(int);

__attribute__((noinline)) int symbols_test_function(int x)
{
    return x * symbols_test_datum[x & 3] + 1;
}

static Symbols *open_self(void)
{
    char msg[256];
    Symbols *l = symbols_open(SELF, msg, sizeof(msg));
    assert_non_null(l);
    return l;
}

static void test_named(void **state)
{
    (void)state;
    Symbols *l = open_self();
    const Symbol *f = symbols_named(l, "symbols_test_function");
    const Symbol *d = symbols_named(l, "symbols_test_datum");
    assert_non_null(f);
    assert_non_null(d);
    assert_true(f->is_code);
    assert_false(d->is_code);
    assert_int_equal(d->size, sizeof(symbols_test_datum));
    assert_int_equal(d->addr - f->addr, (uintptr_t)symbols_test_datum -
                                            (uintptr_t)symbols_test_function);
    assert_null(symbols_named(l, "symbols_test_nothing"));
    symbols_free(l);
}

static void test_find(void **state)
{
    (void)state;
    Symbols *l = open_self();
    const Symbol *d = symbols_named(l, "symbols_test_datum");
    assert_ptr_equal(symbols_find(l, d->addr), d);
    assert_ptr_equal(symbols_find(l, d->addr + d->size - 1), d);
    assert_ptr_not_equal(symbols_find(l, d->addr + d->size), d);
    assert_null(symbols_find(l, UINT64_MAX));
    symbols_free(l);
}

/* What symbols_find() promises, by looking at all of them. */
static void test_list(void **state)
{
    (void)state;
    Symbols *l = open_self();
    size_t n;
    const Symbol *s = symbols_all(l, &n);
    assert_true(n > 20);
    for (size_t i = 0; i < n; i++) {
        assert_true(*s[i].name && *s[i].name != '$');
        assert_true(i == 0 || s[i - 1].addr <= s[i].addr);
        const Symbol *found = symbols_find(l, s[i].addr);
        assert_non_null(found);
        assert_int_equal(found->addr, s[i].addr);
        assert_true(found == s || found[-1].addr < s[i].addr ||
                    (found[-1].size == 0 && found->size != 0));
    }
    symbols_free(l);
}

static void assert_text(SymbolMap *map, uintptr_t addr, const char *want)
{
    char text[128];
    assert_string_equal(symbol_map_text(map, addr, text, sizeof(text)), want);
}

static void test_map(void **state)
{
    (void)state;
    SymbolMap *map = symbol_map_new(0);
    SymbolHit hit;
    char *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uintptr_t f = (uintptr_t)symbols_test_function;
    uintptr_t d = (uintptr_t)symbols_test_datum;
    assert_text(map, f, "symbols_test_function");
    assert_text(map, f + 2, "symbols_test_function+0x2");
    assert_text(map, d + 4, "symbols_test_datum+0x4");
    assert_text(map, (uintptr_t)p, "");
    assert_text(map, 0, "");
    assert_true(symbol_map_find(map, d, &hit));
    assert_int_equal(hit.symbol->addr + hit.bias, d);
    symbol_map_free(map);

    map = symbol_map_new(0x1000);
    assert_text(map, d - 0x1000, "symbols_test_datum");
    symbol_map_free(map);
    assert_text(NULL, d, "");
    munmap(p, 4096);
}

/* A mapping that comes, and one that takes its place. */
static void test_map_changes(void **state)
{
    (void)state;
    SymbolMap *map = symbol_map_new(0);
    FILE *self = fopen(SELF, "rb");
    char *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fileno(self), 0), *q;
    SymbolHit hit;
    assert_true(symbol_map_find(map, (uintptr_t)p, &hit));
    assert_int_equal(hit.bias, (uintptr_t)p);
    q = mmap(p, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
             0);
    assert_ptr_equal(p, q);
    symbol_map_changed(map);
    assert_false(symbol_map_find(map, (uintptr_t)p, &hit));
    assert_null(hit.path);
    munmap(p, 4096);
    fclose(self);
    symbol_map_free(map);
}

static char *read_self(size_t *size)
{
    FILE *f = fopen(SELF, "rb");
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    char *data = malloc(*size);
    assert_int_equal(fread(data, 1, *size, f), *size);
    fclose(f);
    return data;
}

/* Opens n bytes as a file; that it is refused or read is all one. */
static void try_file(const char *path, const char *data, size_t n)
{
    char msg[256] = "", code[16];
    ElfFile e;
    FILE *f = fopen(path, "wb");
    assert_int_equal(fwrite(data, 1, n, f), n);
    fclose(f);
    if (!elf_file_open(&e, path, msg, sizeof(msg))) {
        assert_int_equal(strncmp(msg, path, strlen(path)), 0);
        return;
    }
    elf_file_read(&e, e.header.e_entry, code, sizeof(code));
    Symbols *l = symbols_read(&e);
    symbols_find(l, e.header.e_entry);
    symbols_free(l);
    elf_file_close(&e);
}

static void test_damaged(void **state)
{
    (void)state;
    size_t size;
    char *data = read_self(&size), path[] = "/tmp/test_symbols.XXXXXX";
    Elf64_Ehdr *h = (Elf64_Ehdr *)data;
    close(mkstemp(path));
    for (size_t n = 0; n <= size; n += n < 64 ? 1 : size / 61 + 1) {
        try_file(path, data, n);
    }
    for (uint64_t seed = 1, i = 0; i < 200; i++) {
        size_t part = i % 2 ? h->e_shoff : 0;
        seed = seed * 6364136223846793005 + 1;
        char *p = data + part + (seed >> 33) % (part ? size - part : 1024);
        char old = *p;
        *p = (char)(seed >> 24);
        try_file(path, data, size);
        *p = old;
    }
    remove(path);
    free(data);
}

static void test_messages(void **state)
{
    (void)state;
    char msg[256];
    assert_null(symbols_open("/no/file", msg, sizeof(msg)));
    assert_string_equal(msg, "/no/file: No such file or directory");
    assert_null(symbols_open("/proc/self/maps", msg, sizeof(msg)));
    assert_string_equal(msg, "/proc/self/maps: a text file, not an ELF file");
    assert_null(symbols_open("/proc", msg, sizeof(msg)));
    assert_string_equal(msg, "/proc: not a regular file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_named),       cmocka_unit_test(test_find),
        cmocka_unit_test(test_list),        cmocka_unit_test(test_map),
        cmocka_unit_test(test_map_changes), cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_messages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
