/*
 * The text form: see dump.h.  Two passes over the lines: the first declares
 * the globals and finds which temp numbers occur, so that temps can have
 * the TempIds that the text gives them; the second appends the ops.
 *
 * An error is reported once, by fail(), and makes every later step a no-op.
 */
#include "core/parse.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/names.h"

enum { WORD_MAX = 64, NO_TEMP = -1 };

typedef struct Parser {
    IR *ir;
    const char *p; /* what is left of the current line, and beyond */
    unsigned line;
    bool failed;
    char *msg;
    size_t size;
    uint32_t shift; /* TempId - number in the text */
    bool typed[IR_MAX_TEMPS];
} Parser;

static void fail(Parser *ps, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void fail(Parser *ps, const char *format, ...)
{
    if (ps->failed) {
        return;
    }
    ps->failed = true;
    int n = snprintf(ps->msg, ps->size, "%u: ", ps->line);
    if (n >= 0 && (size_t)n < ps->size) {
        va_list ap;
        va_start(ap, format);
        vsnprintf(ps->msg + n, ps->size - (size_t)n, format, ap);
        va_end(ap);
    }
}

/* Tokens --------------------------------------------------------------- */

static void skip_spaces(Parser *ps)
{
    while (*ps->p == ' ' || *ps->p == '\t' || *ps->p == '\r') {
        ps->p++;
    }
    if (*ps->p == '#') {
        ps->p += strcspn(ps->p, "\n");
    }
}

static bool at_end(Parser *ps)
{
    skip_spaces(ps);
    return *ps->p == '\n' || *ps->p == '\0';
}

static bool accept(Parser *ps, char c)
{
    skip_spaces(ps);
    if (*ps->p != c) {
        return false;
    }
    ps->p++;
    return true;
}

static void expect(Parser *ps, char c)
{
    if (!accept(ps, c)) {
        fail(ps, "'%c' expected", c);
    }
}

/* Letters, digits and underscores; empty when there are none. */
static void read_word(Parser *ps, char word[WORD_MAX])
{
    size_t n = 0;
    skip_spaces(ps);
    while (isalnum((unsigned char)ps->p[n]) || ps->p[n] == '_') {
        n++;
    }
    if (n >= WORD_MAX) {
        fail(ps, "a word of %zu letters", n);
        n = WORD_MAX - 1;
    }
    memcpy(word, ps->p, n);
    word[n] = '\0';
    ps->p += n;
}

static uint64_t read_number(Parser *ps)
{
    skip_spaces(ps);
    bool negative = *ps->p == '-';
    const char *start = ps->p + negative;
    char *end;
    errno = 0;
    uint64_t value = strtoull(start, &end, 0);
    if (!isdigit((unsigned char)*start) || errno) {
        fail(ps, "number expected");
        return 0;
    }
    ps->p = end;
    return negative ? -value : value;
}

static Type read_type(Parser *ps)
{
    char word[WORD_MAX];
    read_word(ps, word);
    for (Type t = 0; t < TYPE_COUNT; t++) {
        if (strcmp(word, type_name(t)) == 0) {
            return t;
        }
    }
    fail(ps, "unknown type '%s'", word);
    return TYPE_I64;
}

/* First pass: globals, temps ------------------------------------------- */

static void parse_global(Parser *ps)
{
    char name[WORD_MAX];
    Type type = read_type(ps);
    read_word(ps, name);
    expect(ps, '@');
    int64_t offset = (int64_t)read_number(ps);
    if (ps->failed) {
        return;
    }
    if (!isalpha((unsigned char)name[0]) || offset != (int32_t)offset) {
        fail(ps, "bad global '%s'", name);
    } else if (ir_declare_global(ps->ir, type, (int32_t)offset, name) < 0) {
        fail(ps, "'%s' is another global", name);
    }
}

/* The number of "t12" or "T13", or -1 for any other word. */
static int temp_number(const char *word)
{
    bool letter = word[0] == 't' || word[0] == 'T';
    if (!letter || !isdigit((unsigned char)word[1])) {
        return -1;
    }
    char *end;
    unsigned long n = strtoul(word + 1, &end, 10);
    return *end || n >= IR_MAX_TEMPS ? -1 : (int)n;
}

typedef struct TempUse {
    int min, max;
    uint8_t kind[IR_MAX_TEMPS]; /* by number: 0, 't' or 'T' */
} TempUse;

static void note_temp(Parser *ps, TempUse *use, const char *word)
{
    int n = temp_number(word);
    if (n < 0 || ir_find_global(ps->ir, word) >= 0) {
        return;
    }
    if (use->kind[n] && use->kind[n] != word[0]) {
        fail(ps, "t%d and T%d are one temp", n, n);
    }
    use->kind[n] = (uint8_t)word[0];
    use->min = n < use->min ? n : use->min;
    use->max = n > use->max ? n : use->max;
}

/* All words of the line but the first. */
static void scan_args(Parser *ps, TempUse *use)
{
    char word[WORD_MAX];
    while (!ps->failed && !at_end(ps)) {
        read_word(ps, word);
        note_temp(ps, use, word);
        ps->p += !word[0];
    }
}

static void create_temps(Parser *ps, const TempUse *use)
{
    IR *ir = ps->ir;
    if (use->max < 0) {
        return;
    }
    if (use->min < (int)ir->nb_globals) {
        ps->shift = ir->nb_globals - (uint32_t)use->min;
    }
    while (ir->nb_temps <= (uint32_t)use->max + ps->shift && !ir->error) {
        uint32_t number = ir->nb_temps - ps->shift;
        if (number < IR_MAX_TEMPS && use->kind[number] == 'T') {
            ir_temp_tb(ir, TYPE_I64);
        } else {
            ir_temp(ir, TYPE_I64);
        }
    }
}

/* Second pass: ops ------------------------------------------------------ */

/* ":type", or what the place implies; -1 when neither says. */
static int read_annotation(Parser *ps, int implied)
{
    return accept(ps, ':') ? (int)read_type(ps) : implied;
}

static TempId parse_const_temp(Parser *ps, int implied)
{
    uint64_t value = read_number(ps);
    int type = read_annotation(ps, implied);
    if (type < 0) {
        fail(ps, "the constant needs a type");
        return 0;
    }
    return ir_const(ps->ir, (Type)type, (int64_t)value);
}

static TempId parse_local(Parser *ps, const char *word, int implied)
{
    TempId t = (TempId)temp_number(word) + ps->shift;
    if (t >= ps->ir->nb_temps) {
        fail(ps, "too many temps");
        return 0;
    }
    Temp *temp = &ps->ir->temps[t];
    bool annotated = accept(ps, ':');
    int type = annotated ? (int)read_type(ps) : implied;
    if (!ps->typed[t]) {
        if (type < 0) {
            fail(ps, "%s needs a type", word);
            return 0;
        }
        temp->type = (uint8_t)type;
        ps->typed[t] = true;
    } else if (annotated && type != temp->type) {
        fail(ps, "%s is %s", word, type_name((Type)temp->type));
    }
    return t;
}

static TempId parse_named(Parser *ps, const char *word, int implied)
{
    int global = ir_find_global(ps->ir, word);
    if (global >= 0) {
        int type = read_annotation(ps, ps->ir->temps[global].type);
        if (type != ps->ir->temps[global].type) {
            fail(ps, "%s has another type", word);
        }
        return (TempId)global;
    }
    if (temp_number(word) < 0) {
        fail(ps, "temp expected at '%s'", word);
        return 0;
    }
    return parse_local(ps, word, implied);
}

static TempId parse_temp(Parser *ps, int implied)
{
    char word[WORD_MAX];
    if (accept(ps, '$')) {
        return parse_const_temp(ps, implied);
    }
    read_word(ps, word);
    return parse_named(ps, word, implied);
}

static unsigned find_name(Parser *ps, const char *const names[], unsigned count,
                          const char *word)
{
    for (unsigned i = 0; i < count; i++) {
        if (names[i] && strcmp(names[i], word) == 0) {
            return i;
        }
    }
    fail(ps, "unknown name '%s'", word);
    return 0;
}

static unsigned parse_name(Parser *ps, const char *const names[],
                           unsigned count)
{
    char word[WORD_MAX];
    read_word(ps, word);
    return find_name(ps, names, count, word);
}

static unsigned find_flag(Parser *ps, const FlagName flags[], unsigned count,
                          const char *word)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(flags[i].name, word) == 0) {
            return flags[i].flag;
        }
    }
    fail(ps, "unknown name '%s'", word);
    return 0;
}

static Arg parse_memop(Parser *ps)
{
    unsigned i = parse_name(ps, memop_names, MEMOP_NAMES);
    Arg k = i > MO_256 ? (i - MO_256 - 1) | MO_SIGN : i;
    while (accept(ps, '+')) {
        char word[WORD_MAX];
        read_word(ps, word);
        k |= find_flag(ps, memop_flags, MEMOP_FLAGS, word);
    }
    return k;
}

static Arg parse_barrier(Parser *ps)
{
    Arg k = 0;
    do {
        char word[WORD_MAX];
        read_word(ps, word);
        if (strcmp(word, "none") != 0) {
            k |= find_flag(ps, mb_flags, MB_FLAGS, word);
        }
    } while (accept(ps, '+'));
    return k;
}

static Arg parse_label(Parser *ps)
{
    char word[WORD_MAX];
    read_word(ps, word);
    char *end;
    unsigned long n = strtoul(word[0] ? word + 1 : word, &end, 10);
    if (word[0] != 'L' || !isdigit((unsigned char)word[1]) || *end ||
        n >= IR_MAX_LABELS) {
        fail(ps, "label expected at '%s'", word);
        return 0;
    }
    while (ps->ir->nb_labels <= n) {
        ir_label(ps->ir);
    }
    return n;
}

static Arg parse_cond(Parser *ps)
{
    char word[WORD_MAX];
    read_word(ps, word);
    for (Cond c = 0; c < COND_COUNT; c++) {
        if (strcmp(word, cond_name(c)) == 0) {
            return c;
        }
    }
    fail(ps, "unknown condition '%s'", word);
    return 0;
}

static Arg parse_const(Parser *ps, char letter)
{
    switch (letter) {
    case 'c': return parse_cond(ps);
    case 'L': return parse_label(ps);
    case 'm': return parse_memop(ps);
    case 'r': return parse_name(ps, round_names, ROUND_NAMES);
    case 'q': return parse_name(ps, fcmp_names, FCMP_COUNT);
    case 'x': return parse_name(ps, fmin_names, FMIN_COUNT);
    case 'b': return parse_name(ps, bswap_names, 2);
    case 'o': return parse_barrier(ps);
    default: return read_number(ps);
    }
}

/* ", flags N" at the end of a line, or nothing: 0. */
static Arg parse_tb_flags(Parser *ps)
{
    char word[WORD_MAX];
    if (at_end(ps)) {
        return 0;
    }
    expect(ps, ',');
    read_word(ps, word);
    if (strcmp(word, "flags") != 0) {
        fail(ps, "'flags' expected at '%s'", word);
    }
    return read_number(ps);
}

static void parse_temps(Parser *ps, Op *op)
{
    for (unsigned i = 0; i < op_outs(op) + op_ins(op) && !ps->failed; i++) {
        char letter = opcode_arg_letter((Opcode)op->opc, i);
        if (i > 0) {
            expect(ps, ',');
        }
        op->arg[i] = parse_temp(ps, letter_type(letter, (Type)op->type));
    }
}

static void parse_args(Parser *ps, Op *op)
{
    unsigned temps = op_outs(op) + op_ins(op);
    parse_temps(ps, op);
    for (unsigned i = 0; i < op_consts(op) && !ps->failed; i++) {
        char letter = opcode_const_letter((Opcode)op->opc, i);
        if (letter == 'F') {
            op->arg[temps + i] = parse_tb_flags(ps);
            continue;
        }
        if (temps + i > 0) {
            expect(ps, ',');
        }
        op->arg[temps + i] = parse_const(ps, letter);
    }
}

/* [out,] helper, ins... */
static void parse_call(Parser *ps, Op *op)
{
    char word[WORD_MAX];
    unsigned n = 0;
    read_word(ps, word);
    const Helper *h = ir_find_helper(ps->ir, word);
    if (!h) {
        op->arg[n++] = parse_named(ps, word, op->type);
        op->call_outs = 1;
        expect(ps, ',');
        read_word(ps, word);
        h = ir_find_helper(ps->ir, word);
    }
    if (!h) {
        fail(ps, "unknown helper '%s'", word);
    }
    while (!ps->failed && accept(ps, ',')) {
        if (op->call_ins >= h->nb_args) {
            fail(ps, "%s takes %u arguments", h->name, h->nb_args);
            break;
        }
        op->arg[n++] = parse_temp(ps, h->args[op->call_ins]);
        op->call_ins++;
    }
    op->arg[n] = (uintptr_t)h;
}

static Opcode find_opcode(Parser *ps, const char *word)
{
    for (unsigned i = 0; i < OP_COUNT; i++) {
        if (strcmp(opcode_info[i].name, word) == 0) {
            return (Opcode)i;
        }
    }
    fail(ps, "unknown op '%s'", word);
    return OP_nop;
}

/* ".type", ".e32" and ".p1" as far as the op has them. */
static void parse_suffixes(Parser *ps, Op *op)
{
    const OpcodeInfo *info = &opcode_info[op->opc];
    if (op->opc == OP_call || info->outs + info->ins > 0) {
        expect(ps, '.');
        op->type = (uint8_t)read_type(ps);
    }
    if (info->flags & OPF_VECTOR) {
        static const char *const names[] = {"e8", "e16", "e32", "e64"};
        expect(ps, '.');
        op->vece = (uint8_t)parse_name(ps, names, 4);
    }
    if (ir_follows_policy(op) && accept(ps, '.')) {
        static const char *const names[IR_MAX_FP_POLICIES] = {
            "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"};
        op->fp = (uint8_t)parse_name(ps, names, ps->ir->nb_fp_policies);
    }
}

static void parse_op(Parser *ps, const char *word)
{
    Op op = {.opc = (uint16_t)find_opcode(ps, word), .type = TYPE_I64};
    parse_suffixes(ps, &op);
    if (op.opc == OP_call) {
        parse_call(ps, &op);
    } else {
        parse_args(ps, &op);
    }
    if (!ps->failed) {
        *ir_emit(ps->ir, (Opcode)op.opc, (Type)op.type) = op;
        ir_note_label(ps->ir, &op);
    }
}

/* Regions --------------------------------------------------------------- */

static unsigned parse_slot(Parser *ps)
{
    uint64_t slot = read_number(ps);
    if (slot >= IR_MAX_SLOTS) {
        fail(ps, "there is no slot %" PRIu64, slot);
        return 0;
    }
    expect(ps, ',');
    return (unsigned)slot;
}

static void parse_region(Parser *ps)
{
    char word[WORD_MAX];
    read_word(ps, word);
    ps->ir->region = true;
    ps->ir->loop = strcmp(word, "loop") == 0;
    if (*word && !ps->ir->loop) {
        fail(ps, "'%s' says nothing of a region", word);
    }
}

static void parse_inner(Parser *ps)
{
    unsigned slot = parse_slot(ps);
    LabelId label = (LabelId)parse_label(ps);
    if (!ps->failed) {
        ir_link_inner(ps->ir, slot, label);
    }
}

static void parse_plain(Parser *ps)
{
    unsigned slot = parse_slot(ps);
    uint64_t pc = read_number(ps);
    ir_set_plain(ps->ir, slot, pc, (uint32_t)parse_tb_flags(ps));
}

/* Lines ----------------------------------------------------------------- */

/* Of the first pass: globals, and which temps there are. */
static void scan_line(Parser *ps, const char *word, TempUse *use)
{
    if (strcmp(word, "global") == 0) {
        parse_global(ps);
    } else {
        scan_args(ps, use);
    }
}

static void parse_line(Parser *ps, const char *word)
{
    if (strcmp(word, "global") == 0) {
        ps->p += strcspn(ps->p, "\n");
    } else if (strcmp(word, "region") == 0) {
        parse_region(ps);
    } else if (strcmp(word, "inner") == 0) {
        parse_inner(ps);
    } else if (strcmp(word, "plain") == 0) {
        parse_plain(ps);
    } else {
        parse_op(ps, word);
    }
}

/* use: of the first pass; NULL: the second. */
static void parse_lines(Parser *ps, const char *text, unsigned line,
                        TempUse *use)
{
    ps->p = text;
    for (ps->line = line; !ps->failed; ps->line++, ps->p++) {
        char word[WORD_MAX];
        if (!at_end(ps)) {
            read_word(ps, word);
            if (use) {
                scan_line(ps, word, use);
            } else {
                parse_line(ps, word);
            }
            if (!at_end(ps)) {
                fail(ps, "end of line expected at '%.10s'", ps->p);
            }
        }
        if (*ps->p == '\0') {
            break;
        }
    }
}

bool ir_parse_from(IR *ir, const char *text, unsigned line, char *msg,
                   size_t size)
{
    Parser *ps = calloc(1, sizeof(*ps));
    TempUse *use = calloc(1, sizeof(*use));
    bool ok = false;
    ir_reset(ir);
    if (ps && use) {
        *ps = (Parser){.ir = ir, .msg = msg, .size = size};
        use->min = IR_MAX_TEMPS;
        use->max = NO_TEMP;
        parse_lines(ps, text, line, use);
        create_temps(ps, use);
        parse_lines(ps, ps->failed ? "" : text, line, NULL);
        if (ir->error) {
            fail(ps, "too large");
        }
        ok = !ps->failed;
    }
    free(ps);
    free(use);
    return ok;
}

bool ir_parse(IR *ir, const char *text, char *msg, size_t size)
{
    return ir_parse_from(ir, text, 1, msg, size);
}
