/* Images: finding in them, and whether they are sound. */
#include "image/image.h"

#include <elf.h>
#include <link.h>
#include <string.h>
#include "util/hash.h"

FileId file_id(const struct stat *st)
{
    const int64_t second = 1000000000;

    return (FileId){
        st->st_dev,
        st->st_ino,
        (uint64_t)st->st_size,
        st->st_mtim.tv_sec * second + st->st_mtim.tv_nsec,
        st->st_ctim.tv_sec * second + st->st_ctim.tv_nsec,
    };
}

bool file_id_equal(const FileId *a, const FileId *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

/* --- the build --- */

/* The GNU build id among the notes, or NULL. */
static const uint8_t *find_build_id(const uint8_t *notes, size_t bytes,
                                    uint32_t *n)
{
    for (size_t at = 0; at + sizeof(ElfW(Nhdr)) <= bytes;) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(notes + at);
        const uint8_t *name = (const uint8_t *)(note + 1);
        const uint8_t *desc = name + ((note->n_namesz + 3) & ~3u);

        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
            !memcmp(name, "GNU", 4)) {
            *n = note->n_descsz;
            return desc;
        }
        at = (size_t)(desc - notes) + ((note->n_descsz + 3) & ~3u);
    }
    return NULL;
}

extern const ElfW(Ehdr) __ehdr_start; /* the linker's */

static const uint8_t *own_build_id(uint32_t *n)
{
    const uint8_t *start = (const uint8_t *)&__ehdr_start;
    const ElfW(Phdr) *ph = (const ElfW(Phdr) *)(start + __ehdr_start.e_phoff);
    const uint8_t *id = NULL;

    for (size_t i = 0; i < __ehdr_start.e_phnum && !id; i++) {
        if (ph[i].p_type == PT_NOTE) {
            id = find_build_id(start + ph[i].p_offset, ph[i].p_filesz, n);
        }
    }
    return id;
}

/* All 0 if it cannot be told. */
void image_build_id(uint64_t id[4])
{
    uint32_t n = 0;
    const uint8_t *own = own_build_id(&n);
    struct stat st;

    memset(id, 0, 4 * sizeof(*id));
    if (own) {
        memcpy(id, own, n < 4 * sizeof(*id) ? n : 4 * sizeof(*id));
    } else if (stat("/proc/self/exe", &st) == 0) {
        FileId file = file_id(&st);

        memcpy(id, &file, 4 * sizeof(*id));
    }
}

/* --- finding --- */

const ImageRecord *image_find(const ImageHeader *h, uint64_t pc, uint32_t flags,
                              bool plain)
{
    const uint32_t *bucket =
        (const uint32_t *)((const uint8_t *)h + h->buckets);
    const ImageRecord *records = image_records(h);
    uint32_t i = bucket[image_bucket(h->nb_buckets, pc)];

    for (uint32_t n = 0; i && n < h->nb_records; n++) {
        const ImageRecord *r = &records[i - 1];

        if (r->pc == pc && r->flags == flags && !(plain && r->is_region)) {
            return r;
        }
        i = r->next;
    }
    return NULL;
}

const ImageRecord *image_find_code(const ImageHeader *h, uint32_t offset)
{
    const ImageRecord *records = image_records(h);
    uint32_t lo = 0, hi = h->nb_records;

    while (lo < hi) { /* the first record behind offset */
        uint32_t mid = lo + (hi - lo) / 2;

        if (records[mid].code <= offset) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    if (!lo || offset - records[lo - 1].code >= records[lo - 1].code_size) {
        return NULL;
    }
    return &records[lo - 1];
}

/* --- soundness --- */

static bool holds(const ImageHeader *h, uint32_t at, uint64_t n, size_t size)
{
    return at % 4 == 0 && at <= h->bytes && n * size <= h->bytes - at;
}

static bool in_arrays(const ImageHeader *h, const ImageRecord *r)
{
    return (uint64_t)r->first_slot + r->nb_slots <= h->nb_slots &&
           (uint64_t)r->first_row + r->nb_rows <= h->nb_rows &&
           (!r->has_sides ||
            (uint64_t)r->first_side + r->nb_rows <= h->nb_sides) &&
           (uint64_t)r->first_outer + r->nb_outer <= h->nb_outer &&
           r->next <= h->nb_records;
}

/* A rel32 in the block's code. */
static bool is_site(const ImageRecord *r, uint32_t site)
{
    return site < r->code_size && r->code_size - site >= sizeof(uint32_t);
}

static bool slots_sound(const ImageHeader *h, const ImageRecord *r)
{
    const ExitSlot *slots = image_slots(h, r);

    for (unsigned i = 0; i < r->nb_slots; i++) {
        const ExitSlot *s = &slots[i];

        if (s->site && (!is_site(r, s->site) || s->stub >= r->code_size ||
                        s->inner >= r->code_size || s->count >= r->code_size ||
                        (s->count && !is_site(r, s->count_site)))) {
            return false;
        }
    }
    return true;
}

static bool outer_sound(const ImageHeader *h, const ImageRecord *r)
{
    const uint32_t *outer = image_outer(h, r);

    for (unsigned i = 0; i < r->nb_outer; i++) {
        if (!is_site(r, outer[i])) {
            return false;
        }
    }
    return true;
}

static bool record_sound(const ImageHeader *h, const ImageRecord *r,
                         uint64_t last_code)
{
    uint64_t number;

    if (r->code < last_code + sizeof(number) || r->code > h->bytes ||
        r->code_size > h->bytes - r->code || r->leave >= r->code_size ||
        r->before >= r->nb_bytes || !in_arrays(h, r)) {
        return false;
    }
    memcpy(&number, (const uint8_t *)h + r->code - sizeof(number),
           sizeof(number));
    return number == (uint64_t)(r - image_records(h)) && slots_sound(h, r) &&
           outer_sound(h, r);
}

static bool buckets_sound(const ImageHeader *h)
{
    const uint32_t *bucket =
        (const uint32_t *)((const uint8_t *)h + h->buckets);

    for (uint32_t i = 0; i < h->nb_buckets; i++) {
        if (bucket[i] > h->nb_records) {
            return false;
        }
    }
    return true;
}

static bool header_sound(const ImageHeader *h, size_t bytes)
{
    return bytes >= sizeof(*h) && h->bytes == bytes && h->nb_buckets &&
           !(h->nb_buckets & (h->nb_buckets - 1)) && h->records % 8 == 0 &&
           h->slots % 8 == 0 &&
           holds(h, h->records, h->nb_records, sizeof(ImageRecord)) &&
           holds(h, h->slots, h->nb_slots, sizeof(ExitSlot)) &&
           holds(h, h->rows, h->nb_rows, sizeof(uint32_t)) &&
           holds(h, h->sides, h->nb_sides, sizeof(uint32_t)) &&
           holds(h, h->outer, h->nb_outer, sizeof(uint32_t)) &&
           holds(h, h->buckets, h->nb_buckets, sizeof(uint32_t)) &&
           h->code <= bytes;
}

static bool sum_right(const ImageHeader *h)
{
    size_t from = offsetof(ImageHeader, check) + sizeof(h->check);

    return hash_bytes((const uint8_t *)h + from, h->bytes - from) == h->check;
}

bool image_is_sound(const ImageHeader *h, size_t bytes)
{
    uint64_t code = 0;

    if (!header_sound(h, bytes) || !sum_right(h) || !buckets_sound(h)) {
        return false;
    }
    code = h->code;
    for (uint32_t i = 0; i < h->nb_records; i++) {
        const ImageRecord *r = &image_records(h)[i];

        if (!record_sound(h, r, code)) {
            return false;
        }
        code = r->code + r->code_size;
    }
    return true;
}
