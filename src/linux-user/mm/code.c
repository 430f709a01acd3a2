/*
 * Which changes of code exec is told of, and how (exec.h's CodePages).
 *
 * - Private memory of no file is changed by the guest's own stores and system
 *   calls.  A page of it that the guest may write is *watched*: the host's
 *   protection is without PROT_WRITE, so that a store faults; the page is
 *   given back, becomes suspect, and the store is made again.  System calls
 *   that may write to watched pages give them back beforehand.
 * - A private mapping of a file shows what is written to the file, but where
 *   the page has been written here.  The file's change time tells of it.
 * - All else, shared memory above all, changes untold.  So does, once there
 *   is a ring of io_uring, all that a request may write to: no page that the
 *   guest may write is watched then, and of others only those of files, which
 *   are program text.  Where memory has been given to a ring for good, it may
 *   be written whatever has become of its mapping: nothing is told.
 *
 * What is sealed keeps the host's protection for ever: mm_seal() gives watched
 * pages back, and none is watched later since the host refuses.
 *
 * The map has the guest's protection, whatever is watched.
 */
#include "linux-user/mm/internal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>
#include "host/calls.h"
#include "host/usercopy.h"

/* --- files --- */

/*
 * File systems whose change times do not tell: those in memory (stores
 * through shared mappings do not count there), and those of other machines.
 */
static const uint32_t untold_fs[] = {
    0x01021994 /* tmpfs, memfd */,
    0x858458f6 /* ramfs */,
    0x958458f6 /* hugetlbfs */,
    0x65735546 /* FUSE */,
    0x6969 /* NFS */,
    0x01021997 /* 9p */,
    0xff534d42 /* CIFS */,
    0xfe534d42 /* SMB */,
    0x4d44 /* FAT */,
};

static bool fs_tells(int fd)
{
    struct statfs fs;

    if (fstatfs(fd, &fs) < 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(untold_fs) / sizeof(untold_fs[0]); i++) {
        if ((uint32_t)fs.f_type == untold_fs[i]) {
            return false;
        }
    }
    return true;
}

/* A write from now on will have a later time, whatever the clock's steps. */
static bool time_has_passed(const struct timespec *change)
{
    struct timespec now;
    int64_t ns, coarse = change->tv_nsec ? 50000000 : 2000000000;

    clock_gettime(CLOCK_REALTIME, &now);
    ns = (now.tv_sec - change->tv_sec) * (int64_t)1000000000 +
         (now.tv_nsec - change->tv_nsec);
    return ns > coarse;
}

static bool same_file(const CodeFile *f, const struct stat *st)
{
    return f->id.dev == st->st_dev && f->id.ino == st->st_ino;
}

static bool same_time(const CodeFile *f, const struct stat *st)
{
    return f->id.ctime == file_id(st).ctime;
}

static char *path_of(int fd)
{
    char link[32], path[4096];
    ssize_t n;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof(path) - 1);
    if (n <= 0) {
        return NULL;
    }
    path[n] = '\0';
    return strdup(path);
}

static uint32_t add_file(Mm *mm, int fd, const struct stat *st, uint64_t bias)
{
    CodeFile *f = &mm->code_file[mm->nb_code_files];

    check(mm->nb_code_files < MAX_CODE_FILES, "%u files", mm->nb_code_files);
    *f = (CodeFile){
        .id = file_id(st),
        .bias = bias,
        .path = path_of(fd),
    };
    return f->path ? BACKING_FILE + mm->nb_code_files++ : BACKING_UNTOLD;
}

static uint32_t backing_of_file(Mm *mm, int fd, uint64_t bias)
{
    struct stat st;

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    if (mm->has_view || fstat(fd, &st) < 0 || !fs_tells(fd) ||
        !time_has_passed(&st.st_ctim)) {
        return BACKING_UNTOLD;
    }
    for (uint32_t i = 0; i < mm->nb_code_files; i++) {
        const CodeFile *f = &mm->code_file[i];

        if (same_file(f, &st) && same_time(f, &st) && f->bias == bias) {
            return f->changed ? BACKING_UNTOLD : BACKING_FILE + i;
        }
    }
    return mm->nb_code_files < MAX_CODE_FILES ? add_file(mm, fd, &st, bias)
                                              : BACKING_UNTOLD;
}

static void file_changed(Mm *mm, uint32_t file)
{
    check(file < mm->nb_code_files, "file %u of %u", file, mm->nb_code_files);
    mm->code_file[file].changed = true;
    for (size_t i = 0; i < mm->map.n; i++) {
        const Mapping *m = &mm->map.at[i];

        if (mm->code_suspect && m->backing == BACKING_FILE + file) {
            mm->code_suspect(m->start, m->end - m->start);
        }
    }
}

/*
 * A shared view, through which the file can be written without a word: of a
 * page that is dirty already not even the time changes.
 */
static void view_of_file(Mm *mm, int fd)
{
    int flags = fcntl(fd, F_GETFL);
    struct stat st;

    if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
        return;
    }
    mm->has_view = true;
    if (fstat(fd, &st) < 0) {
        return;
    }
    for (uint32_t i = 0; i < mm->nb_code_files; i++) {
        if (same_file(&mm->code_file[i], &st)) {
            file_changed(mm, i);
        }
    }
}

/* Data files are not looked at: should they be executed, they are untold. */
uint32_t mm_backing(Mm *mm, const MapRequest *r, uint64_t addr)
{
    bool shared = (r->flags & MAP_TYPE) != MAP_PRIVATE;
    uint32_t backing;

    if (r->flags & MAP_ANONYMOUS) {
        return shared ? BACKING_UNTOLD : BACKING_PRIVATE;
    }
    if (shared) {
        view_of_file(mm, r->fd);
    }
    if (r->noexec) {
        return BACKING_NOEXEC;
    }
    if (shared || !(r->prot & PROT_EXEC)) {
        return BACKING_UNTOLD;
    }
    backing = backing_of_file(mm, r->fd, addr - r->offset);
    if (backing >= BACKING_FILE && (r->prot & PROT_WRITE)) {
        mm->code_file[backing - BACKING_FILE].written = true;
    }
    return backing;
}

/* --- where code comes from --- */

static bool behind_us(const Mm *mm, const Mapping *m)
{
    return mm->behind == BEHIND_PINNED ||
           (mm->behind == BEHIND_REQUESTS &&
            ((m->prot & PROT_WRITE) || m->backing < BACKING_FILE));
}

void mm_code_written(Mm *mm, uint64_t start, uint64_t end)
{
    for (size_t i = map_lower(&mm->map, start);
         i < mm->map.n && mm->map.at[i].start < end; i++) {
        uint32_t backing = mm->map.at[i].backing;

        if (backing >= BACKING_FILE) {
            mm->code_file[backing - BACKING_FILE].written = true;
        }
    }
}

void mm_code_poked(Mm *mm)
{
    pthread_mutex_lock(&mm->lock);
    mm->poked = true;
    pthread_mutex_unlock(&mm->lock);
}

bool mm_code_origin(void *opaque, uint64_t addr, CodeOrigin *origin)
{
    Mm *mm = opaque;
    const Mapping *m;
    bool found;

    pthread_mutex_lock(&mm->lock);
    m = map_find(&mm->map, addr);
    found = m && (m->prot & PROT_EXEC) && !(m->prot & PROT_WRITE) &&
            m->backing >= BACKING_FILE && !mm->poked && !behind_us(mm, m);
    if (found) {
        const CodeFile *f = &mm->code_file[m->backing - BACKING_FILE];

        *origin = (CodeOrigin){m->start, m->end, f->bias, f->id, f->path};
        found = !f->changed && !f->written;
    }
    pthread_mutex_unlock(&mm->lock);
    return found;
}

/* Another file by this name, or none: it is not known any more. */
void mm_code_fence(void *opaque)
{
    Mm *mm = opaque;

    pthread_mutex_lock(&mm->lock);
    for (uint32_t i = 0; i < mm->nb_code_files; i++) {
        const CodeFile *f = &mm->code_file[i];
        struct stat st;

        if (!f->changed && (stat(f->path, &st) < 0 || !same_file(f, &st) ||
                            !same_time(f, &st))) {
            file_changed(mm, i);
        }
    }
    pthread_mutex_unlock(&mm->lock);
}

/* --- watched pages --- */

/* The first watched page from addr on. */
static uint32_t lower(const Mm *mm, uint64_t addr)
{
    uint32_t lo = 0, hi = mm->nb_watched;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;

        if (mm->watched[mid] < addr) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo;
}

static bool is_watched(const Mm *mm, uint64_t page)
{
    uint32_t i = lower(mm, page);

    return i < mm->nb_watched && mm->watched[i] == page;
}

/* What mm_may_be_watched() compares; who reads it without the lock may be
   late, and is as one who came before. */
static void set_bounds(Mm *mm, uint64_t start)
{
    uint32_t n = mm->nb_watched;
    uint64_t low = mm->watch_start < start ? mm->watch_start : start;

    __atomic_store_n(&mm->watch_start, n ? low : UINT64_MAX, __ATOMIC_RELAXED);
    __atomic_store_n(&mm->watch_end, n ? mm->watched[n - 1] + GUEST_PAGE : 0,
                     __ATOMIC_RELAXED);
}

void mm_forget_watched(Mm *mm, uint64_t start, uint64_t end)
{
    uint32_t i = lower(mm, start), j = lower(mm, end);

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    check(j <= mm->nb_watched && mm->nb_watched <= MAX_WATCHED,
          "%u of %u watched pages", j, mm->nb_watched);
    if (i < j) {
        memmove(mm->watched + i, mm->watched + j,
                (mm->nb_watched - j) * sizeof(*mm->watched));
        mm->nb_watched -= j - i;
        set_bounds(mm, UINT64_MAX);
    }
}

static bool watch(Mm *mm, const Mapping *m, uint64_t page)
{
    uint32_t i = lower(mm, page);

    if (!mm->watched) {
        mm->watched = calloc(MAX_WATCHED, sizeof(*mm->watched));
    }
    if (!mm->watched || mm->nb_watched == MAX_WATCHED ||
        mprotect(g2h(mm, page), GUEST_PAGE,
                 host_prot(mm, (int)m->prot) & ~PROT_WRITE) < 0) {
        return false;
    }
    memmove(mm->watched + i + 1, mm->watched + i,
            (mm->nb_watched - i) * sizeof(*mm->watched));
    mm->watched[i] = page;
    mm->nb_watched++;
    check(i == 0 || mm->watched[i - 1] < page, "%#lx is watched behind %#lx",
          (long)page, (long)mm->watched[i - 1]);
    check(i + 1 == mm->nb_watched || page < mm->watched[i + 1],
          "%#lx is watched before %#lx", (long)page, (long)mm->watched[i + 1]);
    set_bounds(mm, m->start);
    return true;
}

static bool watch_locked(Mm *mm, uint64_t page)
{
    const Mapping *m = map_find(&mm->map, page);

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    check(page_aligned(page), "a page of code at %#lx", (long)page);
    if (!m || behind_us(mm, m) || m->backing == BACKING_UNTOLD ||
        (m->backing >= BACKING_FILE &&
         mm->code_file[m->backing - BACKING_FILE].changed)) {
        return false;
    }
    return !(m->prot & PROT_WRITE) || is_watched(mm, page) ||
           watch(mm, m, page);
}

bool mm_watch_code(void *opaque, uint64_t page)
{
    Mm *mm = opaque;
    bool ret;

    pthread_mutex_lock(&mm->lock);
    ret = watch_locked(mm, page);
    pthread_mutex_unlock(&mm->lock);
    return ret;
}

static void give_back(Mm *mm, uint64_t start, uint64_t end, int prot)
{
    if (mprotect(g2h(mm, start), end - start, prot) == 0) {
        mm_forget_watched(mm, start, end);
        mm->code_suspect(start, end - start);
    }
}

/* Where the host has no room for another mapping, all of this one is. */
bool mm_unwatch_locked(Mm *mm, uint64_t start, uint64_t end)
{
    uint32_t i = lower(mm, start);
    bool any = false;

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    while (i < mm->nb_watched && mm->watched[i] < end) {
        uint64_t page = mm->watched[i];
        const Mapping *m = map_find(&mm->map, page);
        int prot;

        check(m && m->kind != MAPPING_HOST, "%#lx is watched, not the guest's",
              (long)page);
        prot = host_prot(mm, (int)m->prot);
        give_back(mm, page, page + GUEST_PAGE, prot);
        if (is_watched(mm, page)) {
            give_back(mm, m->start, m->end, prot);
        }
        any = true;
        i = lower(mm, is_watched(mm, page) ? page + 1 : page);
    }
    return any;
}

/* What was told of until now is suspect, and not watched again. */
void mm_written_behind(Mm *mm, MmBehind how)
{
    if (mm->behind >= how) {
        return;
    }
    pthread_mutex_lock(&mm->lock);
    if (mm->behind < how) {
        mm->behind = how;
        check(how != BEHIND_NOTHING, "written by %d", (int)how);
        mm_unwatch_locked(mm, 0, mm->space.end);
        for (size_t i = 0; i < mm->map.n && mm->code_suspect; i++) {
            const Mapping *m = &mm->map.at[i];

            if ((m->prot & PROT_EXEC) && behind_us(mm, m)) {
                mm->code_suspect(m->start, m->end - m->start);
            }
        }
    }
    pthread_mutex_unlock(&mm->lock);
}

bool mm_unwatch(Mm *mm, uint64_t addr, uint64_t len)
{
    uint64_t end = addr + len;
    bool any = false;

    if (len && mm_range_ok(mm, addr, len)) {
        pthread_mutex_lock(&mm->lock);
        any = mm_unwatch_locked(mm, page_down(addr), end);
        pthread_mutex_unlock(&mm->lock);
    }
    return any;
}

int64_t mm_seal(Mm *mm, uint64_t addr, uint64_t len, uint64_t flags)
{
    int64_t ret;

    pthread_mutex_lock(&mm->lock);
    if (len && mm_range_ok(mm, addr, len)) {
        mm_unwatch_locked(mm, page_down(addr), addr + len);
    }
    ret = raw_syscall(SYS_mseal, (long)g2h(mm, addr), (long)len, (long)flags, 0,
                      0, 0);
    pthread_mutex_unlock(&mm->lock);
    return ret;
}

void mm_unwatch_from(Mm *mm, uint64_t addr)
{
    const Mapping *m;

    pthread_mutex_lock(&mm->lock);
    m = map_find(&mm->map, addr);
    if (m) {
        mm_unwatch_locked(mm, page_down(addr), m->end);
    }
    pthread_mutex_unlock(&mm->lock);
}

/* Another thread may have given the page back before: see whether it is so. */
bool mm_unwatch_stored(Mm *mm, uint64_t addr)
{
    uint64_t page = page_down(addr);
    const Mapping *m;
    bool ret = false;

    pthread_mutex_lock(&mm->lock);
    m = map_find(&mm->map, addr);
    if (m && m->kind != MAPPING_HOST && (m->prot & PROT_WRITE)) {
        ret = mm_unwatch_locked(mm, page, page + GUEST_PAGE) ||
              user_cas(g2h(mm, addr & ~3ull), 0, 0) >= 0;
    }
    pthread_mutex_unlock(&mm->lock);
    return ret;
}
