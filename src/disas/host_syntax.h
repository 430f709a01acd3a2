/*
 * What is special to the code of one host in its disassembly by Capstone; in
 * HOST_syntax.c, of which the Makefile makes the list.
 */
#ifndef DISAS_HOST_SYNTAX_H
#define DISAS_HOST_SYNTAX_H

#ifdef HAVE_CAPSTONE

#include <capstone/capstone.h>
#include "disas/host.h"

typedef struct HostSyntax {
    uint16_t machine; /* EM_* */
    cs_arch arch;
    cs_mode mode;
    size_t syntax; /* CS_OPT_SYNTAX_* */
    /* Where a jump or call goes to; false: not known, or not one. */
    bool (*target)(const cs_insn *, uint64_t *target);
    /*
     * The name of what the instruction reads or writes in memory, "" if there
     * is none; its code begins at address.
     */
    void (*memory)(const cs_insn *, uint64_t address, const HostNames *,
                   char *buf, size_t size);
} HostSyntax;

#define SYNTAX(host) extern const HostSyntax host##_syntax;
#include "gen/syntaxes.def"
#undef SYNTAX

#endif

#endif
