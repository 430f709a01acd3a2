/*
 * What linux-user needs to know of RISC-V: registers of calls and signals,
 * ELF identity, and the structures that differ from the host's.
 */
#ifndef LINUX_USER_ABI_RISCV64_TARGET_H
#define LINUX_USER_ABI_RISCV64_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "core/cpu.h"
#include "frontend/riscv/cpu.h"

enum {
    TARGET_ELF_MACHINE = 243,          /* EM_RISCV */
    TARGET_ELF_FLAG_RVE = 8,           /* EF_RISCV_RVE: RV32E/RV64E */
    TARGET_AUDIT_ARCH = (int)0xc00000f3,   /* AUDIT_ARCH_RISCV64 */
    TARGET_SYSCALL_BYTES = 4,          /* ecall */
    TARGET_INSN_MAX = 4,               /* bytes of an instruction */
    TARGET_SIGRETURN = 139,            /* __NR_rt_sigreturn */
    TARGET_MINSIGSTKSZ = 2048,
    TARGET_SS_AUTODISARM = INT32_MIN,
};

#define TARGET_AUDIT_ARCH_NAME "AUDIT_ARCH_RISCV64"
#define TARGET_UNAME_MACHINE "riscv64"

/* AT_HWCAP: one bit for each single-letter extension of the features. */
uint64_t target_hwcap(uint64_t features);
/* The instruction that code holds, and what it would need. */
void target_illegal(FILE *, const uint8_t *code, size_t bytes, uint64_t pc,
                    uint64_t features);
/* The line "isa" of /proc/cpuinfo, cut at size; returns buf. */
const char *target_isa(uint64_t features, char *buf, size_t size);

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

/* struct loop_info; x86-64's device numbers have 8 bytes. */
typedef struct TargetLoopInfo {
    int32_t number;
    uint32_t device;
    uint64_t inode;
    uint32_t rdevice;
    int32_t offset, encrypt_type, encrypt_key_size, flags;
    char name[64];
    uint8_t encrypt_key[32];
    uint64_t init[2];
    char reserved[4];
} TargetLoopInfo;

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
