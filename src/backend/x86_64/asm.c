/*
 * The encoder's core: one instruction's prefixes, ModRM and displacement
 * (Intel SDM volume 2, chapter 2), the buffer, jumps and patching.
 */
#include "backend/x86_64/asm.h"

#include "backend/x86_64/asm_int.h"
#include "util/check.h"

#include <string.h>

Mem x86_mem_bis(int base, int index, int scale, int32_t disp)
{
    if (index == RSP && scale == 0) {
        index = base;
        base = RSP;
    }
    /* Without a base comes a disp32: index*1 and index*2 can avoid it. */
    if (base == MEM_NONE && index >= 0 && scale <= 1) {
        base = index;
        index = scale ? index : MEM_NONE;
        scale = 0;
    }
    check(index != RSP, "rsp cannot be an index");
    return (Mem){.base = base, .index = index, .scale = scale, .disp = disp};
}

/* Whether rel32 (and so jmp, call, x86_mem_rip) reaches target from here. */
static bool reaches(const Asm *a, const void *target)
{
    int64_t d = (int64_t)((uintptr_t)target - asm_pc(a));

    return fits32(d - 16) && fits32(d + 16);
}

Mem x86_mem_rip(const Asm *a, const void *target)
{
    check(reaches(a, target), "%p out of rip's reach", target);
    return mem_b(MEM_RIP, (int32_t)((uintptr_t)target - asm_pc(a)));
}

/* ---- One instruction --------------------------------------------------- */

static void enc_sib_disp32(Enc *e, unsigned reg, Mem m)
{
    unsigned index = m.index < 0 ? 4 : m.index & 7;

    enc_u8(e, reg << 3 | 4);
    enc_u8(e, m.scale << 6 | index << 3 | 5);
    enc_u32(e, m.disp);
}

static void enc_based(Enc *e, unsigned reg, Mem m, unsigned shift)
{
    unsigned base = m.base & 7, mod;
    int32_t small = m.disp >> shift;
    bool whole = (m.disp & ((1u << shift) - 1)) == 0;

    if (m.disp == 0 && base != 5) {
        mod = 0;
    } else {
        mod = whole && fits8(small) ? 1 : 2;
    }
    if (m.index >= 0 || base == 4) {
        unsigned index = m.index < 0 ? 4 : m.index & 7;

        enc_u8(e, mod << 6 | reg << 3 | 4);
        enc_u8(e, m.scale << 6 | index << 3 | base);
    } else {
        enc_u8(e, mod << 6 | reg << 3 | base);
    }
    if (mod == 1) {
        enc_u8(e, small);
    } else if (mod == 2) {
        enc_u32(e, m.disp);
    }
}

void x86_enc_modrm(Enc *e, unsigned reg, Mem m, unsigned shift)
{
    reg &= 7;
    if (m.base == MEM_REG) {
        enc_u8(e, 0xc0 | reg << 3 | (m.index & 7));
    } else if (m.base == MEM_RIP) {
        enc_u8(e, reg << 3 | 5);
        e->rip = e->n;
        enc_u32(e, m.disp);
    } else if (m.base < 0) {
        enc_sib_disp32(e, reg, m);
    } else {
        enc_based(e, reg, m, shift);
    }
}

static void enc_escape(Enc *e, unsigned map)
{
    if (map != M_00) {
        enc_u8(e, 0x0f);
    }
    if (map >= M_38) {
        enc_u8(e, map == M_38 ? 0x38 : 0x3a);
    }
}

static void enc_prefixes(Enc *e, unsigned flags, unsigned pp, unsigned seg)
{
    static const uint8_t prefix[] = {0, 0x66, 0xf3, 0xf2};

    if (seg) {
        enc_u8(e, seg);
    }
    if (flags & ENC_O16) {
        enc_u8(e, 0x66);
    }
    if (flags & ENC_LOCK) {
        enc_u8(e, 0xf0);
    }
    if (pp) {
        enc_u8(e, prefix[pp]);
    }
}

void x86_enc_legacy(Enc *e, unsigned flags, unsigned opc, unsigned reg, Mem m)
{
    unsigned rex = (flags & ENC_W) << 3 | (reg >> 3 & 1) << 2 |
                   mem_bit_x(m) << 1 | mem_bit_b(m);

    enc_prefixes(e, flags, opc >> 12, m.seg);
    if (rex || flags & ENC_REX) {
        enc_u8(e, 0x40 | rex);
    }
    enc_escape(e, opc >> 8 & 3);
    enc_u8(e, opc & 0xff);
    x86_enc_modrm(e, reg, m, 0);
}

/* SDM 2.3.5; inverted fields throughout. */
void x86_enc_vex(Enc *e, unsigned opc, unsigned w, unsigned l, unsigned reg,
                 unsigned vvvv, Mem m)
{
    unsigned r = ~reg >> 3 & 1, x = !mem_bit_x(m), b = !mem_bit_b(m);
    unsigned map = opc >> 8 & 3;
    unsigned tail = (~vvvv & 15) << 3 | l << 2 | opc >> 12;

    if (m.seg) {
        enc_u8(e, m.seg);
    }
    if (map == M_0F && !w && x && b) {
        enc_u8(e, 0xc5);
        enc_u8(e, r << 7 | tail);
    } else {
        enc_u8(e, 0xc4);
        enc_u8(e, r << 7 | x << 6 | b << 5 | map);
        enc_u8(e, w << 7 | tail);
    }
    enc_u8(e, opc & 0xff);
    x86_enc_modrm(e, reg, m, 0);
}

/* The rel32 that is to be written `bytes` from here leads to the target. */
static void note_outer(Asm *a, unsigned bytes, uintptr_t target)
{
    AsmOuter *o = &a->outer;

    if (target < o->below) {
        if (o->n < o->max) {
            o->at[o->n] = (uint32_t)(asm_pc(a) + bytes - o->below);
        }
        o->n++;
    }
}

void x86_enc_done(Asm *a, Enc *e)
{
    if (e->rip) {
        int32_t disp;

        memcpy(&disp, e->b + e->rip, 4);
        note_outer(a, e->rip, asm_pc(a) + (uintptr_t)(intptr_t)disp);
        disp -= e->n;
        memcpy(e->b + e->rip, &disp, 4);
    }
    x86_asm_bytes(a, e->b, e->n);
}

/* ---- The buffer -------------------------------------------------------- */

void x86_asm_init(Asm *a, void *buf, size_t size, int64_t exec_offset)
{
    *a = (Asm){
        .p = buf, .end = (uint8_t *)buf + size, .exec_offset = exec_offset};
}

void x86_asm_bytes(Asm *a, const void *bytes, size_t n)
{
    if (a->overflow || (size_t)(a->end - a->p) < n) {
        a->overflow = true;
        return;
    }
    memcpy(a->p, bytes, n);
    a->p += n;
}

void x86_asm_byte(Asm *a, uint8_t byte)
{
    x86_asm_bytes(a, &byte, 1);
}

void x86_asm_u32(Asm *a, uint32_t value)
{
    x86_asm_bytes(a, &value, 4);
}

void x86_asm_u64(Asm *a, uint64_t value)
{
    x86_asm_bytes(a, &value, 8);
}

/* The forms the SDM recommends under NOP. */
void x86_asm_nop(Asm *a, unsigned bytes)
{
    static const uint8_t nops[9][9] = {
        {0x90},
        {0x66, 0x90},
        {0x0f, 0x1f, 0x00},
        {0x0f, 0x1f, 0x40, 0x00},
        {0x0f, 0x1f, 0x44, 0x00, 0x00},
        {0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00},
        {0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00},
        {0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
        {0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
    };

    while (bytes) {
        unsigned n = bytes < 9 ? bytes : 9;

        x86_asm_bytes(a, nops[n - 1], n);
        bytes -= n;
    }
}

void x86_asm_align(Asm *a, unsigned boundary)
{
    x86_asm_nop(a, -asm_pc(a) & (boundary - 1));
}

/* ---- Jumps ------------------------------------------------------------- */

/* `opcode` of `n` bytes (first byte lowest), then rel32 to target. */
static void jump32(Asm *a, unsigned opcode, unsigned n, const void *target)
{
    int64_t rel = (int64_t)((uintptr_t)target - asm_pc(a)) - n - 4;
    uint8_t b[6] = {opcode, opcode >> 8};
    int32_t rel32 = (int32_t)rel;

    check(rel == rel32, "jump to %p out of reach", target);
    memcpy(b + n, &rel32, 4);
    note_outer(a, n, (uintptr_t)target);
    x86_asm_bytes(a, b, n + 4);
}

static bool jump8(Asm *a, unsigned opcode, const void *target)
{
    int64_t rel = (int64_t)((uintptr_t)target - asm_pc(a)) - 2;
    uint8_t b[2] = {opcode, (uint8_t)rel};
    bool fits = fits8(rel) && (uintptr_t)target >= a->outer.below;

    if (fits) {
        x86_asm_bytes(a, b, 2);
    }
    return fits;
}

void x86_asm_jmp(Asm *a, const void *target)
{
    if (!jump8(a, 0xeb, target)) {
        jump32(a, 0xe9, 1, target);
    }
}

void x86_asm_jcc(Asm *a, Cc cc, const void *target)
{
    if (!jump8(a, 0x70 | cc, target)) {
        jump32(a, 0x800f | cc << 8, 2, target);
    }
}

void x86_asm_call(Asm *a, const void *target)
{
    jump32(a, 0xe8, 1, target);
}

uint8_t *x86_asm_jmp8(Asm *a)
{
    x86_asm_bytes(a, "\xeb\0", 2);
    return a->p - 1;
}

uint8_t *x86_asm_jcc8(Asm *a, Cc cc)
{
    x86_asm_bytes(a, (uint8_t[]){0x70 | cc, 0}, 2);
    return a->p - 1;
}

uint8_t *x86_asm_jmp32(Asm *a)
{
    x86_asm_bytes(a, "\xe9\0\0\0\0", 5);
    return a->p - 4;
}

uint8_t *x86_asm_jcc32(Asm *a, Cc cc)
{
    x86_asm_bytes(a, (uint8_t[]){0x0f, 0x80 | cc, 0, 0, 0, 0}, 6);
    return a->p - 4;
}

uint8_t *x86_asm_call32(Asm *a)
{
    x86_asm_bytes(a, "\xe8\0\0\0\0", 5);
    return a->p - 4;
}

void x86_asm_patch8(const Asm *a, uint8_t *site, const uint8_t *target)
{
    int64_t rel = target - (site + 1);

    if (a->overflow) {
        return;
    }
    check(fits8(rel), "short jump over %ld bytes", (long)rel);
    *site = (uint8_t)rel;
}

void x86_asm_patch32(const Asm *a, uint8_t *site, const uint8_t *target)
{
    int64_t rel = target - (site + 4);
    int32_t rel32 = (int32_t)rel;

    if (a->overflow) {
        return;
    }
    check(rel == rel32, "jump over %ld bytes", (long)rel);
    memcpy(site, &rel32, 4);
}
