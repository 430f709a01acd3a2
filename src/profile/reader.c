#include "profile/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* NULL, or why not. */
static const char *map_file(ProfileReader *r, int fd)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0) {
        return strerror(errno);
    }
    if (!S_ISREG(st.st_mode)) {
        return "not a regular file";
    }
    if (!st.st_size) {
        return "empty";
    }
    r->size = (size_t)st.st_size;
    void *p = mmap(NULL, r->size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED) {
        return strerror(errno);
    }
    r->data = p;
    return NULL;
}

bool profile_open(ProfileReader *r, const char *path, char *msg, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *r = (ProfileReader){0};
    const char *why = map_file(r, fd);
    if (fd >= 0) {
        close(fd);
    }
    if (why) {
        snprintf(msg, size, "%s: %s", path, why);
        return false;
    }
    const ProfileStart *s = (const ProfileStart *)r->data;
    if (r->size < sizeof(*s) || s->magic != PROFILE_MAGIC ||
        s->version != PROFILE_VERSION) {
        snprintf(msg, size, "%s: not a profile, or of another version", path);
        profile_close(r);
        return false;
    }
    return true;
}

void profile_close(ProfileReader *r)
{
    munmap((void *)(uintptr_t)r->data, r->size);
}

/* As far as the record's own bytes, which are there, tell. */
static size_t least_bytes(const ProfileHead *h)
{
    const ProfileSample *s = (const ProfileSample *)h;
    switch (h->kind) {
    case PROFILE_START: return sizeof(ProfileStart) + 1;
    case PROFILE_MAPS: return sizeof(ProfileMaps) + 1;
    case PROFILE_SAMPLE:
        return sizeof(*s) + (h->bytes < sizeof(*s) ? 0 : (size_t)s->nb_regs) *
                                sizeof(s->regs[0]);
    default: return sizeof(ProfileHead);
    }
}

const ProfileHead *profile_next(ProfileReader *r)
{
    const ProfileHead *h = (const ProfileHead *)(r->data + r->at);
    size_t left = r->size - r->at;
    if (left < sizeof(*h) || h->bytes > left || h->bytes % 8 ||
        h->bytes < least_bytes(h) ||
        (h->kind <= PROFILE_MAPS && r->data[r->at + h->bytes - 1])) {
        return NULL;
    }
    r->at += h->bytes;
    return h;
}
