#include "linux-user/abi/layout.h"

#include <linux/loop.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/statfs.h>

/* include/uapi/asm-generic/stat.h, 64 bit */
typedef struct StatGeneric {
    uint64_t st_dev, st_ino;
    uint32_t st_mode, st_nlink, st_uid, st_gid;
    uint64_t st_rdev, pad1;
    int64_t st_size;
    int32_t st_blksize, pad2;
    int64_t st_blocks;
    struct {
        int64_t tv_sec, tv_nsec;
    } st_atim, st_mtim, st_ctim;
    uint32_t unused[2];
} StatGeneric;

/* asm-generic/statfs.h, 64 bit */
typedef struct StatfsGeneric {
    int64_t f_type, f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree;
    int32_t f_fsid[2];
    int64_t f_namelen, f_frsize, f_flags, f_spare[4];
} StatfsGeneric;

/* linux/eventpoll.h where it is not packed */
typedef struct EpollEventAligned {
    uint32_t events, pad;
    uint64_t data;
} EpollEventAligned;

/* asm-generic/sembuf.h, 64 bit */
typedef struct SemidDsGeneric {
    uint8_t sem_perm[48];
    int64_t sem_otime, sem_ctime;
    uint64_t sem_nsems, unused[2];
} SemidDsGeneric;

/* linux/loop.h, with device numbers of 4 bytes */
typedef struct LoopInfoGeneric {
    int32_t lo_number;
    uint32_t lo_device;
    uint64_t lo_inode;
    uint32_t lo_rdevice;
    int32_t lo_offset, lo_encrypt_type, lo_encrypt_key_size, lo_flags;
    char lo_name[64];
    uint8_t lo_encrypt_key[32];
    uint64_t lo_init[2];
    char reserved[4];
} LoopInfoGeneric;

/* The kernel's struct sigaction without a restorer */
typedef struct SigactionPlain {
    uint64_t handler, flags, mask, restorer[0];
} SigactionPlain;

_Static_assert(sizeof(StatGeneric) == 128, "struct stat");
_Static_assert(offsetof(LoopInfoGeneric, lo_name) == 36 &&
                   offsetof(LoopInfoGeneric, lo_init) == 136,
               "struct loop_info");
_Static_assert(sizeof(SigactionPlain) == 24, "struct sigaction");
_Static_assert(sizeof(StatfsGeneric) == 120, "struct statfs");
_Static_assert(sizeof(EpollEventAligned) == 16, "struct epoll_event");
_Static_assert(sizeof(SemidDsGeneric) == 88, "struct semid64_ds");
_Static_assert(sizeof(LoopInfoGeneric) == 160, "struct loop_info");

#define M(type, name)                                                          \
    {                                                                          \
        offsetof(type, name), sizeof(((const type *)0)->name)                  \
    }

#define MEMBERS_stat(T)                                                        \
    M(T, st_dev), M(T, st_ino), M(T, st_mode), M(T, st_nlink), M(T, st_uid),   \
        M(T, st_gid), M(T, st_rdev), M(T, st_size), M(T, st_blksize),          \
        M(T, st_blocks), M(T, st_atim.tv_sec), M(T, st_atim.tv_nsec),          \
        M(T, st_mtim.tv_sec), M(T, st_mtim.tv_nsec), M(T, st_ctim.tv_sec),     \
        M(T, st_ctim.tv_nsec)
#define MEMBERS_statfs(T)                                                      \
    M(T, f_type), M(T, f_bsize), M(T, f_blocks), M(T, f_bfree),                \
        M(T, f_bavail), M(T, f_files), M(T, f_ffree), M(T, f_fsid),            \
        M(T, f_namelen), M(T, f_frsize), M(T, f_flags), M(T, f_spare)
#define MEMBERS_epoll_event(T) M(T, events), M(T, data)
#define MEMBERS_semid_ds(T)                                                    \
    M(T, sem_perm), M(T, sem_otime), M(T, sem_ctime), M(T, sem_nsems)
#define MEMBERS_loop_info(T)                                                   \
    M(T, lo_number), M(T, lo_device), M(T, lo_inode), M(T, lo_rdevice),        \
        M(T, lo_offset), M(T, lo_encrypt_type), M(T, lo_encrypt_key_size),     \
        M(T, lo_flags), M(T, lo_name), M(T, lo_encrypt_key), M(T, lo_init)
#define MEMBERS_sigaction(T)                                                   \
    M(T, handler), M(T, flags), M(T, mask), M(T, restorer)

#define OF(structure, type, name)                                              \
    static const Member members_##name[] = {MEMBERS_##structure(type)};        \
    _Static_assert(sizeof(type) <= LAYOUT_MAX_BYTES, #type);

#define LAYOUT(structure, variant, type)                                       \
    OF(structure, type, structure##_##variant)
#define HOST_LAYOUT(structure, type) OF(structure, type, host_##structure)
#include "linux-user/abi/layout.def"

#define NB(array) (sizeof(array) / sizeof((array)[0]))

#define LAYOUT(structure, variant, type)                                       \
    const Layout layout_##structure##_##variant = {                            \
        sizeof(type),                                                          \
        NB(members_##structure##_##variant),                                   \
        members_##structure##_##variant,                                       \
    };
#define HOST_LAYOUT(structure, type)                                           \
    static const Layout host_##structure = {                                   \
        sizeof(type),                                                          \
        NB(members_host_##structure),                                          \
        members_host_##structure,                                              \
    };
#include "linux-user/abi/layout.def"

const Layout *const host_layout[NB_LAYOUTS] = {
#define HOST_LAYOUT(structure, type) [LAYOUT_##structure] = &host_##structure,
#include "linux-user/abi/layout.def"
};

static bool same(const Layout *a, const Layout *b)
{
    return a && b && a->bytes == b->bytes && a->nb_members == b->nb_members &&
           memcmp(a->member, b->member, a->nb_members * sizeof(*a->member)) ==
               0;
}

uint32_t layouts_same(const GuestAbi *abi)
{
    uint32_t set = 0;

    for (unsigned i = 0; i < NB_LAYOUTS; i++) {
        set |= (uint32_t)same(abi->layout[i], host_layout[i]) << i;
    }
    return set;
}

/* Little-endian: the low bytes come first.  One of no bytes is not there. */
static void convert_member(const Member *to, char *out, const Member *from,
                           const char *in)
{
    size_t n = to->bytes < from->bytes ? to->bytes : from->bytes;

    out += to->offset;
    in += from->offset;
    switch (n) { /* most: without a call */
    case 4: memcpy(out, in, 4); break;
    case 8: memcpy(out, in, 8); break;
    default: memcpy(out, in, n);
    }
}

void layout_convert(const Layout *to, void *out, const Layout *from,
                    const void *in)
{
    memset(out, 0, to->bytes);
    for (unsigned i = 0; i < to->nb_members; i++) {
        convert_member(&to->member[i], out, &from->member[i], in);
    }
}
