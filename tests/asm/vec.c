/* The V rows of asm.def, in every encoding they have. */
#include "rows.h"

#include <string.h>

static const char *const mnemonics[] = {
#define G(name, mnemonic, pp, map, op, digit, shape, sizes)
#define V(name, mnemonic, pp, map, op, st, w, n, shape, forms) mnemonic,
#include "backend/x86_64/asm.def"
#undef G
#undef V
};

/* One row: what is encoded, how, with which operands. */
typedef struct Case {
    VecOp op;
    const VecRow *row;
    bool legacy, store;
    int vl;
    int reg, vvvv, imm;
    Mem rm;
} Case;

enum { MAX_TEXT = 32 };

/* ---- Text -------------------------------------------------------------- */

static unsigned vector_bytes(const Case *c)
{
    return 16u << (c->vl & VEX_LMASK);
}

static unsigned mem_bytes(const Case *c)
{
    unsigned n = c->row->n, bytes = vector_bytes(c);

    if (c->vl & EVEX_BCST) {
        return c->row->w == W_0 ? 4 : 8;
    }
    if (n == N_DUP) {
        return bytes == 16 ? 8 : bytes;
    }
    return n < N_V ? 1u << n : bytes >> (n - N_V);
}

static unsigned at_least_16(unsigned bytes)
{
    return bytes < 16 ? 16 : bytes;
}

/* Their memory operand's unit is an element, the register's a vector. */
static bool is_compress(VecOp op)
{
    return (op >= V_PCOMPRESSB && op <= V_PCOMPRESSQ) || op == V_PEXPANDD ||
           op == V_PEXPANDQ;
}

static int gpr_size(const Case *c)
{
    return c->row->w == W_1 ? SZ_64 : SZ_32;
}

static const char *reg_text(Rows *r, const Case *c)
{
    unsigned bytes = vector_bytes(c);

    if (c->row->flags & F_REGG) {
        return gpr_name(r, gpr_size(c), c->reg);
    }
    if (c->row->flags & F_REGK) {
        return k_name(r, c->reg);
    }
    return vec_name(
        r, at_least_16(c->row->flags & F_NARROW ? bytes / 2 : bytes), c->reg);
}

static const char *vvvv_text(Rows *r, const Case *c)
{
    if (c->row->flags & F_RMK) {
        return k_name(r, c->vvvv);
    }
    return vec_name(r, vector_bytes(c), c->vvvv);
}

static const char *rm_text(Rows *r, const Case *c)
{
    unsigned bytes = mem_bytes(c);

    bytes = is_compress(c->op) ? vector_bytes(c) : bytes;
    if (c->rm.base != MEM_REG) {
        return mem_text(r, c->rm, bytes);
    }
    if (c->row->flags & F_RMG) {
        return gpr_name(r, gpr_size(c), c->rm.index);
    }
    if (c->row->flags & F_RMK) {
        return k_name(r, c->rm.index);
    }
    return vec_name(r, at_least_16(bytes), c->rm.index);
}

static bool is_evex(const Case *c)
{
    return !c->legacy &&
           (!(c->row->forms & (E_A | E_Y)) || c->vl & ~1 || c->reg > 15 ||
            c->vvvv > 15 || (c->rm.base == MEM_REG && c->rm.index > 15) ||
            (c->rm.base != MEM_REG && c->row->flags & F_DIGIT));
}

static void name_text(const Case *c, char *s)
{
    const char *name = mnemonics[c->op], *slash = strchr(name, '/');
    int length = slash ? (int)(slash - name) : (int)strlen(name);
    const char *v = c->legacy || *name == 'k' ? "" : "v";

    if (slash && is_evex(c)) {
        sprintf(s, "%s%s", v, slash + 1);
    } else {
        sprintf(s, "%s%.*s", v, length, name);
    }
}

/* "{k1}{z}" after the destination. */
static void mask_text(const Case *c, char *s)
{
    unsigned k = c->vl >> 2 & 7;

    *s = 0;
    if (k) {
        sprintf(s, "{k%u}%s", k, c->vl & EVEX_Z ? "{z}" : "");
    }
}

/* Not rounding, these can only be kept from raising flags. */
static bool takes_sae(VecOp op)
{
    return op == V_UCOMISD || op == V_COMISS || op == V_CVTTSD2SI64 ||
           op == V_CVTTSS2USI32 || op == V_CMPSD_K || op == V_MAXSD;
}

/* "{1to4}" or ", {rz-sae}" after the last register or memory operand. */
static void extra_text(const Case *c, char *s)
{
    static const char *const rounding[] = {"rn", "rd", "ru", "rz"};

    *s = 0;
    if (!(c->vl & EVEX_BCST)) {
        return;
    }
    if (c->rm.base != MEM_REG) {
        unsigned bytes = vector_bytes(c);

        bytes >>= c->row->n == N_V2;
        sprintf(s, "{1to%u}", bytes / mem_bytes(c));
    } else if (takes_sae(c->op)) {
        strcpy(s, ", {sae}");
    } else {
        sprintf(s, ", {%s-sae}", rounding[c->vl >> 7 & 3]);
    }
}

static bool has_vvvv(const Case *c)
{
    unsigned flags = c->row->flags;

    return !c->legacy && flags & F_V && !(flags & F_DIGIT) &&
           !(flags & F_MOVS && c->rm.base != MEM_REG);
}

static void finish(Rows *r, const Case *c)
{
    char name[MAX_TEXT], mask[MAX_TEXT], extra[MAX_TEXT], imm[MAX_TEXT] = "";
    unsigned flags = c->row->flags;
    const char *reg = reg_text(r, c), *rm = rm_text(r, c);

    name_text(c, name);
    mask_text(c, mask);
    extra_text(c, extra);
    if (flags & F_IS4) {
        sprintf(imm, ", %s", vec_name(r, vector_bytes(c), c->imm >> 4));
    } else if (flags & F_IMM) {
        sprintf(imm, ", %d", c->imm);
    }
    if (flags & F_DIGIT && c->legacy) {
        row(r, "%s %s%s", name, rm, imm);
    } else if (c->store) {
        row(r, "%s %s%s, %s%s%s", name, rm, mask, reg, extra, imm);
    } else if (has_vvvv(c)) {
        row(r, "%s %s%s, %s, %s%s%s", name, reg, mask, vvvv_text(r, c), rm,
            extra, imm);
    } else {
        row(r, "%s %s%s, %s%s%s", name, reg, mask, rm, extra, imm);
    }
}

static void emit(Rows *r, const Case *c)
{
    int vvvv = has_vvvv(c) ? c->vvvv : NO_REG;

    if (c->legacy) {
        (c->store ? x86_asm_sse_store(&r->a, c->op, c->rm, c->reg, c->imm)
                  : x86_asm_sse(&r->a, c->op, c->reg, c->rm, c->imm));
    } else if (c->store) {
        x86_asm_avx_store(&r->a, c->op, c->vl, c->rm, c->reg, c->imm);
    } else {
        x86_asm_avx(&r->a, c->op, c->vl, c->reg, vvvv, c->rm, c->imm);
    }
    finish(r, c);
}

/* ---- Operands ---------------------------------------------------------- */

/* A register number of the class that a field holds. */
static int narrow_reg(const Case *c, unsigned gpr, unsigned k, int reg)
{
    if (c->row->flags & gpr) {
        return reg & 15;
    }
    return c->row->flags & k ? (reg & 6) + 1 : reg;
}

static Case with_operands(const Case *c, int reg, int vvvv, Mem rm, int imm)
{
    Case made = *c;
    bool k = c->row->flags & F_RMK;

    made.reg = narrow_reg(c, F_REGG, F_REGK, reg);
    made.vvvv = has_vvvv(&made) ? (k ? vvvv & 7 : vvvv) : 0;
    made.rm = rm;
    if (rm.base == MEM_REG) {
        made.rm.index = narrow_reg(c, F_RMG, F_RMK, rm.index);
    }
    made.imm = c->row->flags & F_IS4 ? (imm & 15) << 4 : imm;
    if (made.vvvv > 0 && rm.base != MEM_REG && c->row->flags & F_MOVS) {
        made.vvvv = 0;
    }
    return made;
}

static void reg_rows(Rows *r, const Case *c)
{
    static const uint8_t low[][3] = {
        {1, 2, 3}, {9, 2, 3}, {1, 10, 3}, {1, 2, 11}, {15, 14, 13},
        {4, 5, 6}, {0, 0, 0}, {8, 8, 8},  {5, 12, 4}, {7, 0, 8},
    };
    static const uint8_t high[][3] = {
        {16, 2, 3},  {1, 17, 3},  {1, 2, 25},  {31, 30, 29},
        {24, 9, 18}, {8, 16, 24}, {23, 8, 15},
    };
    bool any = c->legacy || c->row->forms & (E_A | E_Y);

    if (c->row->flags & F_NOREG ||
        (c->store && !(c->row->flags & (F_MR | F_RMG)))) {
        return;
    }
    for (unsigned i = 0; i < sizeof(low) / 3; i++) {
        Case made = with_operands(c, low[i][0], low[i][1], mem_reg(low[i][2]),
                                  r->next++ & 15);

        emit(r, &made);
    }
    for (unsigned i = 0; i < sizeof(high) / 3 && c->row->forms & E_E; i++) {
        Case made = with_operands(c, high[i][0], high[i][1],
                                  mem_reg(high[i][2]), r->next++ & 15);

        if (!c->legacy && (is_evex(&made) || any)) {
            emit(r, &made);
        }
    }
}

enum { MEM_ROWS = 9 };

/* Of the two movq to and from memory, as takes MOVQG's only for EVEX. */
static bool as_would_use(const Case *c)
{
    return (c->op != V_MOVQ || !is_evex(c)) && (c->op != V_MOVQG || is_evex(c));
}

static void mem_rows(Rows *r, const Case *c)
{
    bool evex = !c->legacy && c->row->forms & E_E;

    if (c->row->flags & F_NOMEM || (c->legacy && c->row->flags & F_DIGIT)) {
        return;
    }
    /* stores merge, or fault; they do not zero */
    if (c->store && c->vl & EVEX_Z) {
        return;
    }
    for (unsigned i = 0; i < MEM_ROWS; i++) {
        int high = evex && i & 1 ? 16 : 0;
        /* as reads no decoration after an absolute address */
        Mem m = c->vl > VEX_512 ? mems_based(r, r->next) : mems_get(r, r->next);
        Case made = with_operands(c, (r->next * 5 & 15) + high, r->next & 15, m,
                                  r->next & 15);

        r->next++;
        if (as_would_use(&made)) {
            emit(r, &made);
        }
    }
}

/* ---- Rows -------------------------------------------------------------- */

static void case_rows(Rows *r, const Case *c)
{
    unsigned flags = c->row->flags;
    Case store = *c;

    if (flags & F_MR) {
        store.store = true;
        reg_rows(r, &store);
        mem_rows(r, &store);
        return;
    }
    reg_rows(r, c);
    mem_rows(r, c);
    if (flags & F_ST) {
        store.store = true;
        reg_rows(r, &store);
        mem_rows(r, &store);
    }
}

/* The lengths at which the row exists; scalars have one. */
static bool has_length(const VecRow *row, int vl)
{
    bool packed = row->forms & E_Y || (row->forms & E_EV) == E_EV;

    switch (vl) {
    case VEX_128: return row->forms & E_A || !(row->forms & E_Y);
    case VEX_256: return packed;
    default: return packed && row->forms & E_E;
    }
}

static void op_rows(Rows *r, VecOp op)
{
    Case c = {.op = op, .row = &x86_asm_vec_rows[op]};

    if (c.row->forms & E_S) {
        c.legacy = true;
        case_rows(r, &c);
        c.legacy = false;
    }
    for (c.vl = VEX_128; c.vl <= VEX_512; c.vl++) {
        if (c.row->forms & ~E_S && has_length(c.row, c.vl)) {
            case_rows(r, &c);
        }
    }
}

/* Write masks, broadcast and rounding, on one row of each kind. */
static void evex_rows(Rows *r)
{
    static const VecOp masked[] = {
        V_ADDPS,      V_ADDPD,    V_PADDD,       V_PADDQ,    V_PADDB,
        V_FMADD231PS, V_MOVDQU64, V_PSRLD_I,     V_PSRAQ_I,  V_PTERNLOGQ,
        V_CVTDQ2PD,   V_CVTPD2PS, V_PBLENDMD,    V_PEXPANDQ, V_PCOMPRESSD,
        V_PERMB,      V_PMOVZXBD, V_PBROADCASTD,
    };
    static const VecOp broadcast[] = {
        V_ADDPS,  V_ADDPD,    V_PANDQ,  V_PXOR,      V_PADDQ,   V_FMADD231PD,
        V_PMULLQ, V_CVTDQ2PD, V_PSRLVD, V_PTERNLOGD, V_PSLLQ_I, V_SQRTPD,
    };

    for (int vl = VEX_128; vl <= VEX_512; vl++) {
        for (size_t i = 0; i < sizeof(masked) / sizeof(masked[0]); i++) {
            Case c = {.op = masked[i],
                      .row = &x86_asm_vec_rows[masked[i]],
                      .vl = vl | EVEX_K(1 + i % 7) | (i & 1 ? EVEX_Z : 0)};

            case_rows(r, &c);
        }
        for (size_t i = 0; i < sizeof(broadcast) / sizeof(broadcast[0]); i++) {
            Case c = {.op = broadcast[i],
                      .row = &x86_asm_vec_rows[broadcast[i]],
                      .vl = vl | EVEX_BCST};

            mem_rows(r, &c);
        }
    }
}

static void sae_rows(Rows *r)
{
    for (int op = 0; op < V_COUNT; op++) {
        Case c = {.op = op, .row = &x86_asm_vec_rows[op], .vl = EVEX_SAE};

        if (takes_sae(op)) {
            reg_rows(r, &c);
        }
    }
}

static void rounding_rows(Rows *r)
{
    static const VecOp ops[] = {
        V_ADDSS,      V_SUBSD,       V_MULSD,       V_DIVSS,
        V_SQRTSD,     V_FMADD213SD,  V_FNMSUB231SS, V_CVTSD2SS,
        V_CVTSD2SI64, V_CVTSS2USI32, V_CVTSD2USI64,
    };

    for (int rc = 0; rc < 4; rc++) {
        for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
            Case c = {.op = ops[i],
                      .row = &x86_asm_vec_rows[ops[i]],
                      .vl = EVEX_RN | rc << 7};

            reg_rows(r, &c);
        }
    }
}

void vec_rows(Rows *r)
{
    for (int op = 0; op < V_COUNT; op++) {
        op_rows(r, op);
    }
    evex_rows(r);
    rounding_rows(r);
    sae_rows(r);
}
