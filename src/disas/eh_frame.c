/*
 * See eh_frame.h.  The format: Linux Standard Base Core, "Exception Frames",
 * after DWARF 4, section 6.4.1.
 */
#include "disas/eh_frame.h"

#include <stdlib.h>
#include <string.h>
#include "util/check.h"

/* How a pointer is written: form and what it is relative to. */
enum {
    ENC_FORM = 0x0f,
    ENC_RELATIVE = 0x70,
    ENC_PC = 0x10,
    FORM_ABS = 0,
    FORM_ULEB = 1,
    FORM_SLEB = 9,
    FORM_SIGNED = 8,
    WIDE_LENGTH = -1,
};

/* Reads what lies in [at, end); beyond that zeros, and `bad` is set. */
typedef struct Reader {
    const uint8_t *at, *end;
    uint64_t addr; /* of `at` */
    bool bad;
} Reader;

typedef struct Frames {
    const ElfFile *file;
    uint8_t *data; /* of the section */
    size_t size;
    uint64_t addr;
    CodeRange *ranges;
    size_t count;
} Frames;

static uint64_t read_fixed(Reader *r, unsigned n)
{
    uint64_t v = 0;
    if ((size_t)(r->end - r->at) < n) {
        r->bad = true;
        r->at = r->end;
        return 0;
    }
    memcpy(&v, r->at, n);
    r->at += n;
    r->addr += n;
    return v;
}

/* Of either sign: who reads a signed one wants its length alone, or bits 0 up.
 */
static uint64_t read_leb(Reader *r, bool is_signed)
{
    uint64_t v = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = (uint8_t)read_fixed(r, 1);
        v |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
        shift += 7;
    } while (byte & 0x80);
    bool negative = is_signed && byte & 0x40 && shift < 64;
    return negative ? v | UINT64_MAX << shift : v;
}

/* The bits of a form, without what it is relative to. */
static uint64_t read_form(Reader *r, unsigned form)
{
    static const uint8_t bytes[8] = {8, 0, 2, 4, 8, 0, 0, 0};
    unsigned n = bytes[form & 7];
    if (form == FORM_ULEB || form == FORM_SLEB) {
        return read_leb(r, form == FORM_SLEB);
    }
    r->bad |= n == 0;
    uint64_t v = read_fixed(r, n);
    unsigned unused = 64 - 8 * n;
    return form & FORM_SIGNED && n
               ? (uint64_t)((int64_t)(v << unused) >> unused)
               : v;
}

static uint64_t read_pointer(Reader *r, unsigned encoding)
{
    uint64_t here = r->addr, v = read_form(r, encoding & ENC_FORM);
    unsigned relative = encoding & ENC_RELATIVE;
    r->bad |= relative && relative != ENC_PC;
    return relative == ENC_PC ? here + v : v;
}

/* The contents of the entry at offset; *next: the offset of the next. */
static bool read_entry(const Frames *f, uint64_t offset, Reader *r,
                       uint64_t *next)
{
    if (offset >= f->size) {
        return false;
    }
    *r = (Reader){f->data + offset, f->data + f->size, f->addr + offset, false};
    uint64_t length = read_fixed(r, 4);
    if ((int32_t)length == WIDE_LENGTH) {
        length = read_fixed(r, 8);
    }
    if (!length || length > (uint64_t)(r->end - r->at)) {
        return false;
    }
    r->end = r->at + length;
    *next = (uint64_t)(r->end - f->data);
    return true;
}

/* The augmentation's data, as far as 'R', the encoding of FDEs' pointers. */
static unsigned read_encoding(Reader *r, const char *augmentation)
{
    for (const char *c = augmentation + 1; *c && *c != 'R'; c++) {
        if (*c == 'P') {
            unsigned encoding = (unsigned)read_fixed(r, 1);
            read_form(r, encoding & ENC_FORM);
        } else if (*c == 'L') {
            read_fixed(r, 1);
        }
    }
    return strchr(augmentation, 'R') ? (unsigned)read_fixed(r, 1) : FORM_ABS;
}

/* Of the CIE at offset; false: there is none that can be read. */
static bool cie_encoding(const Frames *f, uint64_t offset, unsigned *encoding)
{
    Reader r;
    uint64_t next;
    if (!read_entry(f, offset, &r, &next) || read_fixed(&r, 4) != 0) {
        return false;
    }
    unsigned version = (unsigned)read_fixed(&r, 1);
    const char *augmentation = (const char *)r.at;
    size_t length = strnlen(augmentation, (size_t)(r.end - r.at));
    if (r.at + length >= r.end) {
        return false;
    }
    r.at += length + 1;
    read_leb(&r, false);
    read_leb(&r, true);
    version == 1 ? read_fixed(&r, 1) : read_leb(&r, false);
    *encoding = FORM_ABS;
    if (*augmentation == 'z') {
        read_leb(&r, false);
        *encoding = read_encoding(&r, augmentation);
    }
    return !r.bad && version < 4;
}

static void add_range(Frames *f, uint64_t start, uint64_t bytes)
{
    if (!bytes || start + bytes < start || !elf_file_is_code(f->file, start)) {
        return;
    }
    if (!(f->count & (f->count - 1))) { /* room for a power of two */
        f->ranges = reallocarray(f->ranges, f->count ? 2 * f->count : 1,
                                 sizeof(*f->ranges));
        check(f->ranges, "out of memory");
    }
    f->ranges[f->count++] = (CodeRange){start, start + bytes};
}

static void read_frames(Frames *f)
{
    Reader r;
    for (uint64_t at = 0, next; read_entry(f, at, &r, &next); at = next) {
        uint64_t id_at = (uint64_t)(r.at - f->data), id = read_fixed(&r, 4);
        unsigned encoding;
        if (!id || id > id_at || !cie_encoding(f, id_at - id, &encoding)) {
            continue;
        }
        uint64_t start = read_pointer(&r, encoding);
        uint64_t bytes = read_form(&r, encoding & ENC_FORM);
        if (!r.bad) {
            add_range(f, start, bytes);
        }
    }
}

/* Without section headers: .eh_frame_hdr, a segment, has its address. */
static void find_by_segment(Frames *f)
{
    const ElfFile *e = f->file;
    for (unsigned i = 0; i < e->nb_segments && !f->data; i++) {
        const Elf64_Phdr *p = &e->segments[i];
        uint8_t head[12] = {0}; /* version, three encodings, the address */
        Reader r = {head + 4, head + sizeof(head), p->p_vaddr + 4, false};
        if (p->p_type == PT_GNU_EH_FRAME &&
            elf_file_read(e, p->p_vaddr, head, sizeof(head)) == sizeof(head)) {
            f->addr = read_pointer(&r, head[1]);
            f->data = r.bad ? NULL : malloc(e->size);
            f->size = f->data ? elf_file_read(e, f->addr, f->data, e->size) : 0;
        }
    }
}

CodeRange *eh_frame_ranges(const ElfFile *e, size_t *count)
{
    Frames f = {.file = e};
    const Elf64_Shdr *s = elf_file_section(e, ".eh_frame");
    if (s) {
        f.data = elf_file_contents(e, s, &f.size);
        f.addr = s->sh_addr;
    } else {
        find_by_segment(&f);
    }
    read_frames(&f);
    free(f.data);
    *count = f.count;
    return f.ranges;
}
