#include "host/usercopy.h"

#include "host/machine.h"

static bool between(uintptr_t pc, const void *start, const void *end)
{
    return pc >= (uintptr_t)start && pc < (uintptr_t)end;
}

bool usercopy_fixup(void *ucontext)
{
    uintptr_t pc = host_pc(ucontext);
    const void *bad = NULL;
    if (between(pc, (const void *)user_copy, user_copy_end)) {
        bad = user_copy_bad;
    } else if (between(pc, (const void *)user_strcpy, user_strcpy_end)) {
        bad = user_strcpy_bad;
    } else if (between(pc, (const void *)user_cas, user_cas_end)) {
        bad = user_cas_bad;
    } else {
        return false;
    }
    host_set_pc(ucontext, (uintptr_t)bad);
    return true;
}

void safe_syscall_fixup(void *ucontext)
{
    if (between(host_pc(ucontext), safe_syscall_start, safe_syscall_end)) {
        host_set_pc(ucontext, (uintptr_t)safe_syscall_again);
    }
}
