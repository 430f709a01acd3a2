/* The backends that there are, in the order of backend_at(). */
#include <string.h>
#include "backend/backend.h"

#define BACKEND(name) &name##_backend,
static const Backend *const backends[] = {
#include "gen/backends.def"
};

enum { NB_BACKENDS = sizeof(backends) / sizeof(backends[0]) };

const Backend *backend_at(unsigned i)
{
    return i < NB_BACKENDS ? backends[i] : NULL;
}

const Backend *backend_named(const char *name)
{
    for (unsigned i = 0; i < NB_BACKENDS; i++) {
        if (strcmp(backends[i]->name, name) == 0) {
            return backends[i];
        }
    }
    return NULL;
}

bool slot_is_counted(const IR *ir, unsigned k, SlotKind kind, uint64_t pc,
                     uint64_t target)
{
    bool back = kind == SLOT_JUMP && target <= pc && !ir_is_inner(ir, k) &&
                (int)k != ir->plain_slot;
    return back || kind == SLOT_CALL;
}
