/* See profile.h. */
#include "tools/explore/profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "util/check.h"

void profile_add(Profile *p, Sample s)
{
    if ((p->count & (p->count - 1)) == 0) { /* room for the next power of 2 */
        size_t room = p->count ? p->count * 2 : 1;
        p->samples = reallocarray(p->samples, room, sizeof(*p->samples));
        check(p->samples, "out of memory");
    }
    p->samples[p->count++] = s;
}

static int compare(const void *x, const void *y)
{
    const Sample *a = x, *b = y;
    return a->addr < b->addr ? -1 : a->addr > b->addr;
}

void profile_sort(Profile *p)
{
    if (p->count) {
        qsort(p->samples, p->count, sizeof(*p->samples), compare);
    }
}

static bool parse(const char *line, Sample *s)
{
    char rest;
    return sscanf(line, "%" SCNx64 " %" SCNu64 " %c", &s->addr, &s->count,
                  &rest) == 2;
}

static bool read_lines(Profile *p, FILE *f, const char *path, char *msg,
                       size_t size)
{
    char *line = NULL;
    size_t room = 0;
    bool ok = true;
    for (unsigned n = 1; ok && getline(&line, &room, f) >= 0; n++) {
        Sample s;
        line[strcspn(line, "#\n")] = '\0';
        if (line[strspn(line, " \t")] == '\0') {
            continue;
        }
        ok = parse(line, &s);
        if (ok) {
            profile_add(p, s);
        } else {
            snprintf(msg, size, "%s:%u: not \"ADDRESS COUNT\"", path, n);
        }
    }
    free(line);
    return ok;
}

bool profile_read(Profile *p, const char *path, char *msg, size_t size)
{
    FILE *f = fopen(path, "r");
    *p = (Profile){0};
    if (!f) {
        snprintf(msg, size, "%s: %s", path, strerror(errno));
        return false;
    }
    bool ok = read_lines(p, f, path, msg, size);
    fclose(f);
    profile_sort(p);
    return ok;
}

void profile_free(Profile *p)
{
    free(p->samples);
    *p = (Profile){0};
}

uint64_t profile_between(const Profile *p, uint64_t start, uint64_t end)
{
    size_t low = 0, high = p->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (p->samples[middle].addr < start) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    uint64_t sum = 0;
    for (; low < p->count && p->samples[low].addr < end; low++) {
        sum += p->samples[low].count;
    }
    return sum;
}
