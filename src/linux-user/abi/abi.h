/*
 * What linux-user has to know of a guest: one constant GuestAbi for each, which
 * the guest's row of the registry (guest/guest.h) names.  What can be data is.
 */
#ifndef LINUX_USER_ABI_ABI_H
#define LINUX_USER_ABI_ABI_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "core/cpu.h"

struct Syscall;
struct Task;

/* Registers: offsets in the guest's state, where each has 64 bits. */
typedef struct AbiRegs {
    uint16_t pc, sp, tls;
    uint16_t number, result, arg[6]; /* of a system call */
} AbiRegs;

/* A set of registers, as ptrace and core files have it. */
typedef struct AbiRegset {
    uint32_t note;        /* NT_* */
    uint32_t bytes, unit; /* its size is a multiple of unit */
    uint32_t at;          /* where it is among all, below
                             ABI_REGSET_BYTES */
    void (*get)(CPUState *, void *);
    void (*set)(CPUState *, const void *);
} AbiRegset;

enum { ABI_REGSET_BYTES = 1024 }; /* of all sets */

/* struct sigaction of the kernel; no restorer where a guest has none. */
typedef struct GuestAction {
    uint64_t handler, flags, restorer, mask;
} GuestAction;

/* stack_t */
typedef struct GuestStack {
    uint64_t sp;
    int32_t flags, pad;
    uint64_t size;
} GuestStack;

/* What a signal frame holds beside registers. */
typedef struct SignalFrame {
    uint64_t at; /* its address */
    siginfo_t info;
    GuestStack stack;
    uint64_t mask;
} SignalFrame;

/*
 * The frames of signals on the guest's stack.  One begins `below` bytes below
 * a multiple of 16; at sigreturn, sp is as much above its beginning.
 */
typedef struct AbiFrame {
    uint32_t bytes;
    uint32_t red_zone; /* below sp, not to be touched */
    uint32_t below;
    /* The registers and *f as the bytes of a frame, of which all are 0. */
    void (*build)(CPUState *, const SignalFrame *f, void *frame);
    /* The registers with which a handler starts. */
    void (*enter)(CPUState *, const SignalFrame *f, const GuestAction *,
                  uint64_t sigreturn);
    /* The reverse: all but f->at and the signal, the registers. */
    void (*read)(const void *frame, SignalFrame *f);
    void (*restore)(CPUState *, const void *frame);
} AbiFrame;

/* A call that the kernel's vDSO answers by itself, if answers() says so. */
typedef struct AbiVdsoCall {
    unsigned number;
    bool (*answers)(const uint64_t *a);
} AbiVdsoCall;

/* The vDSO, at most a page; `sigreturn` is where signal handlers return to. */
typedef struct AbiVdso {
    const uint8_t *image;
    uint32_t bytes, sigreturn;
    const AbiVdsoCall *calls;
    unsigned nb_calls;
} AbiVdso;

/* ELF files: what flags no program may have, and why. */
typedef struct AbiElfFlags {
    uint32_t flags;
    const char *why;
} AbiElfFlags;

/* A prctl operation that a guest has alone. */
typedef struct AbiPrctl {
    int option;
    long (*fn)(struct Task *, const uint64_t *a);
} AbiPrctl;

/* Structures that not all guests lay out alike (abi/layout.h). */
typedef enum Structure {
#define STRUCTURE(name) LAYOUT_##name,
#include "linux-user/abi/layout.def"
    NB_LAYOUTS
} Structure;

struct Layout;

/* Flags of open that not all guests have as the same bit. */
typedef enum OpenFlag {
    OPEN_DIRECT,
    OPEN_LARGEFILE,
    OPEN_DIRECTORY,
    OPEN_NOFOLLOW,
    NB_OPEN_FLAGS
} OpenFlag;

typedef struct GuestAbi {
    const char *machine;  /* uname's */
    const char *platform; /* AT_PLATFORM; NULL: none */
    uint16_t elf_machine; /* EM_* */
    const char *not_elf;  /* what a file of another machine is */
    AbiElfFlags elf_refused;
    uint32_t core_flags; /* e_flags of its core files */
    /* Its system calls by number; NULL: there is none (task/sys.h). */
    const struct Syscall *const *calls;
    unsigned nb_calls;
    const struct Layout *layout[NB_LAYOUTS]; /* by LAYOUT_* */
    uint32_t open_flag[NB_OPEN_FLAGS];       /* by OPEN_* */
    int readable_prot; /* PROT_*: with any of these a page can
                          be read */
    AbiRegs regs;
    uint32_t syscall_bytes; /* of the instruction that makes one */
    /* The first is NT_PRSTATUS, in which pc and sp are at these offsets. */
    const AbiRegset *regsets;
    unsigned nb_regsets;
    uint32_t regset_pc, regset_sp;
    uint32_t clone_tls;     /* clone's argument 3 or 4 is tls, the
                               other one child_tid */
    uint32_t audit_arch;    /* AUDIT_ARCH_*, */
    const char *audit_name; /* as text */
    const AbiPrctl *prctls; /* up to one without fn */
    const AbiVdso *vdso;
    AbiFrame frame;
    uint32_t min_signal_stack; /* MINSIGSTKSZ */
    /* The kernel takes a thread elsewhere: what it does to the registers
       beside, such as ending a reservation.  NULL: nothing. */
    void (*leave)(CPUState *);
    uint64_t (*hwcap)(uint64_t features);  /* AT_HWCAP */
    uint64_t (*hwcap2)(uint64_t features); /* NULL: it has none */
    /* /proc/cpuinfo of so many processors. */
    void (*cpuinfo)(struct Task *, FILE *, long processors);
    /* The instruction that code holds, and what it would need. */
    void (*illegal)(FILE *, const uint8_t *code, size_t bytes, uint64_t pc,
                    uint64_t features);
} GuestAbi;

#endif
