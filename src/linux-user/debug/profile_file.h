/*
 * The file that -profile writes: records, one after the other, of a process
 * and all that it makes, as they come.  Numbers are the host's.
 */
#ifndef LINUX_USER_PROFILE_FILE_H
#define LINUX_USER_PROFILE_FILE_H

#include <stdint.h>

enum {
    PROFILE_MAGIC = 0x70676374, /* "tcgp" */
    PROFILE_VERSION = 2,
    PROFILE_GUEST_SIZE = 24,
};

typedef enum ProfileKind {
    PROFILE_START, /* of a process, or of a program in it */
    PROFILE_MAPS,
    PROFILE_SAMPLE,
} ProfileKind;

typedef struct ProfileHead {
    uint32_t kind, bytes; /* of the record, this included */
    int32_t pid, tid;
} ProfileHead;

/* The program's path follows, with its NUL. */
typedef struct ProfileStart {
    ProfileHead head;
    uint32_t magic, version;
    uint64_t unit; /* nanoseconds of a sample's weight of 1 */
} ProfileStart;

/* /proc/self/maps of the guest follows, with a NUL. */
typedef struct ProfileMaps {
    ProfileHead head;
    uint64_t number;                /* samples of this process refer to it */
    char guest[PROFILE_GUEST_SIZE]; /* its name, which a NUL ends */
} ProfileMaps;

/* Where the signal came. */
typedef enum ProfilePlace {
    PROFILE_CODE,     /* in the guest's code: at `pc` */
    PROFILE_EMULATOR, /* in the emulator, which was running it */
    PROFILE_SYSCALL,  /* in a system call */
} ProfilePlace;

/*
 * Registers, and the stack from sp on, are those of the next point where the
 * guest's state is exact: behind the end of the block that was running, or
 * behind the system call.  Registers are numbered as a debugger sees them
 * (GuestDebug); the stack's bytes follow them.
 */
typedef struct ProfileSample {
    ProfileHead head;
    uint64_t maps; /* ProfileMaps.number */
    uint32_t place, weight;
    uint64_t pc; /* PROFILE_CODE */
    uint64_t exact_pc;
    uint32_t nb_regs, unused;
    uint64_t regs[];
} ProfileSample;

#endif
