/* The first stack of a program, as Linux builds it. */
#ifndef LINUX_USER_STACK_H
#define LINUX_USER_STACK_H

#include "linux-user/elf/elf.h"
#include "linux-user/task/process.h"

typedef struct StackInfo {
    const ElfImage *program;
    uint64_t interp_base; /* where the interpreter is; 0: none */
    uint64_t entry;       /* of the program itself */
    uint64_t features;    /* of the processor */
    uint64_t vdso;        /* AT_SYSINFO_EHDR; 0: none */
} StackInfo;

/*
 * Maps the stack and fills it; the guest's sp, or -errno.  Notes in the
 * Process where arguments and auxiliary vector are.
 */
int64_t stack_build(Process *proc, const StackInfo *info);

#endif
