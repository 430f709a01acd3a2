/* See page_log.h. */
#include "linux-user/debug/page_log.h"

#include <inttypes.h>

/* Changes with the map, but for odd chances. */
static uint64_t fingerprint(const Map *map)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < map->n; i++) {
        const Mapping *m = &map->at[i];
        uint64_t words[] = {m->start, m->end, m->prot, m->kind};

        for (int k = 0; k < 4; k++) {
            hash = (hash ^ words[k]) * 1099511628211u;
        }
    }
    return hash;
}

static void put_mapping(FILE *f, const Mapping *m)
{
    static const char *const kinds[] = {
        [MAPPING_PLAIN] = "",       [MAPPING_HEAP] = " heap",
        [MAPPING_STACK] = " stack", [MAPPING_GROWS] = " grows",
        [MAPPING_VDSO] = " vdso",
    };

    fprintf(f, "%012" PRIx64 "-%012" PRIx64 " %c%c%c%s\n", m->start, m->end,
            m->prot & 1 ? 'r' : '-', m->prot & 2 ? 'w' : '-',
            m->prot & 4 ? 'x' : '-', kinds[m->kind]);
}

void page_log(Task *t, const char *cause)
{
    Process *proc = t->proc;
    const Log *log = &proc->options->log;
    Map *map = &proc->mm.map;
    uint64_t now;
    FILE *f;

    pthread_mutex_lock(&proc->mm.lock);
    now = fingerprint(map);
    if (now != proc->page_logged) {
        proc->page_logged = now;
        f = log_begin(log);
        fprintf(f, "-- page: %s\n", cause);
        for (size_t i = 0; i < map->n; i++) {
            if (map->at[i].kind != MAPPING_HOST) {
                put_mapping(f, &map->at[i]);
            }
        }
        log_end(f);
    }
    pthread_mutex_unlock(&proc->mm.lock);
}
