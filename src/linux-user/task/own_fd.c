#include "linux-user/task/own_fd.h"

#include <unistd.h>

int own_fd(const Task *t, int from)
{
    const LinuxUserOptions *o = t->proc->options;
    const int own[] = {
        t->proc->program.fd, fileno(o->log.file),
        t->proc->profile_fd, t->proc->gdb ? gdb_own_fd(t->proc->gdb, from) : -1,
        t->proc->debug_end,
    };
    int lowest = -1;

    for (unsigned i = 0; i < sizeof(own) / sizeof(*own); i++) {
        if (own[i] > STDERR_FILENO && own[i] >= from &&
            (lowest < 0 || own[i] < lowest)) {
            lowest = own[i];
        }
    }
    return lowest;
}
