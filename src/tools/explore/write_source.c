/* See write_source.h. */
#include "tools/explore/write_source.h"

#include <stdlib.h>
#include <string.h>
#include "util/check.h"

enum { LINES_AROUND = 3, MAX_LINES = 600 };

static int64_t file_index(SourceFiles *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->at[i].name, name) == 0) {
            return (int64_t)i;
        }
    }
    s->at = reallocarray(s->at, s->count + 1, sizeof(*s->at));
    check(s->at, "out of memory");
    s->at[s->count] = (SourceFile){name, INT32_MAX, 0};
    return (int64_t)s->count++;
}

void source_files_note(SourceFiles *s, Json *j, Source *source, uint64_t pc)
{
    const char *name;
    int line = 0;
    int64_t i = -1;
    if (source_line(source, pc, &name, &line)) {
        i = file_index(s, name);
        SourceFile *f = &s->at[i];
        f->first = line < f->first ? line : f->first;
        f->last = line > f->last ? line : f->last;
    }
    json_number(j, "file", i);
    json_number(j, "line", line);
}

static void write_lines(const SourceFile *s, Json *j)
{
    FILE *f = fopen(s->name, "r");
    char *line = NULL;
    size_t room = 0;
    int last = s->last - s->first > MAX_LINES ? s->first + MAX_LINES : s->last;
    for (int n = 1;
         f && n <= last + LINES_AROUND && getline(&line, &room, f) >= 0; n++) {
        if (n >= s->first - LINES_AROUND) {
            line[strcspn(line, "\r\n")] = '\0';
            json_open(j, NULL, '[');
            json_number(j, NULL, n);
            json_text(j, NULL, line);
            json_close(j, ']');
        }
    }
    free(line);
    if (f) {
        fclose(f);
    }
}

void source_files_write(const SourceFiles *s, Json *j)
{
    json_open(j, "files", '[');
    for (size_t i = 0; i < s->count; i++) {
        json_open(j, NULL, '{');
        json_text(j, "name", s->at[i].name);
        json_open(j, "lines", '[');
        write_lines(&s->at[i], j);
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
}

void source_files_free(SourceFiles *s)
{
    free(s->at);
    *s = (SourceFiles){0};
}
