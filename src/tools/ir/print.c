/* See print.h. */
#include "tools/ir/print.h"

#include <inttypes.h>
#include <string.h>

enum { CODE_COLUMN = 24, LEFT_COLUMNS = 52 };

const char *print_insn(const Program *p, uint64_t pc, char *buf, size_t size)
{
    GuestInsn insn;
    char name[256] = "";
    program_insn(p, pc, &insn);
    if (insn.has_target) {
        program_name(p, insn.target, name, sizeof(name));
    }
    char *tab = strchr(insn.text, '\t');
    if (tab) {
        *tab = '\0';
    }
    snprintf(buf, size, tab ? "%-7s %s%s%s%s" : "%s%s%s%s%s", insn.text,
             tab ? tab + 1 : "", *name ? " <" : "", name, *name ? ">" : "");
    return buf;
}

/* The instruction's code as a number, as wide as it is. */
static void put_code(FILE *f, const Program *p, uint64_t pc)
{
    GuestInsn insn;
    uint32_t code = program_insn(p, pc, &insn);
    fprintf(f, "%0*x%*s", (int)insn.length * 2, code,
            insn.length < 4 ? 8 - (int)insn.length * 2 : 0, "");
}

static void put_lines(FILE *f, const char *text, const char *indent)
{
    while (*text) {
        int n = (int)strcspn(text, "\n");
        fprintf(f, "%s%.*s\n", indent, n, text);
        text += n + (text[n] == '\n');
    }
}

void print_text(FILE *f, const BlockView *v)
{
    char insn[512];
    fprintf(f, "block 0x%" PRIx64 " %" PRIu32 " %s\n%s", v->head.pc,
            v->head.nb_bytes, v->head.name, v->region);
    for (size_t i = 0; i < v->before->count; i++) {
        const Part *p = &v->before->parts[i];
        if (p->has_pc) {
            int n = fprintf(f, "insn_start 0x%" PRIx64, p->pc);
            fprintf(f, "%*s# ", n < CODE_COLUMN ? CODE_COLUMN - n : 1, "");
            put_code(f, v->program, p->pc);
            fprintf(f, "  %s\n",
                    print_insn(v->program, p->pc, insn, sizeof(insn)));
        }
        put_lines(f, p->text, "    ");
    }
    fputc('\n', f);
}

/* Side by side ------------------------------------------------------------ */

static int next_line(const char **text)
{
    int n = (int)strcspn(*text, "\n");
    *text += n + ((*text)[n] == '\n');
    return n;
}

/* Either may be NULL. */
static void put_rows(FILE *f, const Part *left, const Part *right)
{
    const char *l = left ? left->text : "", *r = right ? right->text : "";
    while (*l || *r) {
        const char *left_line = l, *right_line = r;
        int n = next_line(&l), m = next_line(&r);
        if (m) {
            fprintf(f, "  %-*.*s | %.*s\n", LEFT_COLUMNS > n ? LEFT_COLUMNS : n,
                    n, left_line, m, right_line);
        } else {
            fprintf(f, "  %-*.*s |\n", LEFT_COLUMNS > n ? LEFT_COLUMNS : n, n,
                    left_line);
        }
    }
}

static void put_title(FILE *f, const BlockView *v, const Part *p)
{
    char insn[512];
    if (p->has_pc) {
        fprintf(f, "0x%" PRIx64 ":  ", p->pc);
        put_code(f, v->program, p->pc);
        fprintf(f, "  %s\n", print_insn(v->program, p->pc, insn, sizeof(insn)));
    }
}

/* The next part of the listing from `from` on that is of the same pc. */
static size_t find_part(const Listing *l, size_t from, const Part *p)
{
    while (from < l->count &&
           (l->parts[from].has_pc != p->has_pc || l->parts[from].pc != p->pc)) {
        from++;
    }
    return from;
}

void print_beside(FILE *f, const BlockView *v)
{
    size_t done = 0; /* of v->after */
    uint32_t ops[2] = {0, 0};
    for (size_t i = 0; i < v->before->count; i++) {
        ops[0] += v->before->parts[i].nb_ops;
    }
    for (size_t i = 0; i < v->after->count; i++) {
        ops[1] += v->after->parts[i].nb_ops;
    }
    fprintf(f,
            "%s at 0x%" PRIx64 ", %" PRIu32 " bytes: %" PRIu32
            " ops, optimised %" PRIu32 "\n%s",
            v->head.name, v->head.pc, v->head.nb_bytes, ops[0], ops[1],
            v->region);
    for (size_t i = 0; i < v->before->count; i++) {
        const Part *p = &v->before->parts[i];
        size_t same = find_part(v->after, done, p);
        bool found = same < v->after->count;
        for (; found && done < same; done++) {
            put_title(f, v, &v->after->parts[done]);
            put_rows(f, NULL, &v->after->parts[done]);
        }
        put_title(f, v, p);
        put_rows(f, p, found ? &v->after->parts[same] : NULL);
        done += found;
    }
    for (; done < v->after->count; done++) {
        put_title(f, v, &v->after->parts[done]);
        put_rows(f, NULL, &v->after->parts[done]);
    }
    fputc('\n', f);
}
