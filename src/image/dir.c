/*
 * The directory of images: whom it belongs to, finding and replacing images,
 * what has been found good, and keeping it small.
 *
 * NAME.img is an image, NAME.ok a link that says of which file NAME.img is
 * known to be good, NAME.new one that is being written.  The latter is made by
 * who writes, and by nobody else while it is there; if it is old, who made it
 * has died.
 */
#include "image/image.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "util/hash.h"

enum {
    WRITER_SECONDS = 60, /* nobody writes for so long */
    CLEAN_EVERY = 64,    /* images written, on the average */
};

static const int64_t second = 1000000000;

struct ImageDir {
    char path[PATH_MAX];
};

typedef char Path[PATH_MAX];

static bool path_in(const ImageDir *dir, const char *name, Path path)
{
    int n = snprintf(path, sizeof(Path), "%s/%s", dir->path, name);

    return n > 0 && (size_t)n < sizeof(Path);
}

/* Only its owner can change it, and that is this user or root. */
static bool is_safe(const struct stat *st)
{
    return (st->st_uid == geteuid() || st->st_uid == 0) &&
           !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/*
 * For this user alone, with the folder it is in; not more: a home that is not
 * there is to stay so.
 */
static void make_dirs(const char *path)
{
    const char *last = strrchr(path, '/');
    Path parent;

    snprintf(parent, sizeof(parent), "%.*s", (int)(last - path), path);
    if (*parent) {
        mkdir(parent, 0700);
    }
    mkdir(path, 0700);
}

ImageDir *image_dir_open(const char *path)
{
    struct stat st;
    ImageDir *dir;

    if (*path != '/' || strlen(path) > PATH_MAX - IMAGE_NAME_BYTES - 1 ||
        getauxval(AT_SECURE)) {
        return NULL;
    }
    if (stat(path, &st) < 0) {
        make_dirs(path);
        if (stat(path, &st) < 0) {
            return NULL;
        }
    }
    if (!S_ISDIR(st.st_mode) || !is_safe(&st)) {
        return NULL;
    }
    dir = malloc(sizeof(*dir));
    if (dir) {
        strcpy(dir->path, path);
    }
    return dir;
}

void image_dir_close(ImageDir *dir)
{
    free(dir);
}

static void name_of(const ImageKey *key, const char *suffix,
                    char name[IMAGE_NAME_BYTES])
{
    uint64_t word[2] = {hash_bytes(key, sizeof(*key)), 0};

    word[1] = hash_bytes((const char *)key + sizeof(key->magic),
                         sizeof(*key) - sizeof(key->magic));
    snprintf(name, IMAGE_NAME_BYTES, "%016" PRIx64 "%016" PRIx64 "%s", word[0],
             word[1], suffix);
}

static int64_t now_of(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return ts.tv_sec * second + ts.tv_nsec;
}

/* --- what is known to be good --- */

enum { STAMP_BYTES = 128 };

/* What NAME.ok says but for when: of which file. */
static int stamp_of(const FileId *id, char stamp[STAMP_BYTES])
{
    return snprintf(
        stamp, STAMP_BYTES,
        "%" PRIx64 "-%" PRIx64 "-%" PRIx64 "-%" PRIx64 "-%" PRIx64 "-", id->dev,
        id->ino, id->size, (uint64_t)id->mtime, (uint64_t)id->ctime);
}

static bool ok_path(const ImageDir *dir, const char *name, Path path)
{
    char ok[IMAGE_NAME_BYTES];

    snprintf(ok, sizeof(ok), "%.32s.ok", name);
    return path_in(dir, ok, path);
}

/*
 * Since the machine was started: what was written before may never have come
 * to the disk.
 */
static bool is_verified(const ImageDir *dir, const char *name, const FileId *id)
{
    int64_t start = now_of(CLOCK_REALTIME) - now_of(CLOCK_BOOTTIME);
    char stamp[STAMP_BYTES], found[STAMP_BYTES];
    int n = stamp_of(id, stamp);
    Path path;
    ssize_t len = ok_path(dir, name, path)
                      ? readlink(path, found, sizeof(found) - 1)
                      : -1;

    if (len <= n || memcmp(stamp, found, (size_t)n)) {
        return false;
    }
    found[len] = '\0';
    return strtoll(found + n, NULL, 16) >= start;
}

void image_set_verified(const ImageDir *dir, const ImageFile *file)
{
    char stamp[STAMP_BYTES];
    int n = stamp_of(&file->id, stamp);
    Path path;

    if (ok_path(dir, file->name, path)) {
        snprintf(stamp + n, sizeof(stamp) - (size_t)n, "%" PRIx64,
                 (uint64_t)now_of(CLOCK_REALTIME));
        unlink(path);
        if (symlink(stamp, path) < 0) {
            unlink(path); /* another's: it is looked at again */
        }
    }
}

/* --- finding --- */

static bool is_image(const struct stat *st)
{
    return S_ISREG(st->st_mode) && is_safe(st) &&
           st->st_size >= (off_t)sizeof(ImageHeader) &&
           st->st_size <= IMAGE_MAX_BYTES;
}

bool image_open(const ImageDir *dir, const ImageKey *key, ImageFile *file)
{
    struct stat st;
    Path path;

    name_of(key, ".img", file->name);
    if (!path_in(dir, file->name, path)) {
        return false;
    }
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file->fd < 0) {
        return false;
    }
    if (fstat(file->fd, &st) < 0 || !is_image(&st)) {
        close(file->fd);
        return false;
    }
    file->bytes = (uint32_t)st.st_size;
    file->id = file_id(&st);
    file->verified = is_verified(dir, file->name, &file->id);
    return true;
}

/* --- replacing --- */

/* Who made it has died. */
static bool is_left_over(const struct stat *st)
{
    int64_t age = now_of(CLOCK_REALTIME) / second - st->st_mtim.tv_sec;

    return age < 0 || age > WRITER_SECONDS;
}

bool image_is_being_written(const ImageDir *dir, const ImageKey *key)
{
    char name[IMAGE_NAME_BYTES];
    struct stat st;
    Path path;

    name_of(key, ".new", name);
    return path_in(dir, name, path) && lstat(path, &st) == 0 &&
           !is_left_over(&st);
}

/* Made by who may write now; -1: another one does, or it cannot be made. */
static int open_new(const char *path)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(path, flags, 0600);
    struct stat st;

    if (fd < 0 && errno == EEXIST && lstat(path, &st) == 0) {
        if (is_left_over(&st)) {
            unlink(path);
            fd = open(path, flags, 0600);
        }
    }
    return fd;
}

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n) {
        ssize_t done = write(fd, bytes, n);

        if (done <= 0 && !(done < 0 && errno == EINTR)) {
            return false;
        }
        bytes += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

/* A limit would send the guest a signal. */
static bool may_write(size_t n)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur > n);
}

static bool write_new(const char *path, const void *bytes, size_t n)
{
    int fd = open_new(path);
    bool done;

    if (fd < 0) {
        return false;
    }
    done = write_all(fd, bytes, n);
    done = close(fd) == 0 && done;
    if (!done) {
        unlink(path);
    }
    return done;
}

/* --- keeping it small --- */

typedef struct Entry {
    char name[IMAGE_NAME_BYTES];
    int64_t used;
    uint64_t bytes;
} Entry;

static int by_use(const void *a, const void *b)
{
    const Entry *x = a, *y = b;

    return (x->used > y->used) - (x->used < y->used);
}

static bool add_entry(Entry **list, size_t *n, const Entry *e)
{
    if (!(*n & (*n - 1))) {
        Entry *more = realloc(*list, (*n ? *n * 2 : 1) * sizeof(*more));

        if (!more) {
            return false;
        }
        *list = more;
    }
    (*list)[(*n)++] = *e;
    return true;
}

/* Images of the directory; their bytes in all. */
static uint64_t list_images(const ImageDir *dir, Entry **list, size_t *n)
{
    DIR *d = opendir(dir->path);
    const struct dirent *de;
    uint64_t sum = 0;

    while (d && (de = readdir(d))) {
        const char *dot = strrchr(de->d_name, '.');
        struct stat st;
        Entry e;
        Path path;

        if (!dot || strcmp(dot, ".img") || strlen(de->d_name) != 36 ||
            !path_in(dir, de->d_name, path) || lstat(path, &st) < 0) {
            continue;
        }
        memcpy(e.name, de->d_name, 37);
        e.used = st.st_atim.tv_sec > st.st_mtim.tv_sec ? st.st_atim.tv_sec
                                                       : st.st_mtim.tv_sec;
        e.bytes = (uint64_t)st.st_size;
        sum += e.bytes;
        if (!add_entry(list, n, &e)) {
            break;
        }
    }
    if (d) {
        closedir(d);
    }
    return sum;
}

static void remove_image(const ImageDir *dir, const char *name)
{
    Path path;

    if (path_in(dir, name, path)) {
        unlink(path);
    }
    if (ok_path(dir, name, path)) {
        unlink(path);
    }
}

/* The longest unused go, until three quarters of the room are left. */
static void clean(const ImageDir *dir)
{
    Entry *list = NULL;
    size_t n = 0;
    uint64_t sum = list_images(dir, &list, &n);

    if (sum > IMAGE_DIR_BYTES) {
        qsort(list, n, sizeof(*list), by_use);
        for (size_t i = 0; i < n && sum > IMAGE_DIR_BYTES / 4 * 3; i++) {
            remove_image(dir, list[i].name);
            sum -= list[i].bytes;
        }
    }
    free(list);
}

static void note_written(const ImageDir *dir, const ImageKey *key)
{
    ImageFile file;

    if (image_open(dir, key, &file)) {
        close(file.fd);
        image_set_verified(dir, &file);
    }
}

bool image_replace(const ImageDir *dir, const ImageKey *key, const void *bytes,
                   size_t n)
{
    char new_name[IMAGE_NAME_BYTES], name[IMAGE_NAME_BYTES];
    Path new_path, path;

    name_of(key, ".new", new_name);
    name_of(key, ".img", name);
    if (n > IMAGE_MAX_BYTES || !may_write(n) ||
        !path_in(dir, new_name, new_path) || !path_in(dir, name, path) ||
        !write_new(new_path, bytes, n)) {
        return false;
    }
    if (rename(new_path, path) < 0) {
        unlink(new_path);
        return false;
    }
    note_written(dir, key);
    if (now_of(CLOCK_MONOTONIC) / 1024 % CLEAN_EVERY == 0) {
        clean(dir);
    }
    return true;
}
