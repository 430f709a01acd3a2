/*
 * What the command line knows of a guest: all that differs from one to the
 * next.
 */
#ifndef TOOLS_RUN_GUEST_H
#define TOOLS_RUN_GUEST_H

#include "exec/exec.h"

typedef struct RunGuest {
    const char *name;          /* of tcg-NAME */
    const char *title;         /* "64-bit RISC-V" */
    const Frontend *frontend;
    /* ExecConfig.disas */
    void (*disas)(FILE *, const CodeReader *, uint64_t pc, uint32_t len,
                  const AddressNamer *);
    /* Of its ELF files, as binfmt_misc takes them. */
    const char *magic, *mask;
} RunGuest;

extern const RunGuest run_guest_riscv64;

#endif
