/* See write_data.h. */
#include "tools/explore/write_data.h"

#include "disas/host.h"
#include "tools/explore/write_unit.h"
#include "util/check.h"

enum { MAX_BYTES = 4 << 20 };

static void write_name(Json *j, const Program *p, const Profile *profile,
                       Function f)
{
    char name[256] = "";
    json_open(j, NULL, '[');
    json_text(j, NULL, program_name(p, f.start, name, sizeof(name)));
    json_number(j, NULL, (int64_t)f.start);
    json_number(j, NULL, (int64_t)(f.end - f.start));
    json_number(j, NULL, (int64_t)profile_between(profile, f.start, f.end));
    json_close(j, ']');
}

static void write_list(Json *j, const DataOptions *o, const Program *p,
                       const Profile *profile, const Choice *c, size_t shown)
{
    json_open(j, "list", '[');
    for (size_t i = 0; i < (o->served ? c->nb_all : shown); i++) {
        write_name(j, p, profile, c->all[o->served ? i : c->chosen[i]]);
    }
    json_close(j, ']');
    json_number(j, "nb_all", (int64_t)c->nb_all);
}

static void write_missing(Json *j)
{
    const char *host = host_disas_missing(), *source = source_missing();
    json_text(j, "no_host_text", host ? host : "");
    json_text(j, "no_source", source ? source : "");
}

char *write_data(const DataOptions *o, Pipeline *p, const Sources *s,
                 const Choice *c, size_t *count)
{
    char *data = NULL;
    size_t size, n = 0;
    Json j = {open_memstream(&data, &size), false};
    check(j.f, "out of memory");
    json_open(&j, NULL, '{');
    json_text(&j, "program", o->program);
    json_text(&j, "guest", p->program->guest->frontend->name);
    json_text(&j, "host", p->compiler.backend->name);
    json_number(&j, "served", o->served);
    json_number(&j, "heat",
                (int64_t)profile_between(&s->profile, 0, UINT64_MAX));
    write_missing(&j);
    write_reasons(&j, "reasons");
    json_open(&j, "functions", '[');
    for (; n < c->nb_chosen && (n == 0 || ftell(j.f) < MAX_BYTES); n++) {
        write_function(&j, p, s, c->all[c->chosen[n]]);
    }
    json_close(&j, ']');
    write_list(&j, o, p->program, &s->profile, c, n);
    json_close(&j, '}');
    check(fclose(j.f) == 0, "out of memory");
    *count = n;
    return data;
}
