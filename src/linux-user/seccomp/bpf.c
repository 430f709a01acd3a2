/*
 * The instruction set of Documentation/networking/filter.rst, "Classic BPF",
 * as far as seccomp allows it: loads are 32-bit words of struct seccomp_data,
 * its length, constants and 16 words of memory; every path ends in RET.
 */
#include "linux-user/seccomp/bpf.h"

#include <string.h>
#include "util/check.h"

typedef struct Machine {
    uint32_t a, x, mem[BPF_MEMWORDS];
} Machine;

/* --- validity --- */

static bool alu_valid(const struct sock_filter *f)
{
    uint32_t op = BPF_OP(f->code);
    bool constant = BPF_SRC(f->code) == BPF_K;

    switch (op) {
    case BPF_DIV: return !constant || f->k != 0;
    case BPF_LSH:
    case BPF_RSH: return !constant || f->k < 32;
    case BPF_ADD:
    case BPF_SUB:
    case BPF_MUL:
    case BPF_OR:
    case BPF_AND:
    case BPF_XOR: return true;
    case BPF_NEG: return constant;
    default: return false;
    }
}

/* left: how many instructions follow this one. */
static bool jump_valid(const struct sock_filter *f, uint32_t left)
{
    switch (BPF_OP(f->code)) {
    case BPF_JA: return f->k < left;
    case BPF_JEQ:
    case BPF_JGT:
    case BPF_JGE:
    case BPF_JSET: return f->jt < left && f->jf < left;
    default: return false;
    }
}

static bool insn_valid(const struct sock_filter *f, uint32_t left)
{
    switch (f->code) {
    case BPF_LD | BPF_W | BPF_ABS:
        return f->k < sizeof(struct seccomp_data) && f->k % 4 == 0;
    case BPF_LD | BPF_W | BPF_LEN:
    case BPF_LDX | BPF_W | BPF_LEN:
    case BPF_LD | BPF_IMM:
    case BPF_LDX | BPF_IMM:
    case BPF_MISC | BPF_TAX:
    case BPF_MISC | BPF_TXA:
    case BPF_RET | BPF_K:
    case BPF_RET | BPF_A: return true;
    case BPF_LD | BPF_MEM:
    case BPF_LDX | BPF_MEM:
    case BPF_ST:
    case BPF_STX: return f->k < BPF_MEMWORDS;
    default:
        return (BPF_CLASS(f->code) == BPF_ALU && alu_valid(f)) ||
               (BPF_CLASS(f->code) == BPF_JMP && jump_valid(f, left));
    }
}

bool bpf_valid(const struct sock_filter *insn, uint32_t n)
{
    if (n == 0 || n > BPF_MAXINSNS) {
        return false;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!insn_valid(&insn[i], n - 1 - i)) {
            return false;
        }
    }
    return BPF_CLASS(insn[n - 1].code) == BPF_RET;
}

/* --- running --- */

static uint32_t alu(const struct sock_filter *f, uint32_t a, uint32_t b)
{
    switch (BPF_OP(f->code)) {
    case BPF_ADD: return a + b;
    case BPF_SUB: return a - b;
    case BPF_MUL: return a * b;
    case BPF_DIV: return b ? a / b : 0;
    case BPF_OR: return a | b;
    case BPF_AND: return a & b;
    case BPF_XOR: return a ^ b;
    case BPF_LSH: return a << (b & 31);
    case BPF_RSH: return a >> (b & 31);
    default: return -a; /* BPF_NEG */
    }
}

static uint32_t jump(const struct sock_filter *f, uint32_t a, uint32_t b)
{
    bool taken;

    switch (BPF_OP(f->code)) {
    case BPF_JA: return f->k;
    case BPF_JEQ: taken = a == b; break;
    case BPF_JGT: taken = a > b; break;
    case BPF_JGE: taken = a >= b; break;
    default: taken = (a & b) != 0; break; /* BPF_JSET */
    }
    return taken ? f->jt : f->jf;
}

static uint32_t word(const struct seccomp_data *data, uint32_t offset)
{
    uint32_t value;

    check(offset <= sizeof(*data) - sizeof(value), "offset %u", offset);
    memcpy(&value, (const char *)data + offset, sizeof(value));
    return value;
}

/* Does it name a word of the machine's memory? */
static bool has_word(const struct sock_filter *f)
{
    switch (f->code) {
    case BPF_LD | BPF_MEM:
    case BPF_LDX | BPF_MEM:
    case BPF_ST:
    case BPF_STX: return true;
    default: return false;
    }
}

/* Loads, stores and moves. */
static void move(Machine *m, const struct sock_filter *f,
                 const struct seccomp_data *data)
{
    check(f->k < BPF_MEMWORDS || !has_word(f), "word %u of memory", f->k);
    switch (f->code) {
    case BPF_LD | BPF_W | BPF_ABS: m->a = word(data, f->k); break;
    case BPF_LD | BPF_W | BPF_LEN: m->a = sizeof(*data); break;
    case BPF_LDX | BPF_W | BPF_LEN: m->x = sizeof(*data); break;
    case BPF_LD | BPF_IMM: m->a = f->k; break;
    case BPF_LDX | BPF_IMM: m->x = f->k; break;
    case BPF_LD | BPF_MEM: m->a = m->mem[f->k]; break;
    case BPF_LDX | BPF_MEM: m->x = m->mem[f->k]; break;
    case BPF_ST: m->mem[f->k] = m->a; break;
    case BPF_STX: m->mem[f->k] = m->x; break;
    case BPF_MISC | BPF_TAX: m->x = m->a; break;
    case BPF_MISC | BPF_TXA: m->a = m->x; break;
    }
}

uint32_t bpf_run(const struct sock_filter *f, const struct seccomp_data *data)
{
    Machine m = {0};

    for (;; f++) {
        uint32_t b = BPF_SRC(f->code) == BPF_X ? m.x : f->k;

        switch (BPF_CLASS(f->code)) {
        case BPF_RET: return BPF_RVAL(f->code) == BPF_A ? m.a : f->k;
        case BPF_ALU: m.a = alu(f, m.a, b); break;
        case BPF_JMP: f += jump(f, m.a, b); break;
        default: move(&m, f, data);
        }
    }
}
