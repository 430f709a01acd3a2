/*
 * The RISC-V disassembler.  The generated decoder calls one function for each
 * row of insns.def; it gathers the operands and prints them as the row's
 * operand string says.
 */
#include "disas/riscv.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include "frontend/riscv/args.h"
#include "frontend/riscv/cpu.h"
#include "frontend/riscv/decode_fields.h"

struct DisasContext {
    uint64_t pc;
    char *buf;
    size_t size, used;
};

/* Every field that some argument set has. */
typedef struct Operands {
    int rd, rs1, rs2, rs3, imm, shamt, csr, pred, succ, rm, aq, rl;
} Operands;

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
    return (Operands){.pred = a->pred, .succ = a->succ};
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
    va_list args;
    va_start(args, format);
    int n =
        vsnprintf(ctx->buf + ctx->used, ctx->size - ctx->used, format, args);
    va_end(args);
    if (n > 0) {
        ctx->used += (size_t)n;
        if (ctx->used >= ctx->size) {
            ctx->used = ctx->size - 1;
        }
    }
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
    static const char *const fp[] = {"fflags", "frm", "fcsr"};
    static const char *const counter[] = {"cycle", "time", "instret"};
    if (csr >= 1 && csr <= 3) {
        put(ctx, "%s", fp[csr - 1]);
    } else if (csr >= 0xc00 && csr <= 0xc02) {
        put(ctx, "%s", counter[csr - 0xc00]);
    } else {
        put(ctx, "0x%x", csr);
    }
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
    case 'p':
        put(ctx, "%llx",
            (unsigned long long)(ctx->pc + (uint64_t)(int64_t)o->imm));
        break;
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

static bool put_insn(DisasContext *ctx, const char *name, const char *operands,
                     Operands o)
{
    put_mnemonic(ctx, name);
    put(ctx, "%s%s%s", o.aq || o.rl ? "." : "", o.aq ? "aq" : "",
        o.rl ? "rl" : "");
    if (*operands) {
        put(ctx, "\t");
    }
    for (; *operands; operands++) {
        put_operand(ctx, *operands, &o);
    }
    return true;
}

/* The decoder's functions --------------------------------------------- */

#define INSN(name, args, operands)                                             \
    static bool trans_##name(DisasContext *ctx, arg_##args *a)                 \
    {                                                                          \
        return put_insn(ctx, #name, operands, take_##args(a));                 \
    }
#include "frontend/riscv/insns.def"

#include "gen/disas_insn16.inc"
#include "gen/disas_insn32.inc"

unsigned riscv_disas(const uint8_t *code, size_t bytes, uint64_t pc, char *buf,
                     size_t size)
{
    DisasContext ctx = {.pc = pc, .buf = buf, .size = size};
    uint32_t insn = 0;
    unsigned length = bytes && (code[0] & 3) == 3 ? 4 : 2;
    if (bytes < length || !size) {
        return 0;
    }
    memcpy(&insn, code, length);
    buf[0] = '\0';
    bool legal = length == 4 ? decode_insn32(&ctx, insn)
                             : decode_insn16(&ctx, (uint16_t)insn);
    if (!legal) {
        put(&ctx, ".%ubyte\t0x%x", length, insn);
    }
    return length;
}

/* Up to 4 bytes of code at pc, by two reads if need be. */
static size_t read_insn(const CodeReader *code, uint64_t pc, uint8_t buf[4])
{
    size_t have = 0, more;
    do {
        more = code->read(code->opaque, pc + have, buf + have, 4 - have);
        have += more;
    } while (more && have < 4);
    return have;
}

void riscv_disas_range(FILE *f, const CodeReader *code, uint64_t pc,
                       uint32_t len)
{
    uint64_t end = pc + len;
    while (pc < end) {
        uint8_t bytes[4];
        char text[80];
        unsigned n = riscv_disas(bytes, read_insn(code, pc, bytes), pc, text,
                                 sizeof(text));
        if (!n) {
            return;
        }
        uint32_t insn = 0;
        memcpy(&insn, bytes, n);
        fprintf(f, "0x%016llx:  %0*x%*s  %s\n", (unsigned long long)pc,
                (int)n * 2, insn, n == 4 ? 0 : 4, "", text);
        pc += n;
    }
}
