/* ioctl: the table of what is passed on. */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include "host/usercopy.h"
#include "linux-user/files/ioctl.h"
#include "linux-user/files/ioctl_numbers.h"
#include "linux-user/seccomp/seccomp.h"
#include "linux-user/task/call.h"

enum { INSIDE_MAX = 4096 }; /* bytes of a structure with pointers */

typedef struct IoctlRow {
    uint32_t number, last; /* rows of one number: the same twice */
    uint32_t mask;         /* of the bits that count */
    bool pointer;
    const char *name;
    uint16_t size, at[2]; /* of pointers inside; size 0: none */
    bool same;            /* only where addresses are the same */
} IoctlRow;

#define SIZE_BITS (_IOC_SIZEMASK << _IOC_SIZESHIFT)
#define DIR_BITS  (_IOC_DIRMASK << _IOC_DIRSHIFT)

static const IoctlRow rows[] = {
#define IOCTL_VALUE(name)                                                      \
    {(uint32_t)name, (uint32_t)name, ~0u, false, #name, 0, {0}, false},
#define IOCTL_POINTER(name)                                                    \
    {(uint32_t)name, (uint32_t)name, ~0u, true, #name, 0, {0}, false},
#define IOCTL_SIZED(name)                                                      \
    {(uint32_t)name & ~SIZE_BITS,                                              \
     (uint32_t)name & ~SIZE_BITS,                                              \
     ~SIZE_BITS,                                                               \
     true,                                                                     \
     #name,                                                                    \
     0,                                                                        \
     {0},                                                                      \
     false},
#define IOCTL_INSIDE(name, type, field, other)                                 \
    {(uint32_t)name,                                                           \
     (uint32_t)name,                                                           \
     ~0u,                                                                      \
     true,                                                                     \
     #name,                                                                    \
     sizeof(type),                                                             \
     {offsetof(type, field), offsetof(type, other)},                           \
     false},
#define IOCTL_FAMILY(name, type, first, last)                                  \
    {_IO(type, first),                                                         \
     _IO(type, last),                                                          \
     ~(SIZE_BITS | DIR_BITS),                                                  \
     true,                                                                     \
     #name,                                                                    \
     0,                                                                        \
     {0},                                                                      \
     false},
#define IOCTL_SAME(name)                                                       \
    {(uint32_t)name, (uint32_t)name, ~0u, true, #name, 0, {0}, true},
#define IOCTL_SAME_FAMILY(name, type, first, last)                             \
    {_IO(type, first),                                                         \
     _IO(type, last),                                                          \
     ~(SIZE_BITS | DIR_BITS),                                                  \
     true,                                                                     \
     #name,                                                                    \
     0,                                                                        \
     {0},                                                                      \
     true},
#include "linux-user/files/ioctl.def"
};

static const IoctlRow *find_row(uint32_t number)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const IoctlRow *row = &rows[i];
        uint32_t counts = number & row->mask;

        if (counts >= row->number && counts <= row->last &&
            (row->number == row->last || _IOC_SIZE(number))) {
            return row;
        }
    }
    return NULL;
}

const char *ioctl_name(uint32_t number)
{
    const IoctlRow *row = find_row(number);

    return row ? row->name : NULL;
}

static uint64_t *pointer_at(char *structure, uint16_t offset)
{
    return (uint64_t *)(void *)(structure + offset);
}

/* Pointers inside, both ways as they were. */
static long with_pointers(Task *t, const IoctlRow *row, const uint64_t *a)
{
    _Alignas(8) char guest[INSIDE_MAX], host[INSIDE_MAX];
    long ret;

    if (!mm_read(task_mm(t), guest, a[2], row->size)) {
        return pass_call(t, SYS_ioctl, 0,
                         (uint64_t[6]){a[0], a[1], (uint64_t)bad_pointer()});
    }
    memcpy(host, guest, row->size);
    for (int i = 0; i < 2; i++) {
        *pointer_at(host, row->at[i]) =
            (uint64_t)host_pointer(t, *pointer_at(guest, row->at[i]));
    }
    ret =
        pass_call(t, SYS_ioctl, 0, (uint64_t[6]){a[0], a[1], (uintptr_t)host});
    for (int i = 0; i < 2; i++) {
        *pointer_at(host, row->at[i]) = *pointer_at(guest, row->at[i]);
    }
    if (ret >= 0 && !mm_write(task_mm(t), a[2], host, row->size)) {
        return -EFAULT;
    }
    return ret;
}

/* --- the old status of a loop device --- */

static long loop_status(Task *t, const uint64_t *a)
{
    bool set = a[1] == LOOP_SET_STATUS;
    struct loop_info host = {0};
    uint64_t at = (uintptr_t)&host;
    long ret;

    if (set && !structure_read(t, LAYOUT_loop_info, &host, a[2])) {
        at = (uint64_t)bad_pointer();
    } else if (!set && !a[2]) {
        at = 0;
    }
    ret = pass_call(t, SYS_ioctl, 0, (uint64_t[6]){a[0], a[1], at});
    if (ret == 0 && !set) {
        ret = structure_write(t, LAYOUT_loop_info, a[2], &host) ? 0 : -EFAULT;
    }
    return ret;
}

typedef struct IoctlHandler {
    uint32_t number;
    long (*handle)(Task *t, const uint64_t *a);
} IoctlHandler;

static const IoctlHandler handlers[] = {
    {LOOP_SET_STATUS, loop_status},
    {LOOP_GET_STATUS, loop_status},
    {SECCOMP_IOCTL_NOTIF_RECV, seccomp_receive},
    {SECCOMP_IOCTL_NOTIF_SEND, seccomp_respond},
};

long sys_ioctl(Task *t, const uint64_t *a)
{
    uint64_t v[6] = {a[0], (uint32_t)a[1], a[2]};
    const IoctlRow *row = find_row((uint32_t)a[1]);

    for (size_t i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++) {
        if (handlers[i].number == v[1]) {
            return handlers[i].handle(t, v);
        }
    }
    if (!row || (row->same && task_mm(t)->base != 0)) {
        long flags = raw_syscall(SYS_fcntl, (int)a[0], F_GETFD, 0, 0, 0, 0);

        return flags < 0 ? flags : -ENOTTY;
    }
    if (row->same) {
        mm_written_behind(task_mm(t), BEHIND_PINNED);
    }
    if (row->size) {
        return with_pointers(t, row, v);
    }
    return pass_call(t, SYS_ioctl, row->pointer ? 1u << 2 : 0, v);
}
