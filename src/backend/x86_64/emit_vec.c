/*
 * Vector records: operands, the choice between one instruction and a
 * sequence, and the instructions themselves at each level.
 */
#include "backend/x86_64/emit_vec.h"

enum { V_NONE };

const VecInsn x86_vec_insn[OP_COUNT][4] = {
#define N(op, l0, i0, l1, i1, l2, i2, l3, i3)                                  \
    [OP_##op] = {{V_##i0, VEC_##l0},                                           \
                 {V_##i1, VEC_##l1},                                           \
                 {V_##i2, VEC_##l2},                                           \
                 {V_##i3, VEC_##l3}},
#include "backend/x86_64/vec_insn.def"
};

/* How an op is done where x86_vec_insn has nothing for it. */
static VecFn *const sequence[OP_COUNT] = {
    [OP_vdup] = x86_vec_do_dup,       [OP_vdup2] = x86_vec_do_dup2,
    [OP_vdupm] = x86_vec_do_dupm,     [OP_vmul] = x86_vec_do_mul,
    [OP_vneg] = x86_vec_do_neg,       [OP_vabs] = x86_vec_do_abs,
    [OP_vssadd] = x86_vec_do_ssat,    [OP_vsssub] = x86_vec_do_ssat,
    [OP_vusadd] = x86_vec_do_usadd,   [OP_vussub] = x86_vec_do_ussub,
    [OP_vsmin] = x86_vec_do_minmax,   [OP_vumin] = x86_vec_do_minmax,
    [OP_vsmax] = x86_vec_do_minmax,   [OP_vumax] = x86_vec_do_minmax,
    [OP_vandc] = x86_vec_do_andc,     [OP_vorc] = x86_vec_do_logic,
    [OP_vnand] = x86_vec_do_logic,    [OP_vnor] = x86_vec_do_logic,
    [OP_veqv] = x86_vec_do_logic,     [OP_vnot] = x86_vec_do_not,
    [OP_vshli] = x86_vec_do_shifti,   [OP_vshri] = x86_vec_do_shifti,
    [OP_vsari] = x86_vec_do_shifti,   [OP_vrotli] = x86_vec_do_shifti,
    [OP_vshls] = x86_vec_do_shifts,   [OP_vshrs] = x86_vec_do_shifts,
    [OP_vsars] = x86_vec_do_shifts,   [OP_vrotls] = x86_vec_do_shifts,
    [OP_vshlv] = x86_vec_do_shiftv,   [OP_vshrv] = x86_vec_do_shiftv,
    [OP_vsarv] = x86_vec_do_shiftv,   [OP_vrotlv] = x86_vec_do_shiftv,
    [OP_vrotrv] = x86_vec_do_shiftv,  [OP_vcmp] = x86_vec_do_cmp,
    [OP_vcmpsel] = x86_vec_do_cmpsel, [OP_vbitsel] = x86_vec_do_bitsel,
};

bool x86_vec_has(const Vec *v, Opcode opc, unsigned vece)
{
    const VecInsn *n = &x86_vec_insn[opc][vece];

    return n->level != VEC_NEVER && n->level <= v->level;
}

/* ---- Instructions ------------------------------------------------------- */

void x86_vec_mov(Vec *v, int d, int a)
{
    if (d != a) {
        x86_vec_op2(v, V_MOVDQA, d, a);
    }
}

void x86_vec_op3(Vec *v, VecOp insn, int d, int a, int b)
{
    if (v->level >= VEC_AVX2) {
        asm_avx_rrr(v->a, insn, v->vl, d, a, b);
        return;
    }
    check(d != b || d == a, "vector row %d: xmm%d overwritten", insn, d);
    x86_vec_mov(v, d, a);
    asm_sse_rr(v->a, insn, d, b);
}

void x86_vec_op2(Vec *v, VecOp insn, int d, int a)
{
    x86_vec_op2i(v, insn, d, a, 0);
}

void x86_vec_op2i(Vec *v, VecOp insn, int d, int a, int imm)
{
    if (v->level >= VEC_AVX2) {
        asm_avx_rri(v->a, insn, v->vl, d, a, imm);
    } else {
        asm_sse_rri(v->a, insn, d, a, imm);
    }
}

void x86_vec_opi(Vec *v, VecOp insn, int d, int a, int imm)
{
    if (v->level >= VEC_AVX2) {
        asm_avx_rri(v->a, insn, v->vl, d, a, imm);
    } else {
        x86_vec_mov(v, d, a);
        asm_sse_ri(v->a, insn, d, imm);
    }
}

void x86_vec_do3(Vec *v, Opcode opc, unsigned vece, int d, int a, int b)
{
    check(x86_vec_has(v, opc, vece), "no instruction for %s, element size %u",
          opcode_info[opc].name, vece);
    x86_vec_op3(v, (VecOp)x86_vec_insn[opc][vece].insn, d, a, b);
}

void x86_vec_zero(Vec *v, int d)
{
    vec_xor(v, d, d, d);
}

void x86_vec_ones(Vec *v, int d)
{
    if (v->level >= VEC_AVX512) {
        asm_avx_rrri(v->a, V_PTERNLOGD, v->vl, d, d, d, 0xff);
    } else {
        x86_vec_op3(v, V_PCMPEQD, d, d, d);
    }
}

/* ---- Borrowed registers ------------------------------------------------- */

static Mem saved(unsigned i)
{
    Mem m = X86_OWN(vec_saved);

    m.disp += (int32_t)i * 32;
    return m;
}

/* Whole registers: a V256 may be in it. */
static int borrow(Vec *v)
{
    check(v->nb_borrowed < VEC_BORROWED && ~v->used & 0xffff,
          "no vector register to borrow");
    int reg = __builtin_ctz(~v->used);

    if (v->level >= VEC_AVX2) {
        asm_avx_mr(v->a, V_MOVDQA, VEX_256, saved(v->nb_borrowed), reg);
    } else {
        asm_sse_mr(v->a, V_MOVDQA, saved(v->nb_borrowed), reg);
    }
    v->used |= 1u << reg;
    v->borrowed[v->nb_borrowed++] = reg;
    return reg;
}

static void give_back(Vec *v)
{
    for (unsigned i = 0; i < v->nb_borrowed; i++) {
        if (v->level >= VEC_AVX2) {
            asm_avx_rm(v->a, V_MOVDQA, VEX_256, v->borrowed[i], saved(i));
        } else {
            asm_sse_rm(v->a, V_MOVDQA, v->borrowed[i], saved(i));
        }
    }
}

int x86_vec_tmp(Vec *v, unsigned i)
{
    if (v->tmp[i] < 0) {
        v->tmp[i] = borrow(v);
    }
    return v->tmp[i];
}

/* ---- Operands ----------------------------------------------------------- */

static bool is_wide(const Vec *v)
{
    return x86_is_wide(v->x, v->e->type);
}

static bool is_vector(const Vec *v, unsigned i)
{
    return opcode_arg_letter((Opcode)v->e->opc, 1 + i) == 'v';
}

static void load(Vec *v, int d, Mem m)
{
    VecOp insn = v->e->type == TYPE_V64 ? V_MOVQ : V_MOVDQU;

    if (v->level >= VEC_AVX2) {
        asm_avx_rm(v->a, insn, v->vl, d, m);
    } else {
        asm_sse_rm(v->a, insn, d, m);
    }
}

/* The second input of one instruction may stay in memory. */
static bool takes_memory(const Vec *v, unsigned i, bool single)
{
    return single && i == 1 && v->level >= VEC_AVX2 && v->e->type != TYPE_V64;
}

static void bring_input(Vec *v, unsigned i, bool single)
{
    const Operand *o = &v->e->in[i];

    if (!is_vector(v, i)) {
        v->in[i] = o->reg;
    } else if (o->kind == OPERAND_REG) {
        v->in[i] = o->reg;
        if (is_wide(v)) {
            load(v, o->reg, x86_wide(o->reg, v->half));
        }
    } else if (!takes_memory(v, i, single)) {
        v->in[i] = v->in[i] < 0 ? borrow(v) : v->in[i];
        load(v, v->in[i], x86_env(o->disp + v->half));
    }
}

static void start(Vec *v, Host *x, const EmitOp *e)
{
    *v = (Vec){.x = x, .a = &x->a, .e = e, .d = e->out[0].reg};
    v->level = x->features & X86_AVX512 ? VEC_AVX512
               : x->avx                 ? VEC_AVX2
                                        : VEC_SSE2;
    v->vl = e->type == TYPE_V256 ? VEX_256 : VEX_128;
    v->vece = e->opc == OP_vdup2 ? 3 : e->vece;
    v->used = 1u << v->d;
    for (int i = 0; i < VEC_TEMPS; i++) {
        v->tmp[i] = i < e->arg ? e->tmp[i] : -1;
        v->used |= i < e->arg ? 1u << e->tmp[i] : 0;
    }
    for (unsigned i = 0; i < opcode_info[e->opc].ins; i++) {
        bool in_reg = is_vector(v, i) && e->in[i].kind == OPERAND_REG;
        v->used |= in_reg ? 1u << e->in[i].reg : 0;
        v->in[i] = -1;
    }
}

/* ---- Records ------------------------------------------------------------ */

static bool is_single(const Vec *v)
{
    const OpcodeInfo *info = &opcode_info[v->e->opc];

    return x86_vec_has(v, (Opcode)v->e->opc, v->vece) &&
           (info->ins == 1 || is_vector(v, 1));
}

static void single(Vec *v)
{
    const OpcodeInfo *info = &opcode_info[v->e->opc];
    VecOp insn = (VecOp)x86_vec_insn[v->e->opc][v->vece].insn;

    if (info->consts) {
        x86_vec_opi(v, insn, v->d, v->in[0], (int)v->e->k[0]);
    } else if (info->ins == 1) {
        x86_vec_op2(v, insn, v->d, v->in[0]);
    } else if (v->in[1] >= 0) {
        x86_vec_op3(v, insn, v->d, v->in[0], v->in[1]);
    } else {
        asm_avx_rrm(v->a, insn, v->vl, v->d, v->in[0],
                    x86_env(v->e->in[1].disp));
    }
}

static void compute(Vec *v)
{
    bool one = is_single(v);

    for (unsigned i = 0; i < opcode_info[v->e->opc].ins; i++) {
        bring_input(v, i, one);
    }
    if (one) {
        single(v);
    } else {
        sequence[v->e->opc](v);
    }
    if (is_wide(v)) {
        asm_sse_mr(v->a, V_MOVDQA, x86_wide(v->d, v->half), v->d);
    }
}

/* e->arg: how many vector temporaries the row has. */
void x86_emit_vec(Host *x, const EmitOp *e)
{
    Vec v;

    start(&v, x, e);
    compute(&v);
    if (is_wide(&v)) {
        v.half = 16;
        compute(&v);
    }
    give_back(&v);
}
