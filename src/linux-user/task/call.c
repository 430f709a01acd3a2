#include "linux-user/task/call.h"

#include "host/usercopy.h"
#include "linux-user/abi/layout.h"
#include "linux-user/abi/open_flags.h"
#include "util/check.h"

long pass_call(Task *t, int host, unsigned pointers, const uint64_t *a)
{
    long v[6];

    check(host >= 0, "a call that the host does not have");
    for (int i = 0; i < 6; i++) {
        v[i] = pointers >> i & 1 ? host_pointer(t, a[i]) : (long)a[i];
    }
    return safe_syscall(&t->pending, host, v[0], v[1], v[2], v[3], v[4], v[5]);
}

uint64_t flags_to_host(const Task *t, uint64_t flags)
{
    return t->proc->same_open_flags ? flags
                                    : open_flags_to_host(task_abi(t), flags);
}

uint64_t flags_to_guest(const Task *t, uint64_t flags)
{
    return t->proc->same_open_flags ? flags
                                    : open_flags_to_guest(task_abi(t), flags);
}

uint64_t structure_bytes(const Task *t, Structure s)
{
    return task_abi(t)->layout[s]->bytes;
}

bool structure_read(Task *t, Structure s, void *to, uint64_t addr)
{
    const Layout *guest = task_abi(t)->layout[s];
    char bytes[LAYOUT_MAX_BYTES];

    if (structure_same(t, s)) {
        return mm_read(task_mm(t), to, addr, guest->bytes);
    }
    if (!mm_read(task_mm(t), bytes, addr, guest->bytes)) {
        return false;
    }
    layout_convert(host_layout[s], to, guest, bytes);
    return true;
}

bool structure_write(Task *t, Structure s, uint64_t addr, const void *from)
{
    const Layout *guest = task_abi(t)->layout[s];
    char bytes[LAYOUT_MAX_BYTES];

    if (structure_same(t, s)) {
        return mm_write(task_mm(t), addr, from, guest->bytes);
    }
    layout_convert(guest, bytes, host_layout[s], from);
    return mm_write(task_mm(t), addr, bytes, guest->bytes);
}
