/* The JSON of print.h. */
#include <inttypes.h>
#include <string.h>
#include "tools/ir/print.h"

static void put_string(FILE *f, const char *text, size_t n)
{
    fputc('"', f);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            fprintf(f, "\\%c", c);
        } else if (c < 0x20) {
            fprintf(f, "\\u%04x", c);
        } else {
            fputc(c, f);
        }
    }
    fputc('"', f);
}

static void put_text(FILE *f, const char *key, const char *text)
{
    fprintf(f, "\"%s\": ", key);
    put_string(f, text, strlen(text));
}

/* Addresses are strings: JSON's numbers do not hold 64 bits. */
static void put_address(FILE *f, const char *key, uint64_t addr)
{
    fprintf(f, "\"%s\": \"0x%" PRIx64 "\"", key, addr);
}

static void put_ops(FILE *f, const char *key, const char *text)
{
    const char *separator = "";
    fprintf(f, ", \"%s\": [", key);
    while (*text) {
        size_t n = strcspn(text, "\n");
        fputs(separator, f);
        put_string(f, text, n);
        separator = ", ";
        text += n + (text[n] == '\n');
    }
    fputc(']', f);
}

static void separate(JsonOut *j)
{
    fputs(j->comma ? ",\n" : "\n", j->f);
    j->comma = true;
}

void json_begin(JsonOut *j, const Program *p, const char *path)
{
    fputc('{', j->f);
    put_text(j->f, "file", path);
    fputs(", ", j->f);
    put_text(j->f, "guest", p->guest->frontend->name);
    fputs(", \"functions\": [", j->f);
    j->comma = false;
}

void json_begin_function(JsonOut *j, const Program *p, Function fn)
{
    char name[256] = "";
    separate(j);
    fputs("{", j->f);
    put_text(j->f, "name", program_name(p, fn.start, name, sizeof(name)));
    fputs(", ", j->f);
    put_address(j->f, "pc", fn.start);
    fprintf(j->f, ", \"bytes\": %" PRIu64 ", \"blocks\": [", fn.end - fn.start);
    j->comma = false;
}

static void put_insn(FILE *f, const Program *p, const Part *part)
{
    GuestInsn insn;
    char text[512];
    uint32_t code = program_insn(p, part->pc, &insn);
    put_address(f, "pc", part->pc);
    fprintf(f, ", \"code\": \"%0*x\", ", (int)insn.length * 2, code);
    put_text(f, "text", print_insn(p, part->pc, text, sizeof(text)));
    fputs(", ", f);
    put_text(f, "pattern", insn.pattern ? insn.pattern : "");
}

static void put_parts(FILE *f, const Program *p, const char *key,
                      const Listing *l)
{
    fprintf(f, ", \"%s\": [", key);
    for (size_t i = 0; i < l->count; i++) {
        fputs(i ? ",\n  {" : "\n  {", f);
        if (l->parts[i].has_pc) {
            put_insn(f, p, &l->parts[i]);
        } else {
            fputs("\"pc\": null", f);
        }
        put_ops(f, "ops", l->parts[i].text);
        fputc('}', f);
    }
    fputc(']', f);
}

void json_block(JsonOut *j, const BlockView *v)
{
    separate(j);
    fputs(" {", j->f);
    put_text(j->f, "name", v->head.name);
    fputs(", ", j->f);
    put_address(j->f, "pc", v->head.pc);
    fprintf(j->f, ", \"bytes\": %" PRIu32 ", \"region\": %s", v->head.nb_bytes,
            *v->region ? "true" : "false");
    put_parts(j->f, v->program, "insns", v->before);
    if (v->after) {
        put_parts(j->f, v->program, "optimised", v->after);
    }
    fputc('}', j->f);
}

void json_end_function(JsonOut *j)
{
    fputs("]}", j->f);
    j->comma = true;
}

void json_end(JsonOut *j)
{
    fputs("\n]}\n", j->f);
}
