/* See irfile.h. */
#include "core/irfile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/parse.h"
#include "util/check.h"

enum { NAME_BYTES = 256 };

struct IRFile {
    char *path;
    char *data; /* with a 0 behind */
    size_t size;
    bool binary;
    IRReader *reader; /* binary: made by the first ir_file_next() */
    char *at;         /* text: what is left, from a line's beginning */
    unsigned line;    /* its number */
    bool started;     /* text: a block has been read */
    char guest[NAME_BYTES], name[NAME_BYTES];
};

/* Reading the whole ------------------------------------------------------ */

/* All that f has, with a 0 behind it; NULL with errno. */
static char *read_all(FILE *f, size_t *size)
{
    char *data = NULL;
    size_t room = 0;
    *size = 0;
    do {
        room = room * 2 + 65536;
        char *larger = realloc(data, room);
        if (!larger) {
            free(data);
            return NULL;
        }
        data = larger;
        *size += fread(data + *size, 1, room - 1 - *size, f);
    } while (*size == room - 1);
    if (ferror(f)) {
        free(data);
        return NULL;
    }
    data[*size] = '\0';
    return data;
}

static char *read_file(const char *path, size_t *size)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char *data = f ? read_all(f, size) : NULL;
    if (f && f != stdin) {
        fclose(f);
    }
    return data;
}

/* Text -------------------------------------------------------------------- */

static bool starts_with(const char *line, const char *word)
{
    size_t n = strlen(word);
    return strncmp(line, word, n) == 0 && (line[n] == ' ' || line[n] == '\n');
}

static char *line_end(char *line)
{
    return line + strcspn(line, "\n");
}

static bool next_line(IRFile *f)
{
    f->at = line_end(f->at);
    if (*f->at == '\0') {
        return false;
    }
    f->at++;
    f->line++;
    return true;
}

/* "guest NAME" may stand in front of the blocks. */
static void find_guest(IRFile *f)
{
    for (char *p = f->data; *p && !starts_with(p, "block");) {
        if (starts_with(p, "guest")) {
            sscanf(p, "guest %255s", f->guest);
            memset(p, ' ', strcspn(p, "\n"));
            return;
        }
        p = line_end(p);
        p += *p != '\0';
    }
}

IRFile *ir_file_open(const char *path, char *msg, size_t size)
{
    IRFile *f = calloc(1, sizeof(*f));
    check(f, "out of memory");
    f->data = read_file(path, &f->size);
    if (!f->data) {
        snprintf(msg, size, "%s: %s", path, strerror(errno));
        free(f);
        return NULL;
    }
    if (!f->size) {
        snprintf(msg, size, "%s: an empty file", path);
        free(f->data);
        free(f);
        return NULL;
    }
    if (f->size >= 4 && memcmp(f->data, "\177ELF", 4) == 0) {
        snprintf(msg, size, "%s: a program, not IR; tcg-irdump makes IR of it",
                 path);
        free(f->data);
        free(f);
        return NULL;
    }
    f->path = strdup(path);
    f->binary = ir_image_guest((const uint8_t *)f->data, f->size, f->guest);
    if (!f->binary) {
        find_guest(f);
    }
    f->at = f->data;
    f->line = 1;
    return f;
}

void ir_file_close(IRFile *f)
{
    if (f) {
        ir_reader_free(f->reader);
        free(f->path);
        free(f->data);
        free(f);
    }
}

const char *ir_file_guest(const IRFile *f)
{
    return f->guest;
}

static int next_binary(IRFile *f, IR *ir, IRHead *head, char *msg, size_t size)
{
    char why[256];
    int got = -1;
    if (!f->reader) {
        f->reader = ir_reader_new(ir, (const uint8_t *)f->data, f->size, why,
                                  sizeof(why));
    }
    if (f->reader) {
        got = ir_reader_next(f->reader, head, why, sizeof(why));
    }
    if (got < 0) {
        snprintf(msg, size, "%s: %s", f->path, why);
    }
    return got;
}

/* "block PC BYTES NAME"; false: that is not what stands there. */
static bool parse_head(IRFile *f, IRHead *head)
{
    char *end = line_end(f->at), saved = *end;
    f->name[0] = '\0';
    *end = '\0'; /* sscanf() looks for the end of the string */
    int n = sscanf(f->at, "block %" SCNx64 " %" SCNu32 "%*[ ]%255[^ \n]",
                   &head->pc, &head->nb_bytes, f->name);
    *end = saved;
    head->name = f->name;
    return n >= 2;
}

/* Parses up to the next block, of which nothing is touched. */
static bool parse_part(IRFile *f, IR *ir, char *msg, size_t size)
{
    char *start = f->at, why[256];
    unsigned line = f->line;
    while (!starts_with(f->at, "block") && next_line(f)) {
    }
    char saved = *f->at;
    *f->at = '\0';
    bool ok = ir_parse_from(ir, start, line, why, sizeof(why));
    *f->at = saved;
    if (!ok) {
        snprintf(msg, size, "%s:%s", f->path, why);
    }
    return ok;
}

static int next_text(IRFile *f, IR *ir, IRHead *head, char *msg, size_t size)
{
    *head = (IRHead){.name = ""};
    if (!f->started) {
        if (!parse_part(f, ir, msg, size)) {
            return -1;
        }
        f->started = true;
        if (!*f->at) {
            return 1;
        }
        if (ir->nb_ops) {
            snprintf(msg, size, "%s: ops in front of the first block", f->path);
            return -1;
        }
    }
    if (!*f->at) {
        return 0;
    }
    if (!parse_head(f, head)) {
        snprintf(msg, size, "%s:%u: block PC BYTES NAME expected", f->path,
                 f->line);
        return -1;
    }
    next_line(f);
    return parse_part(f, ir, msg, size) ? 1 : -1;
}

int ir_file_next(IRFile *f, IR *ir, IRHead *head, char *msg, size_t size)
{
    return f->binary ? next_binary(f, ir, head, msg, size)
                     : next_text(f, ir, head, msg, size);
}
