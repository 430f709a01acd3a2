/*
 * The guest's memory.
 *
 * A guest address g is host address g + base, always.  The guest's address
 * space is, with base 0, what the emulator, which
 * the host places at the top of its own space, leaves of what the guest's
 * processor has; with another base a stretch that is reserved (space.c).  So
 * a guest address that passes mm_range_ok() is never the emulator's memory.
 *
 * Pages that the guest may execute are readable, never executable, for the
 * host; that the guest may execute them stands in the map only.
 *
 * Every function that returns int64_t returns a guest address or 0, or
 * -errno as Linux gives it.  The lock protects map and brk; functions take it
 * themselves unless they say otherwise.
 */
#ifndef LINUX_USER_MM_H
#define LINUX_USER_MM_H

#include <pthread.h>
#include <sys/types.h>
#include <time.h>
#include "exec/exec.h"
#include "linux-user/mm/map.h"

/* No guest's addresses go beyond. */
#define SPACE_MAX (1ull << 47)
/* At most so much below the end is for the stack alone. */
#define STACK_GAP (1ull << 32)
/* -R: the least of address spaces. */
#define SPACE_MIN (16ull << 20)

enum {
    MMAP_MIN = 0x10000, /* no mapping is placed below by itself */
    OWN_PLACE_ALIGN = 0x10000,
};

_Static_assert(SPACE_MAX % GUEST_PAGE == 0, "a space of whole pages");
_Static_assert(STACK_GAP < SPACE_MAX, "there is room beside the stack");

enum { MM_LIMIT_AS, MM_LIMIT_DATA, MM_NB_LIMITS };

/* struct rlimit64 */
typedef struct MmLimit {
    uint64_t cur, max;
} MmLimit;

_Static_assert(sizeof(MmLimit) == 16, "struct rlimit64");

/* What memory is that of; Mapping.backing. */
enum {
    BACKING_PRIVATE, /* the guest's own: what only it can change */
    BACKING_UNTOLD,  /* others can change it without a word */
    BACKING_NOEXEC,  /* a file that cannot become code */
    BACKING_FILE,    /* a private view of Mm.code_file[0], [1] ... */
};

/* A file that private code was mapped from. */
typedef struct CodeFile {
    FileId id;     /* then */
    uint64_t bias; /* guest address minus offset in the file */
    char *path;
    bool changed; /* since then, or it may have: untold */
    bool written; /* the mapping, or it may have been */
} CodeFile;

enum {
    MAX_CODE_FILES = 256,
    MAX_WATCHED = 4096, /* each may cost the host two mappings */
};

/* The memory of a ring of io_uring (ring.c). */
typedef struct MmRing {
    struct MmRing *next;
    dev_t dev;
    ino_t ino;
    char *ring, *sqe; /* of the host */
    uint64_t ring_bytes, sqe_bytes;
    bool open; /* it has a descriptor */
} MmRing;

/* May a page be written by what no call is told of?  See code.c. */
typedef enum MmBehind {
    BEHIND_NOTHING,
    BEHIND_REQUESTS, /* of a ring: where the guest may write */
    BEHIND_PINNED,   /* anywhere: memory that a ring has been given */
} MmBehind;

/* The guest's addresses: [0, end) without the hole, which may be empty. */
typedef struct Space {
    uint64_t end, hole_start, hole_end;
} Space;

typedef struct Mm {
    pthread_mutex_t lock;
    Map map;
    uint64_t base;
    struct Reserve *reserve; /* of the process; NULL: none */
    Space space;
    uint64_t end;  /* of what is placed by itself, unless a hint
                      is beyond; at most space.end */
    int readable;  /* PROT_*: a page with any of these can be
                      read */
    bool reserved; /* [base, base + space.end) is set aside */
    uint64_t brk_start, brk;
    MmLimit limit[MM_NB_LIMITS];
    bool lock_future;      /* mlockall(MCL_FUTURE) */
    Map not_forked;        /* has been given MADV_DONTFORK */
    unsigned mdwe;         /* PR_MDWE_*; ours, the emulator makes code */
    uint32_t grown;        /* how often something has grown (mm_grow) */
    uint64_t code_version; /* changes when what may be executed does */
    /* Told of each range where executable code changed or went away. */
    void (*code_gone)(uint64_t start, uint64_t len);
    /* exec_suspect() and exec_fence(), the latter without the lock. */
    void (*code_suspect)(uint64_t start, uint64_t len);
    void (*code_fence)(void);
    CodeFile code_file[MAX_CODE_FILES];
    uint32_t nb_code_files;
    bool poked;        /* a debugger has written, whatever protections
                          say */
    bool has_view;     /* there was a shared one of a file to write */
    bool fence_due;    /* by mprotect, when the lock is free */
    uint64_t *watched; /* pages, ascending, or NULL; see code.c */
    uint32_t nb_watched;
    uint64_t watch_start, watch_end; /* of what may hold watched pages */
    _Atomic MmBehind behind;         /* written under the lock */
    MmRing *rings;
} Mm;

/* For mm_map, beside the host's MAP_*. */
typedef struct MapRequest {
    uint64_t addr, len;
    int prot, flags, fd;
    uint64_t offset;
    uint64_t align; /* of the address chosen; 0: a page */
    bool huge;      /* in pages of that size */
    bool noexec;    /* of a file on a mount without programs */
    MappingKind kind;
    void *view; /* of this shared memory of the host; or NULL */
} MapRequest;

/* Where the guest's memory is to be in the host. */
typedef struct MmPlace {
    uint64_t low, high;  /* guest addresses that the program needs */
    uint64_t end, reach; /* Mm.end and Space.end, if the host has room */
    int readable;        /* Mm.readable */
    bool move;           /* base is not 0, even if it can be */
    bool has_base;
    uint64_t base; /* if has_base: this */
} MmPlace;

/*
 * Takes base 0 if [low, high) is free in the host, else another, unless the
 * place says which.  -1 with errno if there is no room.  (space.c)
 */
int mm_init(Mm *mm, const MmPlace *place);
void mm_set_brk(Mm *mm, uint64_t start);

int64_t mm_map(Mm *mm, const MapRequest *r);
int64_t mm_unmap(Mm *mm, uint64_t addr, uint64_t len);
int64_t mm_protect(Mm *mm, uint64_t addr, uint64_t len, int prot);
int64_t mm_remap(Mm *mm, uint64_t addr, uint64_t old_len, uint64_t new_len,
                 int flags, uint64_t new_addr);
int64_t mm_brk(Mm *mm, uint64_t brk);
/* The process is the child of a fork; with the lock held. */
void mm_forked(Mm *mm);
/* PR_SET_MDWE */
int64_t mm_set_mdwe(Mm *mm, uint64_t bits);
/* What a new process or program has of it. */
unsigned mm_mdwe_inherited(const Mm *mm);
/* mseal */
int64_t mm_seal(Mm *mm, uint64_t addr, uint64_t len, uint64_t flags);
int64_t mm_advise(Mm *mm, uint64_t addr, uint64_t len, int advice);
int64_t mm_shmat(Mm *mm, int id, uint64_t addr, int flags);
int64_t mm_shmdt(Mm *mm, uint64_t addr);

/*
 * What may grow down to addr does.  True if the access that failed there is
 * to be tried again: something has grown since *seen, now or by another
 * thread's doing.
 */
bool mm_grow(Mm *mm, uint64_t addr, uint32_t *seen);
/* The same for a pointer of a system call; true if something grew. */
bool mm_grow_for(Mm *mm, uint64_t addr);

/* --- limits (limit.c) --- */

void mm_limit_init(Mm *mm);
/* Is there any limit? */
bool mm_limited(const Mm *mm);
/* MM_LIMIT_* of RLIMIT_*; -1: another. */
int mm_limit_index(int resource);
/* May [start, start + len) be mapped so, in place of what is there? */
bool mm_within_limits(const Mm *mm, uint64_t start, uint64_t len, int prot,
                      MappingKind kind);

/* Bytes that the guest has mapped. */
uint64_t mm_size(Mm *mm);

/* What there is for who would execute the code at an address. */
typedef enum CodeAt {
    CODE_READ,
    CODE_UNMAPPED,
    CODE_NOT_EXECUTABLE,
    CODE_BEYOND_END, /* of the file that is mapped there */
} CodeAt;

CodeAt mm_code_at(Mm *, uint64_t addr);
/* CodeReader.read; opaque is the Mm. */
size_t mm_read_code(void *opaque, uint64_t addr, void *buf, size_t n);

/* --- changes of code (code.c); CodePages, opaque is the Mm --- */

bool mm_watch_code(void *opaque, uint64_t page);
void mm_code_fence(void *opaque);
bool mm_peek_code(void *opaque, uint64_t addr, void *buf, size_t n);

bool mm_code_origin(void *opaque, uint64_t addr, CodeOrigin *origin);
/* A debugger writes to what may be code. */
void mm_code_poked(Mm *mm);

/* Gives watched pages in the range back; were there any? */
bool mm_unwatch(Mm *mm, uint64_t addr, uint64_t len);
/* The same for all from addr to the end of its mapping. */
void mm_unwatch_from(Mm *mm, uint64_t addr);
/* A store to addr was refused: true if it is to be made again. */
bool mm_unwatch_stored(Mm *mm, uint64_t addr);

/* May a watched page follow addr in its mapping?  For mm_unwatch_from(). */
static inline bool mm_may_be_watched(const Mm *mm, uint64_t addr)
{
    return addr < __atomic_load_n(&mm->watch_end, __ATOMIC_RELAXED) &&
           addr >= __atomic_load_n(&mm->watch_start, __ATOMIC_RELAXED);
}

/* The kernel may write to the guest's memory so from now on. */
void mm_written_behind(Mm *mm, MmBehind how);

/* --- rings of io_uring (ring.c) --- */

/* NULL: no memory. */
MmRing *mm_ring_new(Mm *mm, uint64_t ring_bytes, uint64_t sqe_bytes);
void mm_ring_free(MmRing *ring);
/*
 * It is that of `fd`, by which mm_map() gives views of it; the Mm owns it from
 * now on.  With `drop`, rings without a descriptor are forgotten.
 */
void mm_ring_add(Mm *mm, MmRing *ring, int fd, bool drop);

static inline void *g2h(const Mm *mm, uint64_t addr)
{
    return (void *)(uintptr_t)(addr + mm->base);
}

static inline uint64_t h2g(const Mm *mm, const void *p)
{
    return (uintptr_t)p - mm->base;
}

static inline bool space_has(const Space *s, uint64_t addr, uint64_t len)
{
    return addr <= s->end && len <= s->end - addr &&
           (addr >= s->hole_end || addr + len <= s->hole_start);
}

/* Can [addr, addr + len) be the guest's?  Says nothing of what is mapped. */
static inline bool mm_range_ok(const Mm *mm, uint64_t addr, uint64_t len)
{
    return space_has(&mm->space, addr, len);
}

/* Can a byte of the guest's be there? */
static inline bool mm_addr_ok(const Mm *mm, uint64_t addr)
{
    return mm_range_ok(mm, addr, 1);
}

/* Where a PIE goes; what looks for a place looks below mm_top(). */
static inline uint64_t mm_pie_base(const Mm *mm)
{
    return mm->end / 3 * 2 & ~(uint64_t)GUEST_PAGE_MASK;
}

static inline uint64_t mm_top(const Mm *mm)
{
    uint64_t gap = mm->end / 8 & ~(uint64_t)GUEST_PAGE_MASK;

    return mm->end - (gap < STACK_GAP ? gap : STACK_GAP);
}

static inline uint64_t page_up(uint64_t n)
{
    return (n + GUEST_PAGE_MASK) & ~(uint64_t)GUEST_PAGE_MASK;
}

static inline uint64_t page_down(uint64_t n)
{
    return n & ~(uint64_t)GUEST_PAGE_MASK;
}

/* False, for -EFAULT, if the guest has no such memory. */
bool mm_read(const Mm *mm, void *dst, uint64_t addr, size_t len);
bool mm_write(Mm *mm, uint64_t addr, const void *src, size_t len);
bool mm_zero(Mm *mm, uint64_t addr, size_t len);
/* Bytes with the NUL; -EFAULT, or -ENAMETOOLONG if n bytes have no NUL. */
long mm_read_string(const Mm *mm, char *dst, uint64_t addr, size_t n);

#endif
