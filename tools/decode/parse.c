/* Lines and groups: who belongs where. */
#include "parse.h"

#include <string.h>

#include "text.h"

enum { INDENT = 2 };

typedef struct Parser {
    Spec *spec;
    VEC(Node *) open; /* groups around the current line, outermost first */
} Parser;

static Node *innermost(const Parser *p)
{
    return p->open.count ? p->open.at[p->open.count - 1] : p->spec->root;
}

static void check_indent(const Parser *p, const Line *line)
{
    int expected = p->open.count * INDENT;

    if (line->indent != expected) {
        model_error(p->spec, line->pos, "indentation %d, expected %d",
                    line->indent, expected);
    }
}

static void check_alone(const Parser *p, const Line *line)
{
    if (line->words.count > 1) {
        model_error(p->spec, line->pos, "extra words after '%s'",
                    line->words.at[0]);
    }
}

static void add_member(Parser *p, Node *node)
{
    Node *parent = innermost(p);

    vec_push(&parent->members, node);
}

static Node *new_node(NodeKind kind, Pos pos)
{
    Node *node = mem_new(sizeof *node);

    node->kind = kind;
    node->pos = pos;
    return node;
}

static void open_group(Parser *p, const Line *line)
{
    bool brace = line->words.at[0][0] == '{';
    Node *group = new_node(brace ? NODE_OVERLAP : NODE_EXCLUSIVE, line->pos);

    check_indent(p, line);
    check_alone(p, line);
    add_member(p, group);
    vec_push(&p->open, group);
}

static void close_group(Parser *p, const Line *line)
{
    bool brace = line->words.at[0][0] == '}';
    Node *group = innermost(p);

    check_alone(p, line);
    if (!p->open.count) {
        model_error(p->spec, line->pos, "'%s' without an open group",
                    line->words.at[0]);
    }
    if (brace != (group->kind == NODE_OVERLAP)) {
        model_error(p->spec, line->pos,
                    "'%s' does not close the group of line %d",
                    line->words.at[0], group->pos.line);
    }
    if (!group->members.count) {
        model_error(p->spec, group->pos, "empty pattern group");
    }
    p->open.count--;
    check_indent(p, line);
}

static void add_pattern(Parser *p, const Line *line)
{
    Node *node = new_node(NODE_PATTERN, line->pos);

    node->pattern = parse_pattern(p->spec, line->pos, &line->words);
    add_member(p, node);
}

static void define(Parser *p, const Line *line)
{
    const Words *words = &line->words;
    const char *name = words->at[0];
    char mark = strchr("%&@", name[0]) ? name[0] : '\0';
    const char *bare = name + (mark != '\0');

    check_indent(p, line);
    if (!text_is_def_name(bare, text_length(bare))) {
        model_error(p->spec, line->pos, "invalid name '%s'", name);
    }
    switch (mark) {
    case '%': parse_field(p->spec, line->pos, words); break;
    case '&': parse_arg_set(p->spec, line->pos, words); break;
    case '@': parse_format(p->spec, line->pos, words); break;
    default: add_pattern(p, line); break;
    }
}

static bool is_one_of(const char *word, const char *characters)
{
    return strlen(word) == 1 && strchr(characters, word[0]);
}

static void parse_line(Parser *p, const Line *line)
{
    if (!line->words.count) {
        check_indent(p, line);
    } else if (is_one_of(line->words.at[0], "{[")) {
        open_group(p, line);
    } else if (is_one_of(line->words.at[0], "}]")) {
        close_group(p, line);
    } else {
        define(p, line);
    }
}

void parse_file(Spec *spec, const char *file)
{
    Parser parser = {.spec = spec};
    Lines lines = lines_read(file);

    VEC_EACH (const Line, line, &lines) {
        parse_line(&parser, line);
    }
    if (parser.open.count) {
        model_error(spec, innermost(&parser)->pos, "group is never closed");
    }
}
