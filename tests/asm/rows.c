#include "rows.h"

#include <stdarg.h>
#include <string.h>

/* ---- Operands' text ---------------------------------------------------- */

static char *ring_text(Rows *r)
{
    return r->ring[r->next_text++ % (sizeof(r->ring) / sizeof(r->ring[0]))];
}

const char *gpr_name(Rows *r, int size, int reg)
{
    static const char *const names[4][8] = {
        {"al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil"},
        {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"},
        {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"},
        {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"},
    };
    static const char *const suffix[] = {"b", "w", "d", ""};
    char *s;

    if (reg < 8) {
        return names[size][reg];
    }
    s = ring_text(r);
    snprintf(s, sizeof(r->ring[0]), "r%d%s", reg, suffix[size]);
    return s;
}

const char *vec_name(Rows *r, unsigned bytes, int reg)
{
    char *s = ring_text(r);

    snprintf(s, sizeof(r->ring[0]), "%cmm%d",
             bytes == 64   ? 'z'
             : bytes == 32 ? 'y'
                           : 'x',
             reg);
    return s;
}

const char *k_name(Rows *r, int reg)
{
    char *s = ring_text(r);

    snprintf(s, sizeof(r->ring[0]), "k%d", reg);
    return s;
}

static const char *size_text(unsigned bytes)
{
    switch (bytes) {
    case 1: return "byte ptr ";
    case 2: return "word ptr ";
    case 4: return "dword ptr ";
    case 8: return "qword ptr ";
    case 16: return "xmmword ptr ";
    case 32: return "ymmword ptr ";
    case 64: return "zmmword ptr ";
    default: return "";
    }
}

const char *mem_text(Rows *r, Mem m, unsigned bytes)
{
    const char *seg = m.seg == SEG_GS ? "gs:" : m.seg == SEG_FS ? "fs:" : "";
    int length = (int)(r->a.p - r->buf);
    char *s = ring_text(r), *p = s;

    p += sprintf(p, "%s%s[", size_text(bytes), seg);
    if (m.base == MEM_RIP) {
        p += sprintf(p, "rip");
        m.disp -= length;
    } else if (m.base >= 0) {
        p += sprintf(p, "%s", gpr_name(r, SZ_64, m.base));
    }
    if (m.index >= 0) {
        p += sprintf(p, "+%s*%d", gpr_name(r, SZ_64, m.index), 1 << m.scale);
    }
    sprintf(p, "%+d]", m.disp);
    return s;
}

const char *gpr_rm_text(Rows *r, Mem m, int size)
{
    if (m.base == MEM_REG) {
        return gpr_name(r, size, m.index);
    }
    return mem_text(r, m, 1u << size);
}

/* ---- Rows -------------------------------------------------------------- */

void row(Rows *r, const char *fmt, ...)
{
    uint8_t bytes[ROW_BYTES];
    size_t n = r->a.p - r->buf;
    va_list ap;

    memset(bytes, PADDING, sizeof(bytes));
    memcpy(bytes, r->buf, n < ROW_BYTES ? n : ROW_BYTES);
    fwrite(bytes, 1, sizeof(bytes), r->bytes);
    va_start(ap, fmt);
    vfprintf(r->text, fmt, ap);
    va_end(ap);
    fprintf(r->text, "; .p2align 4,%d\n", PADDING);
    x86_asm_init(&r->a, r->buf, sizeof(r->buf), 0);
}

/* ---- Memory operands --------------------------------------------------- */

#define B(base, disp)                                                          \
    {                                                                          \
        base, MEM_NONE, 0, 0, disp                                             \
    }
#define BIS(base, index, scale, disp)                                          \
    {                                                                          \
        base, index, scale, 0, disp                                            \
    }

static const Mem mems[] = {
    B(RAX, 0),
    B(RBP, 0),
    B(RSP, 0),
    B(R12, 0),
    B(R13, 0),
    B(R15, 0),
    B(RDI, 8),
    B(RBP, 16),
    B(RSP, 127),
    B(R12, 128),
    B(R13, -128),
    B(R8, -129),
    B(RCX, 64),
    B(RBP, 508),
    B(RSP, 512),
    B(R12, 1016),
    B(R13, 1024),
    B(R9, 2032),
    B(RDX, 2048),
    B(RBP, 4064),
    B(RSI, 4096),
    B(R13, 8128),
    B(R14, 8192),
    B(RBX, -8192),
    B(RSP, -8256),
    B(RBP, -512),
    B(RDI, -516),
    B(RAX, 0x12345678),
    B(R12, -0x12345678),
    B(RBP, 0x7fffffff),
    B(R10, -1),
    BIS(RAX, RCX, 0, 0),
    BIS(RBP, R12, 3, 0),
    BIS(R13, RAX, 2, 8),
    BIS(R12, R13, 0, 4096),
    BIS(RSP, RBP, 1, -8),
    BIS(R15, R15, 3, 252),
    BIS(RAX, RSP, 0, 4),
    BIS(R13, RSP, 0, 0),
    BIS(RDI, R8, 2, -128),
    BIS(MEM_NONE, RAX, 2, 0),
    BIS(MEM_NONE, R12, 3, 8),
    BIS(MEM_NONE, RBP, 1, 0),
    BIS(MEM_NONE, R13, 0, 16),
    BIS(MEM_NONE, RCX, 0, 0),
    B(MEM_NONE, 4096),
    B(MEM_NONE, -8),
    B(MEM_NONE, 0),
    B(MEM_RIP, 4096),
    B(MEM_RIP, -100000),
    {RAX, MEM_NONE, 0, SEG_GS, 0},
    {R13, RBX, 1, SEG_GS, 64},
    {MEM_NONE, MEM_NONE, 0, SEG_GS, 16},
    {MEM_NONE, MEM_NONE, 0, SEG_FS, 40},
};

const unsigned mems_count = sizeof(mems) / sizeof(mems[0]);

/* Through the constructors, which choose between equivalent forms. */
Mem mems_get(Rows *r, unsigned n)
{
    Mem m = mems[n % mems_count], made;

    if (m.base == MEM_RIP) {
        made = x86_mem_rip(&r->a, (void *)(asm_pc(&r->a) + m.disp));
    } else if (m.index != MEM_NONE) {
        made = x86_mem_bis(m.base, m.index, m.scale, m.disp);
    } else if (m.base != MEM_NONE) {
        made = mem_b(m.base, m.disp);
    } else {
        made = mem_abs(m.disp);
    }
    return mem_seg(m.seg, made);
}

Mem mems_based(Rows *r, unsigned n)
{
    Mem m = mems_get(r, n);

    return m.base == MEM_NONE ? mem_b(RBX, m.disp) : m;
}
