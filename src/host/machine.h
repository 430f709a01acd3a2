/*
 * What C code has to know of the host that it is compiled for, from that
 * host's own folder; host/x86_64/machine.h says what each has.
 */
#ifndef HOST_MACHINE_H
#define HOST_MACHINE_H

#if defined(__x86_64__)
#include "host/x86_64/machine.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "host/riscv64/machine.h"
#else
#error "src/host has no folder for this host; see docs/tutorials/new-host.md"
#endif

#endif
