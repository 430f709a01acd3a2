/* The file: a Header, then each filter, oldest first, behind its header. */
#include "linux-user/inherit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>
#include "linux-user/debug.h"
#include "linux-user/seccomp.h"

static const char variable_name[] = "TCG_INHERIT=";

typedef struct Header {
    MmLimit limit[MM_NB_LIMITS];
    uint32_t strict, nb_filters;
    int32_t close_fd;
    uint32_t mdwe;             /* PR_MDWE_* */
    uint32_t debug_bytes;      /* of debug: gdb_save() */
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
        fwrite(&(FilterHeader){ f->n, f->has_listener },
               sizeof(FilterHeader), 1, out);
        fwrite(f->insn, sizeof(f->insn[0]), f->n, out);
    }
}

int inherit_save(Task *t, int close_fd, char variable[INHERIT_VARIABLE_SIZE])
{
    Header h = { .strict = t->seccomp_strict,
                 .nb_filters = seccomp_count(t->seccomp), .close_fd = close_fd };
    FILE *out;
    int fd;

    memcpy(h.limit, task_mm(t)->limit, sizeof(h.limit));
    h.mdwe = mm_mdwe_inherited(task_mm(t));
    h.debug_bytes = (uint32_t)debug_save(t, h.debug);
    if (!h.strict && !h.nb_filters && close_fd < 0 && !h.debug_bytes &&
        !h.mdwe && !mm_limited(task_mm(t))) {
        return -1;
    }
    fd = memfd_create("inherit", 0);
    out = fd < 0 ? NULL : fdopen(dup(fd), "w");
    if (!out) {
        return -1;
    }
    fwrite(&h, sizeof(h), 1, out);
    write_filters(out, t->seccomp);
    fclose(out);
    lseek(fd, 0, SEEK_SET);
    snprintf(variable, INHERIT_VARIABLE_SIZE, "%s%d", variable_name, fd);
    return fd;
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
        t->seccomp_strict = h.strict;
        t->seccomp = read_filters(in, h.nb_filters);
        if (h.close_fd >= 0) {
            close(h.close_fd);
        }
        if (h.debug_bytes && h.debug_bytes <= sizeof(h.debug)) {
            debug_resume(t, h.debug, h.debug_bytes);
        }
    }
    fclose(in);
}

int inherit_take(char **envp)
{
    size_t n = sizeof(variable_name) - 1;
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
    /* A program with more rights than its caller takes no filters from it. */
    return fd > STDERR_FILENO && !getauxval(AT_SECURE) ? fd : -1;
}
