/*
 * The RISC-V disassembler.  The generated decoder calls one function for each
 * row of insns.def; it gathers the operands, finds a name that is preferred
 * (riscv_alias.def), and prints as the row's operand string says.
 */
#include "disas/riscv.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include "frontend/riscv/args.h"
#include "frontend/riscv/cpu.h"
#include "frontend/riscv/decode_fields.h"
#include "frontend/riscv/isa.h"
#include "util/check.h"

struct DisasContext {
    uint64_t pc;
    uint32_t word;
    bool aliases;
    GuestInsn *insn;
    size_t used;        /* of its text */
    uint64_t extension; /* RV_*; 0: no instruction */
    int csr;            /* that it accesses; 0: none */
};

/* Every field that some argument set has, and the instruction's code. */
typedef struct Operands {
    int rd, rs1, rs2, rs3, imm, shamt, csr, fm, pred, succ, rm, aq, rl;
    uint32_t word;
    bool is_short;
} Operands;

/* A way to print an instruction; and the extension that it is of, RV_*. */
typedef struct Form {
    const char *mnemonic, *operands;
    uint64_t extension;
} Form;

enum {
#define INSN(name, ext, args, operands) INSN_##name,
#include "frontend/riscv/insns.def"
    INSN_COUNT,
};

static const Form forms[INSN_COUNT] = {
#define INSN(name, ext, args, operands) {#name, operands, RV_##ext},
#include "frontend/riscv/insns.def"
};

/* Operands from each argument set ------------------------------------- */

static Operands take_empty(const arg_empty *a)
{
    (void)a;
    return (Operands){0};
}

static Operands take_r(const arg_r *a)
{
    return (Operands){.rd = a->rd, .rs1 = a->rs1, .rs2 = a->rs2};
}

static Operands take_r2(const arg_r2 *a)
{
    return (Operands){.rd = a->rd, .rs1 = a->rs1};
}

static Operands take_i(const arg_i *a)
{
    return (Operands){.rd = a->rd, .rs1 = a->rs1, .imm = a->imm};
}

static Operands take_s(const arg_s *a)
{
    return (Operands){.rs1 = a->rs1, .rs2 = a->rs2, .imm = a->imm};
}

static Operands take_b(const arg_b *a)
{
    return (Operands){.rs1 = a->rs1, .rs2 = a->rs2, .imm = a->imm};
}

static Operands take_u(const arg_u *a)
{
    return (Operands){.rd = a->rd, .imm = a->imm};
}

static Operands take_j(const arg_j *a)
{
    return (Operands){.rd = a->rd, .imm = a->imm};
}

static Operands take_shift(const arg_shift *a)
{
    return (Operands){.rd = a->rd, .rs1 = a->rs1, .shamt = a->shamt};
}

static Operands take_fence(const arg_fence *a)
{
    return (Operands){.fm = a->fm, .pred = a->pred, .succ = a->succ};
}

static Operands take_csr(const arg_csr *a)
{
    return (Operands){.rd = a->rd, .rs1 = a->rs1, .csr = a->csr};
}

static Operands take_atomic(const arg_atomic *a)
{
    return (Operands){
        .rd = a->rd, .rs1 = a->rs1, .rs2 = a->rs2, .aq = a->aq, .rl = a->rl};
}

static Operands take_fr(const arg_fr *a)
{
    return (Operands){.rd = a->rd, .rs1 = a->rs1, .rs2 = a->rs2, .rm = a->rm};
}

static Operands take_fr2(const arg_fr2 *a)
{
    return (Operands){.rd = a->rd, .rs1 = a->rs1, .rm = a->rm};
}

static Operands take_fr4(const arg_fr4 *a)
{
    return (Operands){
        .rd = a->rd, .rs1 = a->rs1, .rs2 = a->rs2, .rs3 = a->rs3, .rm = a->rm};
}

/* Text ---------------------------------------------------------------- */

static void __attribute__((format(printf, 2, 3)))
put(DisasContext *ctx, const char *format, ...)
{
    size_t room = INSN_TEXT_BYTES - ctx->used;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(ctx->insn->text + ctx->used, room, format, args);
    va_end(args);
    check(n >= 0 && (size_t)n < room, "no room: %s", ctx->insn->text);
    ctx->used += (size_t)n;
}

/* Its name in the manual: '.' for '_'. */
static void put_mnemonic(DisasContext *ctx, const char *name)
{
    for (; *name; name++) {
        put(ctx, "%c", *name == '_' ? '.' : *name);
    }
}

static void put_csr(DisasContext *ctx, int csr)
{
    static const struct {
        int first, count;
        const char *name;
        int number;
    } rows[] = {
#define CSR(first, count, name, number) {first, count, name, number},
#include "disas/riscv_csr.def"
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int n = csr - rows[i].first;
        if (n >= 0 && n < rows[i].count) {
            put(ctx, "%s", rows[i].name);
            if (rows[i].number >= 0) {
                put(ctx, "%d", rows[i].number + n);
            }
            return;
        }
    }
    put(ctx, "0x%x", csr);
}

/* Bits 3:0 of a set of fence are i o r w. */
static void put_fence_set(DisasContext *ctx, int set)
{
    for (int i = 0; i < 4; i++) {
        if (set >> (3 - i) & 1) {
            put(ctx, "%c", "iorw"[i]);
        }
    }
    if (!set) {
        put(ctx, "unknown");
    }
}

static void put_rounding(DisasContext *ctx, int rm)
{
    static const char *const name[8] = {"rne", "rtz",     "rdn",     "rup",
                                        "rmm", "unknown", "unknown", NULL};
    if (name[rm]) {
        put(ctx, ",%s", name[rm]);
    }
}

static void put_target(DisasContext *ctx, int64_t distance)
{
    ctx->insn->has_target = true;
    ctx->insn->target = ctx->pc + (uint64_t)distance;
    put(ctx, "%" PRIx64, ctx->insn->target);
}

/* One letter of an operand string (insns.def). */
static void put_operand(DisasContext *ctx, char letter, const Operands *o)
{
    switch (letter) {
    case 'd': put(ctx, "%s", rv_gpr_name[o->rd]); break;
    case 's': put(ctx, "%s", rv_gpr_name[o->rs1]); break;
    case 't': put(ctx, "%s", rv_gpr_name[o->rs2]); break;
    case 'D': put(ctx, "%s", rv_fpr_name[o->rd]); break;
    case 'S': put(ctx, "%s", rv_fpr_name[o->rs1]); break;
    case 'T': put(ctx, "%s", rv_fpr_name[o->rs2]); break;
    case 'R': put(ctx, "%s", rv_fpr_name[o->rs3]); break;
    case 'i':
    case 'o': put(ctx, "%d", o->imm); break;
    case 'h': put(ctx, "0x%x", o->shamt); break;
    case 'z': put(ctx, "%d", o->rs1); break;
    case 'u': put(ctx, "0x%x", (unsigned)o->imm >> 12); break;
    case 'p': put_target(ctx, o->imm); break;
    case 'c': put_csr(ctx, o->csr); break;
    case 'f':
        put_fence_set(ctx, o->pred);
        put(ctx, ",");
        put_fence_set(ctx, o->succ);
        break;
    case 'm': put_rounding(ctx, o->rm); break;
    default: put(ctx, "%c", letter); break;
    }
}

static const Form *find_alias(int insn, const Operands *o)
{
#define ALIAS(name, condition, mnemonic, operands)                             \
    if (insn == INSN_##name && (condition)) {                                  \
        static const Form form = {mnemonic, operands, 0};                      \
        return &form;                                                          \
    }
#include "disas/riscv_alias.def"
    return NULL;
}

static void put_unknown(DisasContext *ctx)
{
    put(ctx, ".insn\t%u, 0x%0*x", ctx->insn->length, ctx->word >> 16 ? 8 : 4,
        ctx->word);
}

static bool put_insn(DisasContext *ctx, int insn, Operands o)
{
    o.word = ctx->word;
    o.is_short = ctx->insn->length == 2;
    const Form *form = ctx->aliases ? find_alias(insn, &o) : NULL;
    ctx->insn->pattern = forms[insn].mnemonic;
    ctx->extension = insn == INSN_illegal ? 0 : forms[insn].extension;
    ctx->csr = o.csr;
    if (insn == INSN_illegal && !form) {
        put_unknown(ctx);
        return true;
    }
    form = form ? form : &forms[insn];
    put_mnemonic(ctx, form->mnemonic);
    put(ctx, "%s%s%s", o.aq || o.rl ? "." : "", o.aq ? "aq" : "",
        o.rl ? "rl" : "");
    if (*form->operands) {
        put(ctx, "\t");
    }
    for (const char *letter = form->operands; *letter; letter++) {
        put_operand(ctx, *letter, &o);
    }
    return true;
}

/* The decoder's functions --------------------------------------------- */

#define INSN(name, ext, args, operands)                                        \
    static bool trans_##name(DisasContext *ctx, arg_##args *a)                 \
    {                                                                          \
        return put_insn(ctx, INSN_##name, take_##args(a));                     \
    }
#include "frontend/riscv/insns.def"

#include "gen/riscv/disas_insn16.inc"
#include "gen/riscv/disas_insn32.inc"

static void disas(DisasContext *ctx, const uint8_t *code, size_t bytes)
{
    unsigned length = bytes && (code[0] & 3) == 3 ? 4 : 2;
    *ctx->insn = (GuestInsn){.length = bytes < length ? 0 : length};
    if (!ctx->insn->length) {
        return;
    }
    memcpy(&ctx->word, code, length);
    bool legal = length == 4 ? decode_insn32(ctx, ctx->word)
                             : decode_insn16(ctx, (uint16_t)ctx->word);
    if (!legal) {
        put_unknown(ctx);
    }
}

void riscv_disas(const uint8_t *code, size_t bytes, uint64_t pc, bool aliases,
                 GuestInsn *insn)
{
    DisasContext ctx = {.pc = pc, .aliases = aliases, .insn = insn};
    disas(&ctx, code, bytes);
}

static const char *foreign(uint32_t word, const char **name)
{
    static const struct {
        uint32_t mask, match;
        const char *extension, *name;
    } rows[] = {
#define FOREIGN(mask, match, extension, name) {mask, match, extension, name},
#include "disas/riscv_ext.def"
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((word & rows[i].mask) == rows[i].match) {
            *name = rows[i].name;
            return rows[i].extension;
        }
    }
    return NULL;
}

/* What its CSR needs: floating point's, and counters (Zicntr). */
static uint64_t csr_extension(int csr)
{
    return csr >= 0x001 && csr <= 0x003   ? RV_f
           : csr >= 0xc00 && csr <= 0xc02 ? RV_zicntr
                                          : 0;
}

const char *riscv_extension(const uint8_t *code, size_t bytes,
                            uint64_t features, const char **name)
{
    GuestInsn insn;
    DisasContext ctx = {.insn = &insn};
    disas(&ctx, code, bytes);
    uint64_t needs = ctx.extension | csr_extension(ctx.csr) |
                     (ctx.extension && insn.length == 2 ? RV_c : 0);
    *name = NULL;
    if (needs & ~features) {
        return rv_ext_name(needs & ~features);
    }
    return foreign(ctx.word, name);
}
