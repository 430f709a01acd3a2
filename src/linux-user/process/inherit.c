/* The file: a Header, then each filter, oldest first, behind its header. */
#include "linux-user/process/inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>
#include "linux-user/debug/debug.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/seccomp/seccomp.h"
#include "util/check.h"

static const char variable_name[] = "TCG_INHERIT=";

typedef struct Header {
    MmLimit limit[MM_NB_LIMITS];
    uint32_t strict, nb_filters;
    InheritedProgram program;
    uint32_t mdwe; /* PR_MDWE_* */
    TraceSaved trace;
    uint32_t debug_bytes; /* of debug: gdb_save() */
    char debug[GDB_SAVED_MAX];
} Header;

/* In front of its instructions. */
typedef struct FilterHeader {
    uint32_t n, has_listener;
} FilterHeader;

static void write_filters(FILE *out, const SeccompFilter *f)
{
    if (f) {
        write_filters(out, f->prev);
        fwrite(&(FilterHeader){f->n, f->has_listener}, sizeof(FilterHeader), 1,
               out);
        fwrite(f->insn, sizeof(f->insn[0]), f->n, out);
    }
}

static FILE *new_file(int *fd)
{
    int copy;
    FILE *out;

    *fd = memfd_create("inherit", 0);
    copy = *fd < 0 ? -1 : dup(*fd);
    out = copy < 0 ? NULL : fdopen(copy, "w");
    if (!out && *fd >= 0) {
        close(*fd);
    }
    return out;
}

long inherit_save(Task *t, const InheritedProgram *program, int *out,
                  char variable[INHERIT_VARIABLE_SIZE])
{
    Header h = {.strict = t->seccomp.strict,
                .nb_filters = seccomp_count(t->seccomp.filter),
                .program = *program};
    FILE *file;

    *out = -1;
    memcpy(h.limit, task_mm(t)->limit, sizeof(h.limit));
    h.mdwe = mm_mdwe_inherited(task_mm(t));
    h.debug_bytes = (uint32_t)debug_save(t, h.debug);
    check(h.debug_bytes <= sizeof(h.debug), "%u bytes of the debugger's",
          h.debug_bytes);
    trace_save(t, &h.trace);
    if (!h.strict && !h.nb_filters && program->fd < 0 && !h.debug_bytes &&
        !h.mdwe && !h.trace.on && !mm_limited(task_mm(t))) {
        return 0;
    }
    file = new_file(out);
    if (!file) {
        return -errno;
    }
    fwrite(&h, sizeof(h), 1, file);
    write_filters(file, t->seccomp.filter);
    fclose(file);
    lseek(*out, 0, SEEK_SET);
    snprintf(variable, INHERIT_VARIABLE_SIZE, "%s%d", variable_name, *out);
    return 0;
}

static const SeccompFilter *read_filters(FILE *in, uint32_t n)
{
    struct sock_filter *insn = calloc(BPF_MAXINSNS, sizeof(*insn));
    const SeccompFilter *chain = NULL;
    FilterHeader h;

    for (; insn && n > 0; n--) {
        SeccompFilter *f;

        if (fread(&h, sizeof(h), 1, in) != 1 || h.n > BPF_MAXINSNS ||
            fread(insn, sizeof(*insn), h.n, in) != h.n ||
            !(f = seccomp_add(chain, insn, h.n))) {
            break;
        }
        f->has_listener = h.has_listener;
        chain = f;
    }
    free(insn);
    return chain;
}

void inherit_load(Task *t, int fd)
{
    FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
    Header h;

    if (!in) {
        return;
    }
    if (fread(&h, sizeof(h), 1, in) == 1) {
        memcpy(task_mm(t)->limit, h.limit, sizeof(h.limit));
        task_mm(t)->mdwe = h.mdwe;
        t->seccomp.strict = h.strict;
        t->seccomp.filter = read_filters(in, h.nb_filters);
        trace_resume(t, &h.trace);
        if (h.debug_bytes && h.debug_bytes <= sizeof(h.debug)) {
            debug_resume(t, h.debug, h.debug_bytes);
        }
    }
    fclose(in);
}

int inherit_take(char **envp, InheritedProgram *program)
{
    size_t n = sizeof(variable_name) - 1;
    Header h;
    char **to = envp;
    int fd = -1;

    for (; *envp; envp++) {
        if (strncmp(*envp, variable_name, n) != 0) {
            *to++ = *envp;
        } else if (fd < 0) {
            fd = atoi(*envp + n);
        }
    }
    *to = NULL;
    *program = (InheritedProgram){.fd = -1};
    /* A program with more rights than its caller takes nothing from it. */
    if (fd < 0 || getauxval(AT_SECURE) ||
        pread(fd, &h, sizeof(h), 0) != sizeof(h)) {
        return -1;
    }
    *program = h.program;
    return fd;
}
