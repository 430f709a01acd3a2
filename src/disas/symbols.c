/*
 * Reading symbols, and finding them.
 *
 * A symbol may lie within another; reach[i], the highest end of symbols 0 to
 * i, says how far back one that holds an address can be.
 */
#include "disas/symbols.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "disas/elf_guest.h"

typedef struct Entry {
    Symbol symbol;
    uint64_t limit; /* of its section */
    uint8_t rank;   /* of one address, the lowest is the best */
} Entry;

struct Symbols {
    Symbol *all;
    uint64_t *reach;
    size_t count;
    char *names[3]; /* of .symtab, .dynsym and the PLT */
};

typedef struct Reader {
    const ElfFile *file;
    Entry *entries;
    size_t count, room;
    bool no_memory; /* for all entries */
} Reader;

static bool grow(Reader *r)
{
    size_t room = r->room * 2 + 64;
    Entry *entries = reallocarray(r->entries, room, sizeof(*entries));
    if (!entries) {
        r->no_memory = true;
        return false;
    }
    r->entries = entries;
    r->room = room;
    return true;
}

static void add(Reader *r, Entry e)
{
    if (r->count < r->room || grow(r)) {
        r->entries[r->count++] = e;
    }
}

/* Reading --------------------------------------------------------------- */

/* Defined in a section, or an address that the linker made up. */
static bool has_place(const ElfFile *e, const Elf64_Sym *s)
{
    char byte;
    return s->st_shndx == SHN_ABS
               ? elf_file_read(e, s->st_value, &byte, 1) != 0
               : s->st_shndx != SHN_UNDEF && s->st_shndx < SHN_LORESERVE;
}

static bool is_wanted(const ElfFile *e, const Elf64_Sym *s, const char *name)
{
    unsigned type = ELF64_ST_TYPE(s->st_info);
    return has_place(e, s) && *name && *name != '$' &&
           strncmp(name, ".L", 2) != 0 &&
           (type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC ||
            type == STT_GNU_IFUNC);
}

static uint8_t rank_of(const Elf64_Sym *s)
{
    static const uint8_t binding[] = {
        [STB_LOCAL] = 2, [STB_GLOBAL] = 0, [STB_WEAK] = 1};
    unsigned type = ELF64_ST_TYPE(s->st_info);
    unsigned bind = ELF64_ST_BIND(s->st_info);
    unsigned kind = type == STT_NOTYPE ? 2 : type == STT_OBJECT;
    return (uint8_t)(kind * 4 + (bind <= STB_WEAK ? binding[bind] : 3));
}

/* The end of the section that the address is in; itself if in none. */
static uint64_t section_end(const ElfFile *e, uint64_t addr, unsigned index)
{
    if (index >= e->nb_sections) {
        return addr;
    }
    const Elf64_Shdr *s = &e->sections[index];
    bool inside = addr >= s->sh_addr && addr - s->sh_addr < s->sh_size;
    return inside ? s->sh_addr + s->sh_size : addr;
}

static void add_symbol(Reader *r, const Elf64_Sym *s, const char *name)
{
    unsigned type = ELF64_ST_TYPE(s->st_info);
    bool code = type != STT_OBJECT && elf_file_is_code(r->file, s->st_value);
    add(r, (Entry){{s->st_value, s->st_size, name, code},
                   section_end(r->file, s->st_value, s->st_shndx),
                   rank_of(s)});
}

/* Returns the names, which the symbols point to; NULL: no such table. */
static char *read_table(Reader *r, const char *section)
{
    const Elf64_Shdr *table = elf_file_section(r->file, section);
    size_t bytes, names_bytes;
    if (!table || table->sh_link >= r->file->nb_sections) {
        return NULL;
    }
    Elf64_Sym *s = elf_file_contents(r->file, table, &bytes);
    char *names = elf_file_contents(r->file, &r->file->sections[table->sh_link],
                                    &names_bytes);
    for (size_t i = 0; s && i < bytes / sizeof(*s); i++) {
        if (s[i].st_name < names_bytes &&
            is_wanted(r->file, &s[i], names + s[i].st_name)) {
            add_symbol(r, &s[i], names + s[i].st_name);
        }
    }
    free(s);
    return names;
}

/* "NAME@plt" for each entry, all in one piece of memory. */
static char *name_plt(Reader *r, const ElfGuest *g, const Elf64_Rela *rela,
                      size_t count, const Elf64_Sym *s, size_t nb_symbols,
                      const char *strings, size_t strings_size)
{
    const Elf64_Shdr *plt = elf_file_section(r->file, ".plt");
    char *text = NULL;
    size_t size, first = r->count;
    FILE *f = open_memstream(&text, &size);
    if (!f) {
        r->no_memory = true;
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        uint64_t offset = g->plt_header_bytes + i * g->plt_entry_bytes;
        size_t sym = ELF64_R_SYM(rela[i].r_info);
        if (!plt || sym >= nb_symbols || s[sym].st_name >= strings_size ||
            offset + g->plt_entry_bytes > plt->sh_size) {
            continue;
        }
        uint64_t addr = plt->sh_addr + offset;
        /* where the name will be: text moves while it grows */
        uintptr_t at = (uintptr_t)ftell(f);
        fprintf(f, "%s@plt%c", strings + s[sym].st_name, 0);
        add(r, (Entry){{addr, g->plt_entry_bytes, (char *)at, true}, addr, 0});
    }
    if (fclose(f) != 0 || !text) {
        r->no_memory = true;
        r->count = first;
    }
    for (size_t i = first; i < r->count; i++) {
        Symbol *symbol = &r->entries[i].symbol;
        symbol->name = text + (uintptr_t)symbol->name;
    }
    return text;
}

static char *read_plt(Reader *r)
{
    const Elf64_Shdr *relocations = elf_file_section(r->file, ".rela.plt");
    const Elf64_Shdr *table = elf_file_section(r->file, ".dynsym");
    const ElfGuest *g = elf_guest(r->file->header.e_machine);
    size_t bytes, table_bytes, strings_bytes;
    if (!relocations || !table || table->sh_link >= r->file->nb_sections ||
        !g) {
        return NULL;
    }
    Elf64_Rela *rela = elf_file_contents(r->file, relocations, &bytes);
    Elf64_Sym *s = elf_file_contents(r->file, table, &table_bytes);
    char *strings = elf_file_contents(
        r->file, &r->file->sections[table->sh_link], &strings_bytes);
    char *names =
        rela && s && strings
            ? name_plt(r, g, rela, bytes / sizeof(*rela), s,
                       table_bytes / sizeof(*s), strings, strings_bytes)
            : NULL;
    free(rela);
    free(s);
    free(strings);
    return names;
}

/* The list ---------------------------------------------------------------- */

static int compare(const void *x, const void *y)
{
    const Entry *a = x, *b = y;
    if (a->symbol.addr != b->symbol.addr) {
        return a->symbol.addr < b->symbol.addr ? -1 : 1;
    }
    if (a->rank != b->rank) {
        return a->rank < b->rank ? -1 : 1;
    }
    return strcmp(a->symbol.name, b->symbol.name);
}

/* In order, without those that .symtab and .dynsym both have. */
static void sort(Reader *r)
{
    size_t kept = 0;
    if (r->count) {
        qsort(r->entries, r->count, sizeof(*r->entries), compare);
    }
    for (size_t i = 0; i < r->count; i++) {
        if (!kept || compare(&r->entries[kept - 1], &r->entries[i]) != 0) {
            r->entries[kept++] = r->entries[i];
        }
    }
    r->count = kept;
}

/* Those without a size reach to the next address, or their section's end. */
static void set_sizes(Reader *r)
{
    uint64_t next = UINT64_MAX, addr = UINT64_MAX;
    for (size_t i = r->count; i-- > 0;) {
        Entry *e = &r->entries[i];
        if (e->symbol.addr != addr) {
            next = addr;
            addr = e->symbol.addr;
        }
        if (!e->symbol.size) {
            e->symbol.size = (next < e->limit ? next : e->limit) - addr;
        }
    }
}

/* False: no memory. */
static bool make_list(Symbols *l, const Reader *r)
{
    uint64_t reach = 0;
    l->all = calloc(r->count + 1, sizeof(*l->all));
    l->reach = calloc(r->count + 1, sizeof(*l->reach));
    if (r->no_memory || !l->all || !l->reach) {
        return false;
    }
    l->count = r->count;
    for (size_t i = 0; i < r->count; i++) {
        const Symbol *s = &r->entries[i].symbol;
        uint64_t end = s->addr + s->size;
        l->all[i] = *s;
        reach = end > reach ? end : reach;
        l->reach[i] = reach;
    }
    return true;
}

Symbols *symbols_read(const ElfFile *file)
{
    Symbols *l = calloc(1, sizeof(*l));
    Reader r = {.file = file};
    if (!l) {
        return NULL;
    }
    l->names[0] = read_table(&r, ".symtab");
    l->names[1] = read_table(&r, ".dynsym");
    l->names[2] = read_plt(&r);
    sort(&r);
    set_sizes(&r);
    if (!make_list(l, &r)) {
        symbols_free(l);
        l = NULL;
    }
    free(r.entries);
    return l;
}

Symbols *symbols_open(const char *path, char *msg, size_t size)
{
    ElfFile file;
    if (!elf_file_open(&file, path, msg, size)) {
        return NULL;
    }
    Symbols *l = symbols_read(&file);
    elf_file_close(&file);
    if (!l) {
        snprintf(msg, size, "%s: out of memory", path);
    }
    return l;
}

void symbols_free(Symbols *l)
{
    if (!l) {
        return;
    }
    for (size_t i = 0; i < sizeof(l->names) / sizeof(l->names[0]); i++) {
        free(l->names[i]);
    }
    free(l->all);
    free(l->reach);
    free(l);
}

/* Finding --------------------------------------------------------------- */

const Symbol *symbols_all(const Symbols *l, size_t *count)
{
    *count = l->count;
    return l->all;
}

/* How many begin at the address or below. */
static size_t upper_bound(const Symbols *l, uint64_t addr)
{
    size_t low = 0, high = l->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (l->all[middle].addr <= addr) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const Symbol *symbols_find(const Symbols *l, uint64_t addr)
{
    const Symbol *best = NULL;
    for (size_t i = upper_bound(l, addr); i-- > 0;) {
        const Symbol *s = &l->all[i];
        if (best && s->addr != best->addr) {
            break;
        }
        if (addr - s->addr < s->size || addr == s->addr) {
            best = s;
        }
        if (!best && l->reach[i] <= addr) {
            break;
        }
    }
    return best;
}

/* Without "@VERSION" and "@@VERSION"; "NAME@plt" is no version. */
static size_t bare_length(const char *name)
{
    size_t n = strcspn(name, "@");
    return strcmp(name + n, "@plt") == 0 ? n + 4 : n;
}

static bool same_name(const Symbol *s, const char *name, size_t length)
{
    return strncmp(s->name, name, length) == 0 &&
           bare_length(s->name) == length;
}

bool symbols_at(const Symbols *l, uint64_t addr, const char *name,
                uint64_t *start)
{
    size_t length = bare_length(name);
    for (size_t i = upper_bound(l, addr); i-- > 0;) {
        const Symbol *s = &l->all[i];
        if (s->addr != addr && l->reach[i] <= addr) {
            break;
        }
        if ((addr - s->addr < s->size || addr == s->addr) &&
            same_name(s, name, length)) {
            *start = s->addr;
            return true;
        }
    }
    return false;
}

bool symbols_have(const Symbols *l, const char *name)
{
    size_t length = bare_length(name);
    for (size_t i = 0; i < l->count; i++) {
        if (same_name(&l->all[i], name, length)) {
            return true;
        }
    }
    return false;
}

const char *symbols_text(const Symbols *l, uint64_t addr, char *buf,
                         size_t size)
{
    const Symbol *s = symbols_find(l, addr);
    uint64_t offset = s ? addr - s->addr : 0;
    if (offset) {
        snprintf(buf, size, "%s+0x%" PRIx64, s->name, offset);
    } else {
        snprintf(buf, size, "%s", s ? s->name : "");
    }
    return buf;
}

const Symbol *symbols_named(const Symbols *l, const char *name)
{
    const Symbol *other = NULL;
    for (size_t i = 0; i < l->count; i++) {
        const Symbol *s = &l->all[i];
        if (strcmp(s->name, name) == 0) {
            if (s->is_code) {
                return s;
            }
            other = other ? other : s;
        }
    }
    return other;
}
