/*
 * Every floating-point op on the backend and on the interpreter, over edge
 * values, rounding modes, host features and overlaps of output and inputs:
 * the value and the flags of each op alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include <stdio.h>
#include "backend_run.h"
#include "backend/x86_64/x86.h"
#include "core/gen.h"
#include "core/verify.h"
#include "fp_policies.h"
#include "opt/opt.h"

enum {
    PC_OFFSET = 1600,
    GLOBALS_OFFSET = 1664,
    PER_BLOCK = 96,     /* ops in a block; each leaves 16 bytes */
    MAX_INPUTS = 3,
    GLOBALS = 4,
    FIRST_VALUES = 19,  /* of a format: specials and some around 1 */
};

/* ---- Values ------------------------------------------------------------- */

static const uint64_t f64_values[] = {
    0x0000000000000000, 0x8000000000000000, /* zeros */
    0x0000000000000001, 0x8000000000000001, /* least subnormals */
    0x000fffffffffffff, 0x800fffffffffffff, /* greatest subnormals */
    0x0010000000000000, 0x8010000000000000, /* least normals */
    0x7fefffffffffffff, 0xffefffffffffffff, /* greatest */
    0x7ff0000000000000, 0xfff0000000000000, /* infinities */
    0x7ff8000000000000, 0xfff8000000000123, /* quiet NaNs */
    0x7ff0000000000001, 0xfff7ffffffffffff, /* signalling NaNs */
    0x3ff0000000000000, 0xbff0000000000000, /* 1 */
    0x3ff0000000000001, 0xbfefffffffffffff, /* next to it */
    0x3fe0000000000000, 0xbfe0000000000000, /* 0.5 */
    0x3fd5555555555555, 0xbfefae147ae147ae, /* 1/3, -0.99 */
    0x3ff8000000000000, 0xbff8000000000000, /* 1.5 */
    0x4004000000000000, 0xc004000000000000, /* 2.5 */
    0x41dfffffffc00000, 0x41dfffffffe00000, /* 2^31 - 1, + 0.5 */
    0x41e0000000000000, 0xc1e0000000000000, /* 2^31 */
    0xc1e0000000100000, 0xc1e0000000200000, /* -2^31 - 0.5, - 1 */
    0x41efffffffe00000, 0x41effffffff00000, /* 2^32 - 1, + 0.5 */
    0x41f0000000000000, 0x43e0000000000000, /* 2^32, 2^63 */
    0x43dfffffffffffff, 0xc3e0000000000000, /* below 2^63, -2^63 */
    0xc3e0000000000001, 0x43f0000000000000, /* beyond it, 2^64 */
    0x43efffffffffffff, 0x4330000000000001, /* below 2^64, 2^52 + 1 */
    0x36a0000000000000, 0x380fffffe0000000, /* F32's least, subnormal */
    0x380ffffff0000000, 0x47efffffe0000000, /* to round up; its greatest */
    0x47effffff0000000, 0x2000000000000001, /* beyond it; small */
    0xffffffff3f800000, 0xfffffffe3f800000, /* boxed, not quite */
    0xffffffff7f800001, 0x7fffffff3f800000,
};

static const uint64_t f32_values[] = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x807fffff,
    0x00800000, 0x80800000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000,
    0x7fc00000, 0xffc00123, 0x7f800001, 0xffbfffff, 0x3f800000, 0xbf800000,
    0x3f800001, 0xbf7fffff, 0x3f000000, 0xbf000000, 0x3eaaaaab, 0xbf7d70a4,
    0x3fc00000, 0xbfc00000, 0x40200000, 0xc0200000, 0x4effffff, 0x4f000000,
    0xcf000000, 0xcf000001, 0x4f7fffff, 0x4f800000, 0x5f000000, 0x5effffff,
    0xdf000000, 0xdf000001, 0x5f7fffff, 0x5f800000, 0x4b000001, 0x20000001,
};

static const uint64_t int_values[] = {
    0, 1, UINT64_MAX, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
    0x7fffffffffffffff, 0x8000000000000000, 0x8000000000000001,
    0x7ffffffffffffc00, 0x7ffffffffffffe00, 0xfffffffffffffbff,
    0xfffffffffffffc00, 0x20000000000001, 0x1fffffffffffff, 0x1000001,
    0x1ffffff, 0xffffff, 0xfffffffffeffffff, 0x8000008000000001,
    0x8000000000000400, 0x123456789abcdef0, 31, 16, 5,
    0xffe0000000000001, 0xffdfffffffffffff, 0x20000000000000,
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static uint64_t value_of(Type t, unsigned i)
{
    return t == TYPE_F64   ? f64_values[i % COUNT(f64_values)]
           : t == TYPE_F32 ? f32_values[i % COUNT(f32_values)]
                           : int_values[i % COUNT(int_values)];
}

static unsigned values_of(Type t)
{
    return t == TYPE_F64   ? COUNT(f64_values)
           : t == TYPE_F32 ? COUNT(f32_values)
                           : COUNT(int_values);
}

/* ---- What is tested ----------------------------------------------------- */

typedef struct Subject {
    Opcode opc;
    Type type, in, out;
    Arg k;
    bool has_k;
    bool canon;      /* its NaNs may be any: fcanon follows */
    uint8_t frm;     /* the environment's mode at the start */
    unsigned values; /* of an input, 0: all */
} Subject;

typedef struct Config {
    const char *name;
    BackendConfig cfg;
} Config;

static const Config configs[] = {
    {"usual", {.max_pinned_int = -1, .max_pinned_fp = -1, .max_scratch = -1}},
    {"plain", {.plain = true, .max_pinned_int = -1, .max_pinned_fp = -1,
               .max_scratch = -1}},
    {"unpinned", {.max_scratch = 3}},
    {"AVX", {.without = X86_AVX512, .max_pinned_int = -1, .max_pinned_fp = -1,
             .max_scratch = -1}},
    {"AVX without FMA", {.without = X86_AVX512 | X86_FMA, .max_scratch = 3}},
    {"SSE4.1", {.without = X86_AVX512 | X86_FMA | X86_AVX2 | X86_AVX,
                .max_pinned_int = -1, .max_pinned_fp = -1,
                .max_scratch = -1}},
};

static const char *const hot[] = {
    "d0", "d1", "d2", "s0", "s1", "s2", "l0", "l1", "i0", "i1",
    "d3", "s3", "l2", "i2", "l3", "i3", NULL};

typedef struct Bench {
    IR *ir;
    Runner *runner[COUNT(configs)];
    TempId global[TYPE_COUNT][GLOBALS];
    uint64_t input[PER_BLOCK][MAX_INPUTS];
    unsigned filled;
    RunStart start;
    RunResult want, got;
} Bench;

static void add_globals(Bench *b, Type t, char letter)
{
    static char names[TYPE_COUNT][GLOBALS][3];

    for (unsigned i = 0; i < GLOBALS; i++) {
        snprintf(names[t][i], 3, "%c%u", letter, i);
        int32_t at = GLOBALS_OFFSET + (int32_t)(t * GLOBALS + i) * 8;
        b->global[t][i] = ir_global(b->ir, t, at, names[t][i]);
    }
}

static Bench *bench_with(const FpPolicy *policy)
{
    static Bench b;

    memset(&b, 0, sizeof(b));
    b.ir = ir_new();
    ir_set_fp_policies(b.ir, policy, 1);
    add_globals(&b, TYPE_I32, 'i');
    add_globals(&b, TYPE_I64, 'l');
    add_globals(&b, TYPE_F32, 's');
    add_globals(&b, TYPE_F64, 'd');
    for (unsigned i = 0; i < COUNT(configs); i++) {
        BackendConfig cfg = configs[i].cfg;
        cfg.hot = hot;
        cfg.pc_offset = PC_OFFSET;
        b.runner[i] = runner_new(&cfg, b.ir, 1 << 20);
    }
    return &b;
}

static Bench *bench_new(void)
{
    return bench_with(&fp_policy_plain);
}

static void bench_free(Bench *b)
{
    for (unsigned i = 0; i < COUNT(configs); i++) {
        runner_free(b->runner[i]);
    }
    ir_free(b->ir);
}

/* ---- One block ---------------------------------------------------------- */

/*
 * Where operands are: 0, temps; 1 to 3, globals, the output that of an
 * input; 4, globals, all different; 5, all inputs one; 6, as 4, but a label
 * has made the backend forget what it had in registers.
 */
enum { ALL_TEMPS, ALL_ONE = 5, AFTER_LABEL, LAYOUTS };

static TempId operand(Bench *b, Type t, unsigned layout, unsigned i)
{
    if (layout == ALL_TEMPS) {
        return ir_temp(b->ir, t);
    }
    return b->global[t][layout == ALL_ONE ? 0 : i];
}

static TempId output(Bench *b, const Subject *s, unsigned layout, unsigned n)
{
    if (layout == ALL_TEMPS || layout == ALL_ONE) {
        return ir_temp(b->ir, s->out);
    }
    return b->global[s->out][layout <= n ? layout - 1 : GLOBALS - 1];
}

static void store(Bench *b, Type t, TempId value, unsigned at)
{
    gen_st(b->ir, t, value, b->ir->env, (Arg)at);
}

/* The constant of op i: some have the dynamic mode among those that fix it,
   so that they see whether it has been restored. */
static Arg constant(const Subject *s, unsigned i)
{
    bool mode = opcode_const_letter(s->opc, 0) == 'r';
    return mode && i % 8 == 7 ? FP_ROUND_ENV : s->k;
}

static void emit_subject(IR *ir, const Subject *s, unsigned i, TempId out,
                         const TempId in[])
{
    const OpcodeInfo *info = &opcode_info[s->opc];
    Op *op = ir_emit(ir, s->opc, s->type);
    Arg *arg = op->arg;

    if (info->outs) {
        *arg++ = out;
    }
    for (unsigned j = 0; j < info->ins; j++) {
        *arg++ = in[j];
    }
    if (s->has_k) {
        *arg = constant(s, i);
    }
}

static void one_op(Bench *b, const Subject *s, unsigned i)
{
    IR *ir = b->ir;
    unsigned n = opcode_info[s->opc].ins, layout = i % LAYOUTS;
    bool outs = opcode_info[s->opc].outs;
    TempId in[MAX_INPUTS], flags = ir_temp(ir, TYPE_I32);
    TempId out = outs ? output(b, s, layout, n) : 0;

    for (unsigned j = 0; j < n; j++) {
        in[j] = operand(b, s->in, layout, j);
        gen_mov(ir, s->in, in[j],
                ir_const(ir, s->in, (int64_t)b->input[i][j]));
    }
    if (layout == AFTER_LABEL) {
        gen_set_label(ir, TYPE_I64, ir_label(ir));
    }
    gen_fflags_set(ir, TYPE_I32, ir_i32(ir, i % 9 == 0 ? FP_FLAG_DIVZERO : 0));
    emit_subject(ir, s, i, out, in);
    gen_fflags_get(ir, TYPE_I32, flags);
    if (s->canon) {
        gen_fcanon(ir, s->type, out, out);
    }
    if (outs) {
        store(b, s->out, out, i * 16);
    }
    store(b, TYPE_I32, flags, i * 16 + 8);
}

static void compare(Bench *b, const Subject *s, const char *config)
{
    for (unsigned i = 0; i < b->filled; i++) {
        uint64_t want[2], got[2];
        memcpy(want, b->want.state + i * 16, 16);
        memcpy(got, b->got.state + i * 16, 16);
        if (memcmp(want, got, 16) != 0) {
            fail_msg("%s: %s.%s from %s, k %d, frm %u, layout %u: "
                     "%lx %lx %lx: %lx flags %lx, not %lx flags %lx",
                     config, opcode_info[s->opc].name, type_name(s->type),
                     type_name(s->in), (int)s->k, s->frm, i % LAYOUTS,
                     b->input[i][0], b->input[i][1], b->input[i][2], got[0],
                     got[1], want[0], want[1]);
        }
    }
}

static void build(Bench *b, const Subject *s)
{
    ir_reset(b->ir);
    for (unsigned i = 0; i < b->filled; i++) {
        one_op(b, s, i);
    }
    gen_exit_tb(b->ir, TYPE_I64, 0);
}

static void reference(Bench *b, const Subject *s)
{
    char msg[200];

    build(b, s);
    if (!ir_verify(b->ir, msg, sizeof(msg))) {
        fail_msg("%s", msg);
    }
    b->start.mode = s->frm;
    interp_reference(b->ir, &b->start, &b->want);
}

static void run_block(Bench *b, const Subject *s)
{
    if (b->filled) {
        reference(b, s);
    }
    for (unsigned c = 0; b->filled && c < COUNT(configs); c++) {
        build(b, s);
        opt_run(b->ir, OPT_NONE, &opt_any_target);
        assert_int_equal(
            runner_run(b->runner[c], b->ir, &b->start, &b->got), COMPILE_OK);
        compare(b, s, configs[c].name);
    }
    b->filled = 0;
}

static void add(Bench *b, const Subject *s, uint64_t v0, uint64_t v1,
                uint64_t v2)
{
    uint64_t *in = b->input[b->filled];

    in[0] = v0;
    in[1] = v1;
    in[2] = v2;
    if (b->filled % LAYOUTS == ALL_ONE) {
        in[1] = in[2] = in[0] = opcode_info[s->opc].ins == 3   ? v2
                                : opcode_info[s->opc].ins == 2 ? v1
                                                               : v0;
    }
    if (++b->filled == PER_BLOCK) {
        run_block(b, s);
    }
}

/* All combinations; of three inputs, of the first values. */
static void run_subject(Bench *b, const Subject *s)
{
    unsigned n = opcode_info[s->opc].ins;
    unsigned count = s->values  ? s->values
                     : n == 3 ? FIRST_VALUES
                              : values_of(s->in);
    unsigned n1 = n > 1 ? count : 1, n2 = n > 2 ? count : 1;

    for (unsigned i = 0; i < count; i++) {
        for (unsigned j = 0; j < n1; j++) {
            for (unsigned k = 0; k < n2; k++) {
                add(b, s, value_of(s->in, i), value_of(s->in, j),
                    value_of(s->in, k));
            }
        }
        for (unsigned r = 1; n == 1 && r < LAYOUTS; r++) {
            add(b, s, value_of(s->in, i), 0, 0);
        }
    }
    run_block(b, s);
}

/* ---- Cases -------------------------------------------------------------- */

static void all_modes(Bench *b, Subject s)
{
    s.has_k = true;
    for (unsigned frm = 0; frm <= FP_ROUND_UP; frm++) {
        s.frm = (uint8_t)frm;
        s.k = FP_ROUND_ENV;
        run_subject(b, &s);
        s.k = (frm + 1) % 4;
        run_subject(b, &s);
    }
    s.k = FP_ROUND_AWAY;
    run_subject(b, &s);
}

static void arithmetic(void **state)
{
    static const uint16_t ops[] = {OP_fadd, OP_fsub, OP_fmul, OP_fdiv,
                                  OP_fsqrt};
    Bench *b = bench_new();

    (void)state;
    for (unsigned i = 0; i < COUNT(ops); i++) {
        for (Type t = TYPE_F32; t <= TYPE_F64; t++) {
            all_modes(b, (Subject){.opc = ops[i], .type = t, .in = t,
                                   .out = t, .canon = true});
        }
    }
    bench_free(b);
}

static void fused(void **state)
{
    static const uint16_t ops[] = {OP_fmadd, OP_fmsub, OP_fnmsub, OP_fnmadd};
    Bench *b = bench_new();

    (void)state;
    for (unsigned i = 0; i < COUNT(ops); i++) {
        for (Type t = TYPE_F32; t <= TYPE_F64; t++) {
            Subject s = {.opc = ops[i], .type = t, .in = t, .out = t,
                         .canon = true, .has_k = true, .frm = i & 3};
            s.k = FP_ROUND_ENV;
            run_subject(b, &s);
            s.k = (i + 2) & 3;
            run_subject(b, &s);
            s.k = FP_ROUND_AWAY;
            run_subject(b, &s);
        }
    }
    bench_free(b);
}

static void minimum(void **state)
{
    Bench *b = bench_new();

    (void)state;
    for (Type t = TYPE_F32; t <= TYPE_F64; t++) {
        Subject s = {.type = t, .in = t, .out = t, .canon = true,
                     .has_k = true};
        for (s.k = 0; s.k < FMIN_COUNT; s.k++) {
            s.canon = s.k != FMIN_SECOND;
            s.opc = OP_fmin;
            run_subject(b, &s);
            s.opc = OP_fmax;
            run_subject(b, &s);
        }
    }
    bench_free(b);
}

static void comparison(void **state)
{
    Bench *b = bench_new();

    (void)state;
    for (Type t = TYPE_F32; t <= TYPE_F64; t++) {
        for (Type to = TYPE_I32; to <= TYPE_I64; to++) {
            Subject s = {.type = t, .in = t, .out = to};
            s.opc = OP_fclass;
            run_subject(b, &s);
            s.opc = OP_fcmp;
            s.has_k = true;
            for (s.k = FCMP_EQ; s.k < FCMP_COUNT; s.k++) {
                run_subject(b, &s);
            }
        }
    }
    bench_free(b);
}

static void bits(void **state)
{
    static const uint16_t signs[] = {OP_fsgnj, OP_fsgnjn, OP_fsgnjx};
    Bench *b = bench_new();

    (void)state;
    for (Type t = TYPE_F32; t <= TYPE_F64; t++) {
        Type i = t == TYPE_F32 ? TYPE_I32 : TYPE_I64;
        for (unsigned k = 0; k < COUNT(signs); k++) {
            run_subject(b, &(Subject){.opc = signs[k], .type = t, .in = t,
                                      .out = t});
        }
        run_subject(b, &(Subject){.opc = OP_fmv_fi, .type = i, .in = t,
                                  .out = i});
        run_subject(b, &(Subject){.opc = OP_fmv_if, .type = t, .in = i,
                                  .out = t});
    }
    run_subject(b, &(Subject){.opc = OP_fbox, .type = TYPE_F32,
                              .in = TYPE_F32, .out = TYPE_F64});
    run_subject(b, &(Subject){.opc = OP_funbox, .type = TYPE_F32,
                              .in = TYPE_F64, .out = TYPE_F32});
    bench_free(b);
}

static void conversions(void **state)
{
    Bench *b = bench_new();

    (void)state;
    for (Type t = TYPE_F32; t <= TYPE_F64; t++) {
        for (Type f = TYPE_F32; f <= TYPE_F64; f++) {
            all_modes(b, (Subject){.opc = OP_fcvt_ff, .type = t, .in = f,
                                   .out = t, .canon = true});
        }
        all_modes(b, (Subject){.opc = OP_fround, .type = t, .in = t,
                               .out = t, .canon = true});
        for (Type i = TYPE_I32; i <= TYPE_I64; i++) {
            Subject s = {.opc = OP_fcvt_fs, .type = i, .in = t, .out = i};
            all_modes(b, s);
            s.opc = OP_fcvt_fu;
            all_modes(b, s);
            s = (Subject){.opc = OP_fcvt_sf, .type = t, .in = i, .out = t};
            all_modes(b, s);
            s.opc = OP_fcvt_uf;
            all_modes(b, s);
        }
    }
    bench_free(b);
}

/* Of any value that does not signal. */
static void canonical(void **state)
{
    Bench *b = bench_new();

    (void)state;
    for (Type t = TYPE_F32; t <= TYPE_F64; t++) {
        Subject s = {.opc = OP_fcanon, .type = t, .in = t, .out = t};
        for (unsigned i = 0; i < values_of(t); i++) {
            uint64_t v = value_of(t, i);
            for (unsigned r = 0; r < LAYOUTS; r++) {
                if (!sf_is_snan(t == TYPE_F64 ? SF_F64 : SF_F32, v)) {
                    add(b, &s, v, 0, 0);
                }
            }
        }
        run_block(b, &s);
    }
    bench_free(b);
}

/* All sets of flags, all modes, from a register and from a constant. */
static void environment(void **state)
{
    Bench *b = bench_new();
    IR *ir = b->ir;

    (void)state;
    for (unsigned c = 0; c < COUNT(configs); c++) {
        ir_reset(ir);
        for (unsigned i = 0; i < 64; i++) {
            TempId set = b->global[TYPE_I32][i % GLOBALS];
            TempId third = ir_temp(ir, TYPE_F64), got = ir_temp(ir, TYPE_I32);
            gen_mov(ir, TYPE_I32, set, ir_i32(ir, (int32_t)(i & 31)));
            gen_fflags_set(ir, TYPE_I32, i < 32 ? set : ir_i32(ir, i & 31));
            gen_fflags_get(ir, TYPE_I32, got);
            gen_fmode_set(ir, TYPE_I32, i & 4 ? set : ir_i32(ir, i & 3));
            gen_fdiv(ir, TYPE_F64, third,
                     ir_const(ir, TYPE_F64, 0x3ff0000000000000),
                     ir_const(ir, TYPE_F64, i & 8 ? 0x4008000000000000
                                                  : 0xc008000000000000),
                     FP_ROUND_ENV);
            store(b, TYPE_F64, third, i * 16);
            store(b, TYPE_I32, got, i * 16 + 8);
        }
        gen_exit_tb(ir, TYPE_I64, 0);
        interp_reference(ir, &b->start, &b->want);
        opt_run(ir, OPT_NONE, &opt_any_target);
        assert_int_equal(runner_run(b->runner[c], ir, &b->start, &b->got),
                         COMPILE_OK);
        b->filled = 64;
        compare(b, &(Subject){.opc = OP_fflags_set}, configs[c].name);
        assert_int_equal(b->got.fflags, b->want.fflags);
        b->filled = 0;
    }
    bench_free(b);
}

/* ---- Policies ----------------------------------------------------------- */

/* Some 10 values and those around 1: NaNs, subnormals, the least normals. */
enum { POLICY_VALUES = 20, POLICY_VALUES_3 = 19 };

static void modes_of_policy(Bench *b, const FpPolicy *p, Subject s)
{
    static const uint8_t modes[] = {FP_ROUND_EVEN,
                                    FP_ROUND_UP | FP_FLUSH_IN,
                                    FP_ROUND_EVEN | FP_FLUSH_OUT,
                                    FP_ROUND_DOWN | FP_MODE_FLUSH};
    bool rounded = opcode_info[s.opc].consts &&
                   opcode_const_letter(s.opc, 0) == 'r';
    unsigned ins = opcode_info[s.opc].ins;

    s.values = ins == 3 ? POLICY_VALUES_3 : ins == 2 ? POLICY_VALUES : 0;
    for (unsigned i = 0; i < (p->flush ? COUNT(modes) : 1u); i++) {
        s.frm = modes[i];
        if (rounded) {
            s.has_k = true;
            s.k = FP_ROUND_ENV;
            run_subject(b, &s);
            s.k = i ? FP_ROUND_ZERO : FP_ROUND_AWAY;
        }
        run_subject(b, &s);
    }
}

static void constants_of_policy(Bench *b, const FpPolicy *p, Subject s,
                                unsigned count)
{
    s.has_k = true;
    for (s.k = 0; s.k < count; s.k++) {
        modes_of_policy(b, p, s);
    }
}

static void one_policy(const FpPolicy *p)
{
    static const uint16_t ops[] = {
        OP_fadd,  OP_fsub,  OP_fmul,   OP_fdiv,   OP_fsqrt,
        OP_fmadd, OP_fmsub, OP_fnmsub, OP_fnmadd, OP_fround};
    Bench *b = bench_with(p);

    for (Type t = TYPE_F32; t <= TYPE_F64; t++) {
        Subject s = {.type = t, .in = t, .out = t,
                     .canon = p->nan == FP_NAN_ANY};
        for (unsigned i = 0; i < COUNT(ops); i++) {
            s.opc = ops[i];
            modes_of_policy(b, p, s);
        }
        s.opc = OP_fmin;
        constants_of_policy(b, p, s, FMIN_COUNT);
        s.opc = OP_fmax;
        constants_of_policy(b, p, s, FMIN_COUNT);
        s.opc = OP_fcvt_ff;
        modes_of_policy(b, p, s);
        s.in = t == TYPE_F32 ? TYPE_F64 : TYPE_F32;
        modes_of_policy(b, p, s);
        s = (Subject){.opc = OP_fcmp, .type = t, .in = t, .out = TYPE_I32};
        constants_of_policy(b, p, s, FCMP_COUNT);
        for (Type i = TYPE_I32; i <= TYPE_I64; i++) {
            s = (Subject){.opc = OP_fcvt_fs, .type = i, .in = t, .out = i};
            modes_of_policy(b, p, s);
            s.opc = OP_fcvt_fu;
            modes_of_policy(b, p, s);
        }
    }
    bench_free(b);
}

static void policy_of_sse(void **state)
{
    (void)state;
    one_policy(&policy_sse);
}

static void policy_of_arm(void **state)
{
    (void)state;
    one_policy(&policy_arm);
}

static void policy_of_arm_fz(void **state)
{
    (void)state;
    one_policy(&policy_arm_fz);
}

static void odd_policy(void **state)
{
    (void)state;
    one_policy(&policy_odd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic), cmocka_unit_test(fused),
        cmocka_unit_test(minimum),    cmocka_unit_test(comparison),
        cmocka_unit_test(bits),       cmocka_unit_test(conversions),
        cmocka_unit_test(canonical),  cmocka_unit_test(environment),
        cmocka_unit_test(policy_of_sse), cmocka_unit_test(policy_of_arm),
        cmocka_unit_test(policy_of_arm_fz), cmocka_unit_test(odd_policy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
