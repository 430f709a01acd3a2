#include "linux-user/debug/names.h"

#include <stdio.h>
#include <unistd.h>
#include "linux-user/linux-user.h"

bool names_check(const Process *proc)
{
    const LinuxUserOptions *o = proc->options;
    const char *option = "-dfilter", *name;

    if (o->first_pid != getpid()) {
        return true;
    }
    name = exec_unknown_function(proc->exec, proc->mm.end);
    if (!name && o->plugins) {
        option = "-plugin";
        name = plugins_unknown_function(o->plugins, proc->mm.end);
    }
    if (name) {
        fprintf(stderr, "%s: %s: no function \"%s\" in %s\n", o->name, option,
                name, proc->program.path);
    }
    return !name;
}
