/*
 * What linux-user needs to know of RISC-V: registers of calls and signals,
 * ELF identity, and the structures that differ from the host's.
 */
#ifndef LINUX_USER_RISCV64_TARGET_H
#define LINUX_USER_RISCV64_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include "core/cpu.h"
#include "frontend/riscv/cpu.h"

enum {
    TARGET_ELF_MACHINE = 243,          /* EM_RISCV */
    TARGET_ELF_FLAG_RVE = 8,           /* EF_RISCV_RVE: RV32E/RV64E */
    TARGET_AUDIT_ARCH = (int)0xc00000f3,   /* AUDIT_ARCH_RISCV64 */
    TARGET_SYSCALL_BYTES = 4,          /* ecall */
    TARGET_SIGRETURN = 139,            /* __NR_rt_sigreturn */
    TARGET_MINSIGSTKSZ = 2048,
    TARGET_SS_AUTODISARM = INT32_MIN,
};

#define TARGET_AUDIT_ARCH_NAME "AUDIT_ARCH_RISCV64"
#define TARGET_UNAME_MACHINE "riscv64"
/* AT_HWCAP: one bit for each single-letter extension: I M A F D C. */
#define TARGET_HWCAP_BIT(letter) (1ull << ((letter) - 'A'))
#define TARGET_HWCAP                                             \
    (TARGET_HWCAP_BIT('I') | TARGET_HWCAP_BIT('M') |             \
     TARGET_HWCAP_BIT('A') | TARGET_HWCAP_BIT('F') |             \
     TARGET_HWCAP_BIT('D') | TARGET_HWCAP_BIT('C'))

/* struct stat of include/uapi/asm-generic/stat.h, 64 bit. */
typedef struct TargetStat {
    uint64_t dev, ino;
    uint32_t mode, nlink, uid, gid;
    uint64_t rdev, pad1;
    int64_t size;
    int32_t blksize, pad2;
    int64_t blocks;
    int64_t atime;
    uint64_t atime_nsec;
    int64_t mtime;
    uint64_t mtime_nsec;
    int64_t ctime;
    uint64_t ctime_nsec;
    uint32_t unused[2];
} TargetStat;

_Static_assert(sizeof(TargetStat) == 128, "struct stat");

/* struct epoll_event; x86-64 packs it. */
typedef struct TargetEpollEvent {
    uint32_t events;
    uint32_t pad;
    uint64_t data;
} TargetEpollEvent;

/* struct sigaction of the kernel; no restorer. */
typedef struct TargetSigaction {
    uint64_t handler;
    uint64_t flags;
    uint64_t mask;
} TargetSigaction;

/* struct semid64_ds; x86-64's has gaps after its times. */
typedef struct TargetSemidDs {
    uint8_t perm[48];
    int64_t otime, ctime;
    uint64_t nsems, unused[2];
} TargetSemidDs;

/* The vDSO, at most a page; `sigreturn` is where signal handlers return to. */
typedef struct TargetVdso {
    const uint8_t *image;
    uint32_t size, sigreturn;
} TargetVdso;

extern const TargetVdso target_vdso;

/*
 * Does a kernel's vDSO answer this call by itself?  If not, or it is none of
 * its functions, it makes the call.
 */
bool target_vdso_answers(uint64_t nr, const uint64_t *a);

#endif
