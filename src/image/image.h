/*
 * Images: translated code of one file of the guest's, kept on disk.
 *
 * An image is a file that is mapped whole, behind a copy of the runtime's
 * pages, and run where it lies: its code calls the runtime at a distance that
 * does not depend on where both are.  Blocks in it that lead to each other are
 * linked when it is written.  It is never changed, but replaced.
 *
 *   header, records, slots, rows, sides, outer, buckets | code
 *
 * Nothing in it is trusted: an image that is not this user's (or root's), that
 * others can write, that was made by another build, for another host, other
 * settings or another file, or whose bytes are not those that were written, is
 * as good as none.  The bytes are looked at once: a link NAME.ok beside the
 * image then says which file, of which change time, has been found good since
 * this boot.
 */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include "backend/backend.h"

enum {
    IMAGE_PAGE = 4096,
    IMAGE_MAX_BYTES = 128 << 20,
    IMAGE_DIR_BYTES = 1 << 30, /* more is cleaned away */
    IMAGE_NAME_BYTES = 48,     /* of a name in the directory */
};

/* Which file it is, in which state. */
typedef struct FileId {
    uint64_t dev, ino, size;
    int64_t mtime, ctime; /* ns */
} FileId;

FileId file_id(const struct stat *);
bool file_id_equal(const FileId *, const FileId *);

/* All that code depends on but the guest's bytes, which hang on the file. */
typedef struct ImageKey {
    char magic[8];
    uint64_t build[4]; /* image_build_id() */
    uint64_t config;   /* a hash of what else shapes code */
    FileId file;
    uint64_t bias; /* guest address minus offset in the file */
} ImageKey;

/* Identifies this build of the program, by its build id or its file. */
void image_build_id(uint64_t id[4]);

typedef struct ImageHeader {
    ImageKey key;
    uint64_t check;         /* hash_bytes() of all that follows this field */
    uint32_t bytes;         /* of the file */
    uint32_t runtime_pages; /* in front of it */
    uint32_t nb_records, nb_slots, nb_rows, nb_sides, nb_outer;
    uint32_t nb_buckets; /* a power of two */
    /* Where these begin in the file. */
    uint32_t records, slots, rows, sides, outer, buckets, code;
    uint32_t reserved;
} ImageHeader;

/* A block or region.  In front of its code stands its number, 8 bytes. */
typedef struct ImageRecord {
    uint64_t pc, hash; /* of the guest: TB.pc, TB.hash */
    uint32_t flags;
    uint32_t code, code_size; /* in the file; records ascend by it */
    uint32_t leave;
    uint32_t first_slot, first_row, first_side, first_outer;
    uint32_t next; /* in its bucket: number + 1, or 0 */
    uint16_t before, nb_bytes, nb_rows, nb_outer;
    uint8_t nb_slots;
    bool is_region, has_sides;
    uint8_t reserved;
} ImageRecord;

static inline const ImageRecord *image_records(const ImageHeader *h)
{
    return (const ImageRecord *)((const uint8_t *)h + h->records);
}

/* What has been hot does not count: its count is 0. */
static inline const ExitSlot *image_slots(const ImageHeader *h,
                                          const ImageRecord *r)
{
    return (const ExitSlot *)((const uint8_t *)h + h->slots) + r->first_slot;
}

static inline const uint32_t *image_rows(const ImageHeader *h,
                                         const ImageRecord *r)
{
    return (const uint32_t *)((const uint8_t *)h + h->rows) + r->first_row;
}

/* NULL: it has none. */
static inline const uint32_t *image_sides(const ImageHeader *h,
                                          const ImageRecord *r)
{
    return r->has_sides ? (const uint32_t *)((const uint8_t *)h + h->sides) +
                              r->first_side
                        : NULL;
}

static inline const uint32_t *image_outer(const ImageHeader *h,
                                          const ImageRecord *r)
{
    return (const uint32_t *)((const uint8_t *)h + h->outer) + r->first_outer;
}

static inline uint32_t image_bucket(uint32_t nb_buckets, uint64_t pc)
{
    return (uint32_t)((pc >> 1) * 0x9e3779b97f4a7c15ull >> 32) &
           (nb_buckets - 1);
}

/* The record of (pc, flags), a region if there is one unless `plain`. */
const ImageRecord *image_find(const ImageHeader *, uint64_t pc, uint32_t flags,
                              bool plain);
/* The record whose code has this byte of the file. */
const ImageRecord *image_find_code(const ImageHeader *, uint32_t offset);
/* Are all the numbers in it in range, and is it what was written? */
bool image_is_sound(const ImageHeader *, size_t bytes);

/* --- the directory (dir.c) --- */

/*
 * Made if need be, with the folder it is in; NULL unless it is a directory of
 * this user's alone, and what privileges the program has are the user's own.
 */
typedef struct ImageDir ImageDir;

ImageDir *image_dir_open(const char *path);
void image_dir_close(ImageDir *);

/* An image that may be mapped; fd is the caller's to close. */
typedef struct ImageFile {
    int fd;
    uint32_t bytes;
    bool verified; /* need not be looked at again */
    char name[IMAGE_NAME_BYTES];
    FileId id;
} ImageFile;

bool image_open(const ImageDir *, const ImageKey *, ImageFile *);
/* It has been looked at and found good. */
void image_set_verified(const ImageDir *, const ImageFile *);
/* By another process, now: what it takes need not be done. */
bool image_is_being_written(const ImageDir *, const ImageKey *);
/* Takes the place of the image of this key; false: as it was. */
bool image_replace(const ImageDir *, const ImageKey *, const void *bytes,
                   size_t n);

/* --- making one (build.c) --- */

typedef struct ImageBuild ImageBuild;

/* A block to be put in. */
typedef struct ImageBlock {
    const ImageRecord *record; /* but for its places in the image */
    const uint8_t *code;       /* bytes; they were made for an address that */
    uint64_t distance;         /* is so far behind the runtime's start */
    const ExitSlot *slots;
    const uint32_t *rows, *sides, *outer;
} ImageBlock;

/* What it has to know of the host. */
typedef struct ImageHost {
    /* Backend.patch, Backend.move */
    void (*patch)(uint8_t *rw, const uint8_t *rx, const void *target);
    void (*move)(uint8_t *code, const uint32_t *outer, uint32_t n, int64_t by);
    uint32_t runtime_bytes;
} ImageHost;

ImageBuild *image_build_new(const ImageHost *);
void image_build_free(ImageBuild *);
/* Is there a record of this pc, flags and kind? */
bool image_build_has(const ImageBuild *, uint64_t pc, uint32_t flags,
                     bool is_region);
/* False: it is not put in, being there already, or for want of room. */
bool image_build_add(ImageBuild *, const ImageBlock *);
/* All blocks of another image, with their order kept. */
void image_build_add_image(ImageBuild *, const ImageHeader *);
uint32_t image_build_count(const ImageBuild *);
/* Its bytes, *n of them, which the build owns; NULL: no memory. */
const void *image_build_finish(ImageBuild *, const ImageKey *, size_t *n);

#endif
