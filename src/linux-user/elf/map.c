/*
 * Mapping an ELF image: the whole span is set aside first, so that segments
 * keep their distances and take no one else's place; then the segments are
 * mapped over it in file order, and what is left of the span is given back.
 */
#include "linux-user/elf/elf.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "util/check.h"

static int segment_prot(const Elf64_Phdr *p)
{
    return (p->p_flags & PF_R ? PROT_READ : 0) |
           (p->p_flags & PF_W ? PROT_WRITE : 0) |
           (p->p_flags & PF_X ? PROT_EXEC : 0);
}

static int64_t reserve_span(Mm *mm, const ElfImage *img, uint64_t where)
{
    MapRequest r = {
        .addr = img->fixed ? img->low : where,
        .len = img->high - img->low,
        .prot = PROT_NONE,
        .fd = -1,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
                 (img->fixed ? MAP_FIXED_NOREPLACE : 0),
        .align = img->align,
    };

    return mm_map(mm, &r);
}

/* The file's pages; what they hold beyond the segment's bytes is zeroed. */
static int64_t map_file_part(Mm *mm, int fd, const Elf64_Phdr *p, uint64_t addr)
{
    uint64_t skew = addr & GUEST_PAGE_MASK, end = addr + p->p_filesz;
    MapRequest r = {
        .addr = addr - skew,
        .len = skew + p->p_filesz,
        .fd = fd,
        .prot = segment_prot(p),
        .flags = MAP_PRIVATE | MAP_FIXED,
        .offset = p->p_offset - skew,
    };
    bool has_bss = p->p_memsz > p->p_filesz;
    int64_t ret;

    check(skew == (p->p_offset & GUEST_PAGE_MASK), "offset %#lx at %#lx",
          (long)p->p_offset, (long)addr);
    check(p->p_filesz <= p->p_memsz, "%#lx of %#lx bytes", (long)p->p_filesz,
          (long)p->p_memsz);
    if (has_bss) {
        r.prot |= PROT_READ | PROT_WRITE;
    }
    ret = mm_map(mm, &r);
    if (ret < 0 || !has_bss) {
        return ret;
    }
    if (!mm_zero(mm, end, page_up(end) - end)) {
        return -EIO;
    }
    return r.prot == segment_prot(p)
               ? 0
               : mm_protect(mm, r.addr, r.len, segment_prot(p));
}

static int64_t map_segment(Mm *mm, int fd, const Elf64_Phdr *p, uint64_t bias)
{
    uint64_t addr = p->p_vaddr + bias, end = addr + p->p_memsz;
    uint64_t file_end = page_up(addr + p->p_filesz);
    int64_t ret = 0;

    if (p->p_filesz > 0) {
        ret = map_file_part(mm, fd, p, addr);
    } else {
        file_end = page_down(addr);
    }
    if (ret >= 0 && page_up(end) > file_end) {
        MapRequest r = {
            .addr = file_end,
            .len = page_up(end) - file_end,
            .fd = -1,
            .prot = segment_prot(p),
            .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
        };

        ret = mm_map(mm, &r);
    }
    return ret;
}

static bool is_load(const Elf64_Phdr *p)
{
    return p->p_type == PT_LOAD && p->p_memsz > 0;
}

static int compare_start(const void *a, const void *b)
{
    uint64_t x = ((const Mapping *)a)->start, y = ((const Mapping *)b)->start;

    return x < y ? -1 : x > y;
}

/* Gives back the pages of the span that no segment covers. */
static int64_t unmap_gaps(Mm *mm, const ElfImage *img)
{
    Mapping *used = calloc(img->header.e_phnum, sizeof(*used));
    uint64_t at = img->low;
    int64_t ret = 0;
    size_t n = 0;

    if (!used) {
        return -ENOMEM;
    }
    for (int i = 0; i < img->header.e_phnum; i++) {
        const Elf64_Phdr *p = &img->ph[i];

        if (is_load(p)) {
            used[n].start = page_down(p->p_vaddr);
            used[n++].end = page_up(p->p_vaddr + p->p_memsz);
        }
    }
    qsort(used, n, sizeof(*used), compare_start);
    for (size_t i = 0; i < n && ret >= 0; i++) {
        if (used[i].start > at) {
            ret = mm_unmap(mm, at + img->bias, used[i].start - at);
        }
        at = used[i].end > at ? used[i].end : at;
    }
    free(used);
    check(ret < 0 || at == img->high, "segments to %#lx, a span to %#lx",
          (long)at, (long)img->high);
    return ret;
}

int elf_map(Mm *mm, int fd, ElfImage *img, uint64_t where)
{
    int64_t ret = reserve_span(mm, img, where);

    if (ret < 0) {
        return (int)ret;
    }
    check(!(img->align & (img->align - 1)) && img->low < img->high,
          "%#lx to %#lx, aligned by %#lx", (long)img->low, (long)img->high,
          (long)img->align);
    img->bias = (uint64_t)ret - img->low;
    check(!(img->bias & GUEST_PAGE_MASK), "bias %#lx", (long)img->bias);
    for (int i = 0; i < img->header.e_phnum && ret >= 0; i++) {
        if (is_load(&img->ph[i])) {
            ret = map_segment(mm, fd, &img->ph[i], img->bias);
        }
    }
    if (ret >= 0) {
        ret = unmap_gaps(mm, img);
    }
    return ret < 0 ? (int)ret : 0;
}

uint64_t elf_entry(const ElfImage *img)
{
    return img->header.e_entry + img->bias;
}

uint64_t elf_phdr_address(const ElfImage *img)
{
    uint64_t offset = img->header.e_phoff;

    for (int i = 0; i < img->header.e_phnum; i++) {
        const Elf64_Phdr *p = &img->ph[i];

        if (is_load(p) && offset >= p->p_offset &&
            offset - p->p_offset < p->p_filesz) {
            return p->p_vaddr + (offset - p->p_offset) + img->bias;
        }
    }
    return 0;
}

uint64_t elf_brk(const ElfImage *img)
{
    return img->high + img->bias;
}

ElfAreas elf_areas(const ElfImage *img)
{
    ElfAreas a = img->areas;

    a.start_code += img->bias;
    a.end_code += img->bias;
    a.start_data += img->bias;
    a.end_data += img->bias;
    return a;
}
