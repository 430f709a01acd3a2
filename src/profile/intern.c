#include "profile/intern.h"

#include <stdlib.h>
#include <string.h>
#include "util/check.h"

enum { BUCKETS = 1 << 14 };

typedef struct Entry {
    struct Entry *next;
    char text[];
} Entry;

struct Intern {
    Entry *bucket[BUCKETS];
};

Intern *intern_new(void)
{
    Intern *in = calloc(1, sizeof(*in));
    check(in, "out of memory");
    return in;
}

void intern_free(Intern *in)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (Entry *e = in->bucket[i], *next; e; e = next) {
            next = e->next;
            free(e);
        }
    }
    free(in);
}

static unsigned hash(const char *text)
{
    unsigned h = 5381;
    while (*text) {
        h = h * 33 + (unsigned char)*text++;
    }
    return h % BUCKETS;
}

const char *intern(Intern *in, const char *text)
{
    Entry **bucket = &in->bucket[hash(text)];
    for (Entry *e = *bucket; e; e = e->next) {
        if (strcmp(e->text, text) == 0) {
            return e->text;
        }
    }
    Entry *e = malloc(sizeof(*e) + strlen(text) + 1);
    check(e, "out of memory");
    strcpy(e->text, text);
    e->next = *bucket;
    *bucket = e;
    return e->text;
}
