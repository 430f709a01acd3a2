/* A compiled block as text: host code and allocation, op by op. */
#ifndef TOOLS_IR_SHOW_HOST_H
#define TOOLS_IR_SHOW_HOST_H

#include <stdio.h>
#include "core/serialize.h"
#include "disas/host_names.h"
#include "tools/ir/compile.h"

typedef struct HostView {
    const Compiler *compiler; /* with the events of this block */
    const IR *ir;             /* that has been compiled */
    const IRHead *head;
    const CompiledBlock *block;
    bool disas, alloc; /* what is wanted */
} HostView;

void show_host(FILE *, const HostView *);
HostNamer show_host_namer(const HostView *);

#endif
