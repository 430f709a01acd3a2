/* See host_names.h. */
#include "disas/host_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "disas/trace_text.h"

static const char *address_name(void *opaque, uint64_t addr, char *buf,
                                size_t size)
{
    const HostNamer *n = opaque;
    char own[128];
    uint64_t offset = addr - (uintptr_t)n->code;
    const char *name = n->backend->runtime_name(
        n->ctx, (const void *)(uintptr_t)addr, own, sizeof(own));
    *buf = '\0';
    if (name) {
        snprintf(buf, size, "%s", name);
        return buf;
    }
    for (uint32_t i = 0; i < n->block->nb_slots; i++) {
        const ExitSlot *s = &n->block->slots[i];
        if (s->site &&
            (offset == s->stub || (s->count && offset == s->count))) {
            snprintf(buf, size, "slot %" PRIu32 ": 0x%" PRIx64, i, s->guest_pc);
        }
    }
    return buf;
}

/* A field of CPUState, as an offset from the guest's state. */
static const char *field_name(int64_t offset)
{
#define FIELD(name)                                                            \
    {                                                                          \
        (int64_t) offsetof(CPUState, name) -                                   \
            (int64_t)offsetof(CPUState, guest),                                \
            sizeof(((CPUState *)0)->name), #name                               \
    }
    static const struct {
        int64_t offset;
        size_t size;
        const char *name;
    } fields[] = {
        FIELD(jump_cache),
        FIELD(heat),
        FIELD(exit_site),
        FIELD(align_addr),
    };
#undef FIELD
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        int64_t at = offset - fields[i].offset;
        if (at >= 0 && at < (int64_t)fields[i].size) {
            return fields[i].name;
        }
    }
    return NULL;
}

static const char *state_name(void *opaque, uint64_t addr, char *buf,
                              size_t size)
{
    const HostNamer *n = opaque;
    int64_t offset = (int64_t)addr;
    uint64_t spill =
        (addr - (uint64_t)n->backend->spill) / n->backend->spill_bytes;
    const char *field = field_name(offset);
    field = field ? field : n->backend->cpu_field((int32_t)offset);
    *buf = '\0';
    for (TempId t = 1; t < n->ir->nb_globals; t++) {
        int64_t at = offset - n->ir->temps[t].offset;
        if (at >= 0 && at < (int64_t)type_size((Type)n->ir->temps[t].type)) {
            snprintf(buf, size, "%s", n->ir->temps[t].name);
            return buf;
        }
    }
    if (field) {
        snprintf(buf, size, "%s", field);
    } else if (spill < n->ir->nb_temps) {
        TempId t = (TempId)spill;
        snprintf(buf, size, t == n->ir->env ? "for a moment" : "spilled ");
        if (t != n->ir->env) {
            trace_text_temp(n->ir, t, buf + 8, size - 8);
        }
    }
    return buf;
}

HostNames host_names(const HostNamer *n)
{
    return (HostNames){
        .machine = n->backend->elf_machine,
        .address = {address_name, (void *)n},
        .state = {state_name, (void *)n},
        .env_bias = n->backend->env_bias,
    };
}
