/* See compile.h. */
#include "tools/ir/compile.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "util/check.h"

/* Address space; memory as far as it is used.  A jump reaches all of it. */
static const size_t buffer_bytes = (size_t)1 << 30;

/* Host processors ---------------------------------------------------------- */

static const HostFeature *find_feature(const HostFeature *list,
                                       const char *name, size_t n)
{
    for (; list->name; list++) {
        if (strlen(list->name) == n && memcmp(list->name, name, n) == 0) {
            return list;
        }
    }
    return NULL;
}

static bool one_part(const Backend *be, const char *part, size_t n,
                     BackendConfig *cfg)
{
    const HostFeature *f = find_feature(be->processors, part, n);
    if (n == 6 && memcmp(part, "native", n) == 0) {
        return true;
    }
    if (n == 5 && memcmp(part, "plain", n) == 0) {
        cfg->plain = true;
        return true;
    }
    if (f) {
        cfg->without = ~f->bits;
        cfg->force = f->bits;
        return true;
    }
    f = n > 1 && (*part == '-' || *part == '+')
            ? find_feature(be->features, part + 1, n - 1)
            : NULL;
    if (f && *part == '-') {
        cfg->without |= f->bits;
        cfg->force &= ~f->bits;
    } else if (f) {
        cfg->without &= ~f->bits;
        cfg->force |= f->bits;
    }
    return f != NULL;
}

const char *host_cpu(const Backend *be, const char *text, BackendConfig *cfg)
{
    while (*text) {
        size_t n = strcspn(text, ",");
        if (!one_part(be, text, n, cfg)) {
            return text;
        }
        text += n;
        text += *text == ',';
    }
    return NULL;
}

/* Compiling --------------------------------------------------------------- */

static void note(void *opaque, const TraceEvent *e)
{
    Compiler *c = opaque;
    if (c->nb_events == c->room) {
        c->room = c->room * 2 + 1024;
        c->events = reallocarray(c->events, c->room, sizeof(*c->events));
        check(c->events, "out of memory");
    }
    c->events[c->nb_events++] = *e;
}

bool compiler_init(Compiler *c, const Backend *be, BackendConfig cfg,
                   const IR *ir, bool events)
{
    uint8_t *p = mmap(NULL, buffer_bytes, PROT_READ | PROT_WRITE | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    *c = (Compiler){.backend = be, .trace = {note, c}};
    if (p == MAP_FAILED) {
        return false;
    }
    cfg.trace = events ? &c->trace : NULL;
    c->buf = (CodeBuf){p, p, buffer_bytes, 0};
    c->ctx = be->create(&cfg, ir);
    if (!c->ctx || !be->emit_runtime(c->ctx, &c->buf)) {
        compiler_free(c);
        return false;
    }
    c->runtime_bytes = c->buf.used;
    return true;
}

void compiler_free(Compiler *c)
{
    c->backend->destroy(c->ctx);
    munmap(c->buf.rw, buffer_bytes);
    free(c->events);
}

CompileStatus compiler_run(Compiler *c, IR *ir, CompiledBlock *block)
{
    c->nb_events = 0;
    return c->backend->compile(c->ctx, ir, &c->buf, block);
}

void compiler_reset(Compiler *c)
{
    c->buf.used = c->runtime_bytes;
}
