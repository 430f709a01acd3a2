/* What plugins can ask: counters, threads, registers, memory, names. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "plugin/internal.h"
#include "util/check.h"

/* ---- Counters ------------------------------------------------------------ */

TcgCounter *tcg_counter_new(TcgPlugin *plugin)
{
    Plugins *p = plugin->all;
    TcgCounter *c = NULL;
    pthread_mutex_lock(&p->lock);
    if (p->nb_counters < MAX_COUNTERS) {
        c = must_have(malloc(sizeof(*c)));
        *c = (TcgCounter){p, p->nb_counters++};
    }
    pthread_mutex_unlock(&p->lock);
    return c;
}

uint64_t tcg_counter_of(const TcgCounter *c, const TcgThread *t)
{
    return __atomic_load_n(&counters_of(t->cpu)[c->index], __ATOMIC_RELAXED);
}

uint64_t tcg_counter_sum(const TcgCounter *c)
{
    Plugins *p = c->all;
    pthread_mutex_lock(&p->lock);
    uint64_t sum = p->retired[c->index];
    for (const TcgThread *t = p->threads; t; t = t->next) {
        sum += tcg_counter_of(c, t);
    }
    pthread_mutex_unlock(&p->lock);
    return sum;
}

/* ---- Threads, registers, memory -------------------------------------------
 */

unsigned tcg_thread_id(const TcgThread *t)
{
    return t->id;
}

void **tcg_thread_data(TcgPlugin *p, TcgThread *t)
{
    return &t->data[p->index];
}

/* Its number is that of the global. */
int tcg_register(TcgPlugin *p, const char *name)
{
    int t = ir_find_global(p->all->ir, name);
    return t > 0 ? t : -1;
}

size_t tcg_read_register_bytes(const TcgThread *t, int reg, void *dst, size_t n)
{
    const IR *ir = t->all->ir;
    check(reg > 0 && (unsigned)reg < ir->nb_globals, "no register %d", reg);
    size_t size = type_size((Type)ir->temps[reg].type);
    memcpy(dst, t->cpu->guest + ir->temps[reg].offset, n < size ? n : size);
    return size;
}

uint64_t tcg_read_register(const TcgThread *t, int reg)
{
    uint64_t value = 0;
    tcg_read_register_bytes(t, reg, &value, sizeof(value));
    return value;
}

bool tcg_read_memory(TcgPlugin *p, uint64_t address, void *dst, size_t n)
{
    return p->all->guest.read(address, dst, n);
}

/* ---- Names ----------------------------------------------------------------
 */

const char *tcg_symbol(TcgPlugin *p, uint64_t address, uint64_t *offset)
{
    SymbolHit hit;
    if (!symbol_map_find(p->all->symbols, address, &hit) || !hit.symbol) {
        return NULL;
    }
    *offset = address - hit.bias - hit.symbol->addr;
    return hit.symbol->name;
}

TcgFunction *tcg_function(TcgPlugin *p, const char *name)
{
    TcgFunction *f = must_have(malloc(sizeof(*f)));
    *f = (TcgFunction){p->all, must_have(strdup(name)), p->all->functions};
    p->all->functions = f;
    return f;
}

bool tcg_function_at(const TcgFunction *f, uint64_t address, uint64_t *offset)
{
    return symbol_map_at(f->all->symbols, address, f->name, offset);
}

const char *plugins_unknown_function(Plugins *p, uint64_t end)
{
    for (const TcgFunction *f = p->functions; f; f = f->next) {
        if (!symbol_map_has(p->symbols, f->name, end)) {
            return f->name;
        }
    }
    return NULL;
}

const char *tcg_program(TcgPlugin *p)
{
    return p->all->program;
}

/* A line of the map: its file, if it has one, and whether it is code. */
static bool parse_line(char *line, TcgModule *m, bool *code)
{
    char perms[8];
    int name = 0;
    line[strcspn(line, "\n")] = '\0';
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*s %*s %*s %n", &m->start,
               &m->end, perms, &name) < 3) {
        return false;
    }
    m->path = line + name;
    *code = perms[2] == 'x';
    return name && line[name] == '/';
}

static void tell(const TcgModule *m, bool code, TcgModuleFn *fn, void *user)
{
    if (code && m->path[0]) {
        fn(m, user);
    }
}

/* Neighbours of one file are one module, the memory behind its end aside. */
static void read_modules(FILE *f, TcgModuleFn *fn, void *user)
{
    char *line = NULL, path[4096] = "";
    TcgModule m = {.path = path}, next;
    size_t size = 0;
    bool any = false, code;
    while (getline(&line, &size, f) > 0) {
        if (!parse_line(line, &next, &code)) {
            continue;
        }
        if (strcmp(next.path, path) == 0) {
            m.end = next.end;
            any |= code;
            continue;
        }
        tell(&m, any, fn, user);
        snprintf(path, sizeof(path), "%s", next.path);
        m = (TcgModule){next.start, next.end, path};
        any = code;
    }
    tell(&m, any, fn, user);
    free(line);
}

void tcg_modules(TcgPlugin *p, TcgModuleFn *fn, void *user)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f) {
        return;
    }
    p->all->guest.print_maps(f);
    fclose(f);
    f = text ? fmemopen(text, size + 1, "r") : NULL;
    if (f) {
        read_modules(f, fn, user);
        fclose(f);
    }
    free(text);
}

void tcg_print(TcgPlugin *p, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vfprintf(p->all->cfg->log->file, format, ap);
    va_end(ap);
}
