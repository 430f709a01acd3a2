/*
 * Calls of the host with a guest's arguments.  A pointer that the guest may not
 * use is the kernel's to refuse, so that the order of errors is the kernel's.
 */
#ifndef LINUX_USER_CALL_H
#define LINUX_USER_CALL_H

#include "linux-user/task/process.h"

/*
 * A guest pointer for a call of the host.  One beyond the guest's space turns
 * into one that no process has.  0 stays 0.  What the kernel may write there
 * is not watched.
 */
static inline long host_pointer(Task *t, uint64_t addr)
{
    const uint64_t nobodys = 1ull << 63;

    if (addr >= nobodys) {
        return (long)addr;
    }
    if (!mm_addr_ok(task_mm(t), addr)) {
        return (long)(nobodys | (addr & GUEST_PAGE_MASK));
    }
    if (mm_may_be_watched(task_mm(t), addr)) {
        mm_unwatch_from(task_mm(t), addr);
    }
    return addr ? (long)g2h(task_mm(t), addr) : 0;
}

/* What the kernel refuses as it does a pointer to nowhere. */
static inline long bad_pointer(void)
{
    return LONG_MIN;
}

/* Pass on, with guest pointers (bits of `pointers`) converted. */
long pass_call(Task *t, int host, unsigned pointers, const uint64_t *a);

/* --- flags of open (abi/open_flags.h) --- */

uint64_t flags_to_host(const Task *t, uint64_t flags);
uint64_t flags_to_guest(const Task *t, uint64_t flags);

/* --- structures, as the guest lays them out (abi/layout.h) --- */

/* Are the guest's those of the host? */
static inline bool structure_same(const Task *t, Structure s)
{
    return t->proc->same_layouts >> s & 1;
}

/* The guest's size. */
uint64_t structure_bytes(const Task *t, Structure s);
/* The host's *to from the guest's at addr; false: it cannot be read. */
bool structure_read(Task *t, Structure s, void *to, uint64_t addr);
bool structure_write(Task *t, Structure s, uint64_t addr, const void *from);

#endif
