/* See program.h. */
#include "tools/ir/program.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "util/check.h"

/* Opening ---------------------------------------------------------------- */

static size_t read_code(void *opaque, uint64_t addr, void *buf, size_t n)
{
    Program *p = opaque;
    if (addr - p->cache_addr >= p->cache_bytes) {
        p->cache_addr = addr;
        p->cache_bytes =
            elf_file_is_code(&p->file, addr)
                ? elf_file_read(&p->file, addr, p->cache, sizeof(p->cache))
                : 0;
    }
    uint64_t at = addr - p->cache_addr;
    size_t left = p->cache_bytes ? p->cache_bytes - at : 0;
    n = left < n ? left : n;
    memcpy(buf, p->cache + at, n);
    return n;
}

static bool choose_guest(Program *p, const char *path, const char *arch,
                         char *msg, size_t size)
{
    const Elf64_Ehdr *h = &p->file.header;
    const Guest *g = guest_of_elf(h, sizeof(*h));
    char machine[GUEST_MACHINE_SIZE];
    if (arch && !guest_named(arch)) {
        snprintf(msg, size, "no guest '%s'", arch);
    } else if (arch && g != guest_named(arch)) {
        snprintf(msg, size, "%s: not a program for %s", path, arch);
    } else if (!g) {
        guest_describe_elf(h, sizeof(*h), machine);
        snprintf(msg, size, "%s: a program for %s; the guests here: %s", path,
                 machine, guest_names());
    } else {
        p->guest = g;
        return true;
    }
    return false;
}

bool program_open(Program *p, const char *path, const char *arch, char *msg,
                  size_t size)
{
    if (!elf_file_open(&p->file, path, msg, size)) {
        return false;
    }
    bool linked = p->file.header.e_type != ET_REL;
    if (!linked) {
        snprintf(msg, size, "%s: an object file; it has to be linked", path);
    }
    if (!linked || !choose_guest(p, path, arch, msg, size)) {
        elf_file_close(&p->file);
        return false;
    }
    p->cache_bytes = 0;
    p->symbols = symbols_read(&p->file);
    check(p->symbols, "out of memory");
    p->code = (CodeReader){read_code, p};
    return true;
}

void program_close(Program *p)
{
    symbols_free(p->symbols);
    elf_file_close(&p->file);
}

/* Functions --------------------------------------------------------------- */

typedef struct List {
    Function *at;
    size_t count, room;
} List;

static void add_range(List *l, uint64_t start, uint64_t end)
{
    if (start >= end) {
        return;
    }
    if (l->count == l->room) {
        l->room = l->room * 2 + 64;
        l->at = reallocarray(l->at, l->room, sizeof(*l->at));
        check(l->at, "out of memory");
    }
    l->at[l->count++] = (Function){start, end};
}

static int compare(const void *x, const void *y)
{
    const Function *a = x, *b = y;
    return a->start < b->start ? -1 : a->start > b->start;
}

static void sort(List *l)
{
    if (l->count) {
        qsort(l->at, l->count, sizeof(*l->at), compare);
    }
}

/* Cuts [start, end) where a function begins or ends. */
static void split(const Program *p, uint64_t start, uint64_t end, List *l)
{
    size_t count;
    const Symbol *s = symbols_all(p->symbols, &count);
    List cuts = {0};
    for (size_t i = 0; i < count; i++) {
        uint64_t edges[2] = {s[i].addr, s[i].addr + s[i].size};
        for (int k = 0; k < 2 && s[i].is_code; k++) {
            if (edges[k] > start && edges[k] < end) {
                add_range(&cuts, edges[k], end);
            }
        }
    }
    sort(&cuts);
    for (size_t i = 0; i < cuts.count; i++) {
        add_range(l, start, cuts.at[i].start);
        start = cuts.at[i].start;
    }
    add_range(l, start, end);
    free(cuts.at);
}

/* Nothing is larger than the file, nor goes around the address space. */
static bool is_sane(const Program *p, uint64_t addr, uint64_t bytes)
{
    return bytes && bytes <= p->file.size && addr <= UINT64_MAX - bytes;
}

static bool is_code_section(const Program *p, const Elf64_Shdr *s)
{
    return s->sh_type == SHT_PROGBITS && s->sh_flags & SHF_ALLOC &&
           s->sh_flags & SHF_EXECINSTR && is_sane(p, s->sh_addr, s->sh_size);
}

/* Executable sections, or segments of a file without any. */
static List code_ranges(const Program *p)
{
    List l = {0};
    for (unsigned i = 0; i < p->file.nb_sections; i++) {
        const Elf64_Shdr *s = &p->file.sections[i];
        if (is_code_section(p, s)) {
            add_range(&l, s->sh_addr, s->sh_addr + s->sh_size);
        }
    }
    for (unsigned i = 0; !l.count && i < p->file.nb_segments; i++) {
        const Elf64_Phdr *s = &p->file.segments[i];
        if (s->p_type == PT_LOAD && s->p_flags & PF_X &&
            is_sane(p, s->p_vaddr, s->p_filesz)) {
            add_range(&l, s->p_vaddr, s->p_vaddr + s->p_filesz);
        }
    }
    sort(&l);
    return l;
}

Function *program_functions(const Program *p, size_t *count)
{
    List ranges = code_ranges(p), l = {0};
    for (size_t i = 0; i < ranges.count; i++) {
        split(p, ranges.at[i].start, ranges.at[i].end, &l);
    }
    free(ranges.at);
    *count = l.count;
    return l.at;
}

bool program_function_at(const Program *p, uint64_t addr, Function *found)
{
    size_t count;
    Function *all = program_functions(p, &count);
    bool ok = false;
    for (size_t i = 0; i < count && !ok; i++) {
        *found = all[i];
        ok = addr >= all[i].start && addr < all[i].end;
    }
    free(all);
    return ok;
}

/* Names ------------------------------------------------------------------- */

static bool parse_number(const char *text, uint64_t *n)
{
    char *end;
    *n = strtoull(text, &end, 0);
    return end != text && !*end && *text != '-';
}

bool program_address(const Program *p, const char *text, uint64_t *addr)
{
    const char *plus = strrchr(text, '+');
    const Symbol *s = symbols_named(p->symbols, text);
    uint64_t offset = 0;
    if (!s && plus && parse_number(plus + 1, &offset)) {
        char *name = strndup(text, (size_t)(plus - text));
        s = symbols_named(p->symbols, name);
        free(name);
    }
    if (s) {
        *addr = s->addr + offset;
    }
    return s || parse_number(text, addr);
}

const char *program_name(const Program *p, uint64_t addr, char *buf,
                         size_t size)
{
    if (*symbols_text(p->symbols, addr, buf, size)) {
        return buf;
    }
    for (unsigned i = 0; i < p->file.nb_sections; i++) {
        const Elf64_Shdr *s = &p->file.sections[i];
        if (s->sh_flags & SHF_ALLOC && addr - s->sh_addr < s->sh_size) {
            const char *name = elf_file_section_name(&p->file, s);
            snprintf(buf, size, addr == s->sh_addr ? "%s" : "%s+0x%" PRIx64,
                     name, addr - s->sh_addr);
            return buf;
        }
    }
    return buf;
}

/* Blocks ------------------------------------------------------------------ */

/* A reader may give less than there is. */
static size_t read_all(const Program *p, uint64_t pc, void *buf, size_t n)
{
    size_t have = 0, more;
    do {
        more = p->code.read(p->code.opaque, pc + have, (char *)buf + have,
                            n - have);
        have += more;
    } while (more && have < n);
    return have;
}

uint32_t program_insn(const Program *p, uint64_t pc, GuestInsn *insn)
{
    uint8_t bytes[sizeof(uint32_t)];
    uint32_t code = 0;
    size_t n = read_all(p, pc, bytes, sizeof(bytes));
    p->guest->disas(bytes, n, pc, true, insn);
    memcpy(&code, bytes, insn->length);
    return code;
}

Leaders program_leaders(const Program *p, Function f)
{
    Leaders l = {f, calloc(f.end - f.start, 1)};
    GuestInsn insn;
    check(l.is_leader, "out of memory");
    for (uint64_t pc = f.start; pc < f.end; pc += insn.length) {
        program_insn(p, pc, &insn);
        if (!insn.length) {
            break;
        }
        uint64_t at = insn.target - f.start;
        if (insn.has_target && at < f.end - f.start) {
            l.is_leader[at] = true;
        }
    }
    return l;
}

uint32_t program_run(const Program *p, const Leaders *l, uint64_t pc,
                     uint32_t max)
{
    uint32_t n = 0;
    GuestInsn insn;
    do {
        program_insn(p, pc, &insn);
        pc += insn.length;
        n++;
    } while (insn.length && n < max && pc < l->function.end &&
             !l->is_leader[pc - l->function.start]);
    return n;
}
