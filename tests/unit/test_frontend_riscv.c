/*
 * The RISC-V frontend: instructions by their results (riscv_insns.def), and
 * what rows cannot say: memory, atomics, control transfer, exits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "disas/riscv.h"
#include "guest_code.h"

enum { A0 = 10, A1, A2, T0 = 5, RA = 1, FA0 = 10, FA1, FA2, FA3 };

typedef struct Row {
    const char *text;
    uint32_t word;
    uint32_t frm;
    uint64_t x, y, z, result;
    uint32_t fcsr;
} Row;

static const Row rows[] = {
#define ROW(text, word, frm, x, y, z, result, fcsr)                            \
    {text, word, frm, x, y, z, result, fcsr},
#include "riscv_insns.def"
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* Rows ---------------------------------------------------------------- */

static uint64_t run_row(Guest *g, const Row *row)
{
    RVState *rv = g->rv;
    rv_reset(g->cpu);
    rv_set_fcsr(g->cpu, row->frm << 5);
    rv->gpr[A1] = rv->fpr[FA1] = row->x;
    rv->gpr[A2] = rv->fpr[FA2] = row->y;
    rv->fpr[FA3] = row->z;
    guest_code(g, 1, &row->word);
    guest_run(g, 1);
    const char *operands = strchr(row->text, '\t') + 1;
    return operands[0] == 'a' ? rv->gpr[A0] : rv->fpr[FA0];
}

static void test_rows(void **state)
{
    for (int i = 0; i < ROWS; i++) {
        const Row *row = &rows[i];
        uint64_t result = run_row(*state, row);
        uint32_t fcsr = rv_get_fcsr(((Guest *)*state)->cpu);
        if (result != row->result || fcsr != row->fcsr) {
            fail_msg("%s of %#llx %#llx %#llx, frm %u: %#llx fcsr %#x, not "
                     "%#llx %#x",
                     row->text, (unsigned long long)row->x,
                     (unsigned long long)row->y, (unsigned long long)row->z,
                     row->frm, (unsigned long long)result, fcsr,
                     (unsigned long long)row->result, row->fcsr);
        }
    }
}

static void test_disassembler(void **state)
{
    (void)state;
    for (int i = 0; i < ROWS; i++) {
        GuestInsn insn;
        uint8_t code[4];
        memcpy(code, &rows[i].word, 4);
        riscv_disas(code, 4, 0, false, &insn);
        assert_int_equal(insn.length, 4);
        assert_string_equal(insn.text, rows[i].text);
        riscv_disas(code, 3, 0, false, &insn);
        assert_int_equal(insn.length, 0);
    }
}

/* x0 ------------------------------------------------------------------ */

static void test_x0(void **state)
{
    Guest *g = *state;
    static const uint32_t code[] = {
        0x00100013, /* li zero,1 */
        0x0005b003, /* ld zero,0(a1) */
        0x00000533, /* add a0,zero,zero */
    };
    g->rv->gpr[A0] = 5;
    g->rv->gpr[A1] = DATA_BASE;
    guest_code(g, 3, code);
    assert_int_equal(guest_run(g, 3), INTERP_GOTO_TB);
    assert_int_equal(g->rv->gpr[0], 0);
    assert_int_equal(g->rv->gpr[A0], 0);
    g->rv->gpr[A1] = 0; /* a load to x0 still accesses memory */
    assert_int_equal(guest_run(g, 3), INTERP_FAULT);
    assert_int_equal(g->env.insn_pc, GUEST_BASE + 4);
}

/* Memory -------------------------------------------------------------- */

/* What each load makes of the bytes 80 81 .. at offset 1. */
static void test_loads(void **state)
{
    static const struct {
        uint32_t word;
        uint64_t result;
    } loads[] = {
        {0x00158503, 0xffffffffffffff81}, /* lb a0,1(a1) */
        {0x0015c503, 0x81},               /* lbu */
        {0x00159503, 0xffffffffffff8281}, /* lh */
        {0x0015d503, 0x8281},             /* lhu */
        {0x0015a503, 0xffffffff84838281}, /* lw */
        {0x0015e503, 0x84838281},         /* lwu */
        {0x0015b503, 0x8887868584838281}, /* ld */
        {0x0015a507, 0xffffffff84838281}, /* flw fa0,1(a1) */
        {0x0015b507, 0x8887868584838281}, /* fld */
    };
    Guest *g = *state;
    for (int i = 0; i < 16; i++) {
        g->data[i] = (uint8_t)(0x80 + i);
    }
    g->rv->gpr[A1] = DATA_BASE;
    for (unsigned i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
        guest_code(g, 1, &loads[i].word);
        assert_int_equal(guest_run(g, 1), INTERP_GOTO_TB);
        bool fp = (loads[i].word & 0x7f) == 7;
        assert_true((fp ? g->rv->fpr[FA0] : g->rv->gpr[A0]) == loads[i].result);
    }
}

static void test_stores(void **state)
{
    static const struct {
        uint32_t word;
        uint64_t memory;
    } stores[] = {
        {0x00a58023, 0xffffffffffffff88}, /* sb a0,0(a1) */
        {0x00a59023, 0xffffffffffff7788}, /* sh */
        {0x00a5a023, 0xffffffff55667788}, /* sw */
        {0x00a5b023, 0x1122334455667788}, /* sd */
        {0x00a5a027, 0xffffffff55667788}, /* fsw fa0,0(a1), badly boxed */
        {0x00a5b027, 0x1122334455667788}, /* fsd */
    };
    Guest *g = *state;
    g->rv->gpr[A1] = DATA_BASE;
    g->rv->gpr[A0] = g->rv->fpr[FA0] = 0x1122334455667788;
    for (unsigned i = 0; i < sizeof(stores) / sizeof(stores[0]); i++) {
        memset(g->data, 0xff, sizeof(g->data));
        guest_code(g, 1, &stores[i].word);
        assert_int_equal(guest_run(g, 1), INTERP_GOTO_TB);
        assert_memory_equal(g->data, &stores[i].memory, 8);
    }
}

/* Atomics ------------------------------------------------------------- */

/* From memory fffffffe and 2 in a2; the upper word is 1 in both. */
static void test_amo(void **state)
{
    static const struct {
        uint32_t funct5;
        uint32_t memory32;
        uint64_t memory64;
    } amos[] = {
        {0x01, 2, 0x100000002},          /* swap */
        {0x00, 0, 0x300000000},          /* add */
        {0x04, 0xfffffffc, 0xfffffffc},  /* xor */
        {0x0c, 2, 0x100000002},          /* and */
        {0x08, 0xfffffffe, 0x1fffffffe}, /* or */
        {0x10, 0xfffffffe, 0x100000002}, /* min */
        {0x14, 2, 0x1fffffffe},          /* max */
        {0x18, 2, 0x100000002},          /* minu */
        {0x1c, 0xfffffffe, 0x1fffffffe}, /* maxu */
    };
    Guest *g = *state;
    const uint64_t old = 0x1fffffffe;
    g->rv->gpr[A1] = DATA_BASE;
    g->rv->gpr[A2] = 0x100000002;
    for (unsigned i = 0; i < 2 * sizeof(amos) / sizeof(amos[0]); i++) {
        bool wide = i & 1;
        uint32_t word =
            0x00c5a52f | (wide ? 1u << 12 : 0) | amos[i / 2].funct5 << 27;
        uint64_t want =
            wide ? amos[i / 2].memory64 : 1ull << 32 | amos[i / 2].memory32;
        memcpy(g->data, &old, 8);
        guest_code(g, 1, &word);
        assert_int_equal(guest_run(g, 1), INTERP_GOTO_TB);
        assert_memory_equal(g->data, &want, 8);
        assert_true(g->rv->gpr[A0] == (wide ? old : (uint64_t)-2));
    }
}

static void test_misaligned_amo(void **state)
{
    static const uint32_t words[] = {
        0x00c5a52f, /* amoadd.w a0,a2,(a1) */
        0x1005a52f, /* lr.w a0,(a1) */
    };
    Guest *g = *state;
    g->rv->gpr[A1] = DATA_BASE + 2;
    for (int i = 0; i < 2; i++) {
        guest_code(g, 1, &words[i]);
        assert_int_equal(guest_run(g, 1), INTERP_FAULT);
        assert_true(g->env.fault_align);
    }
}

static const uint32_t lr_w = 0x1005a52f; /* lr.w a0,(a1) */
static const uint32_t sc_w = 0x18c5a6af; /* sc.w a3,a2,(a1) */

static uint64_t run_sc(Guest *g)
{
    guest_code(g, 1, &sc_w);
    assert_int_equal(guest_run(g, 1), INTERP_GOTO_TB);
    return g->rv->gpr[13];
}

static void test_lr_sc(void **state)
{
    Guest *g = *state;
    g->rv->gpr[A1] = DATA_BASE;
    g->rv->gpr[A2] = 7;
    memset(g->data, 0xff, 8);
    assert_int_equal(run_sc(g), 1); /* nothing reserved */
    guest_code(g, 1, &lr_w);
    guest_run(g, 1);
    assert_true(g->rv->gpr[A0] == ~0ull);
    assert_int_equal(run_sc(g), 0);
    assert_int_equal(g->data[0], 7);
    assert_int_equal(g->data[4], 0xff);
    assert_int_equal(run_sc(g), 1); /* the reservation is gone */
    guest_run(g, 1);
    guest_code(g, 1, &lr_w);
    guest_run(g, 1);
    g->data[0] = 8; /* somebody else's store */
    assert_int_equal(run_sc(g), 1);
    assert_int_equal(g->data[0], 8);
}

/* Control transfer ---------------------------------------------------- */

static void test_branch(void **state)
{
    static const struct {
        uint32_t word; /* B a1,a2,.-8 */
        uint64_t x, y;
        bool taken;
    } branches[] = {
        {0xfec58ce3, 1, 1, true},      {0xfec58ce3, 1, 2, false},
        {0xfec59ce3, 1, 1, false},     {0xfec59ce3, 1, 2, true},
        {0xfec5cce3, -1ull, 0, true},  {0xfec5cce3, 0, 0, false},
        {0xfec5dce3, -1ull, 0, false}, {0xfec5dce3, 0, 0, true},
        {0xfec5ece3, -1ull, 0, false}, {0xfec5ece3, 0, 1, true},
        {0xfec5fce3, -1ull, 0, true},  {0xfec5fce3, 0, 1, false},
    };
    Guest *g = *state;
    for (unsigned i = 0; i < sizeof(branches) / sizeof(branches[0]); i++) {
        g->rv->gpr[A1] = branches[i].x;
        g->rv->gpr[A2] = branches[i].y;
        guest_code(g, 1, &branches[i].word);
        assert_int_equal(guest_run(g, 9), INTERP_GOTO_TB);
        assert_int_equal(g->info.nb_insns, 1);
        assert_int_equal(g->info.nb_slots, 2);
        assert_int_equal(g->env.target,
                         branches[i].taken ? GUEST_BASE - 8 : GUEST_BASE + 4);
    }
}

typedef struct Jump {
    uint32_t code[2];
    unsigned n;
    InterpExit exit;
    uint64_t target;
    uint64_t link; /* in ra, or 0 if it is not written */
} Jump;

/* a1 = 0x30001, ra = t0 = 0x40000. */
static const Jump jumps[] = {
    {{0x008000ef}, 1, INTERP_CALL_TB, GUEST_BASE + 8, GUEST_BASE + 4},
    {{0x0080006f}, 1, INTERP_GOTO_TB, GUEST_BASE + 8, 0},
    {{0xa001}, 1, INTERP_GOTO_TB, GUEST_BASE, 0}, /* c.j . */
    {{0x004580e7}, 1, INTERP_CALL_PTR, 0x30004, GUEST_BASE + 4},
    {{0x00458067}, 1, INTERP_GOTO_PTR, 0x30004, 0},
    {{0x8582}, 1, INTERP_GOTO_PTR, 0x30000, 0},              /* c.jr a1 */
    {{0x9582}, 1, INTERP_CALL_PTR, 0x30000, GUEST_BASE + 2}, /* c.jalr a1 */
    {{0x8082}, 1, INTERP_RET_PTR, 0x40000, 0},               /* ret */
    {{0x8282}, 1, INTERP_RET_PTR, 0x40000, 0},               /* jr t0 */
    {{0x000280e7}, 1, INTERP_CALL_PTR, 0x40000, GUEST_BASE + 4},
    /* auipc ra,0x1; jalr ra,8(ra) */
    {{0x00001097, 0x008080e7},
     2,
     INTERP_CALL_TB,
     GUEST_BASE + 0x1008,
     GUEST_BASE + 8},
    /* auipc t1,0x1; jr 8(t1): a tail call */
    {{0x00001317, 0x00830067}, 2, INTERP_GOTO_TB, GUEST_BASE + 0x1008, 0},
};

static void test_jumps(void **state)
{
    Guest *g = *state;
    for (unsigned i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
        const Jump *jump = &jumps[i];
        g->rv->gpr[A1] = 0x30001;
        g->rv->gpr[RA] = g->rv->gpr[T0] = 0x40000;
        guest_code(g, jump->n, jump->code);
        assert_int_equal(guest_run(g, 9), jump->exit);
        assert_int_equal(g->info.nb_insns, jump->n);
        assert_int_equal(g->env.target & riscv64_frontend.pc_mask,
                         jump->target);
        assert_int_equal(g->rv->gpr[RA], jump->link ? jump->link : 0x40000);
        if (jump->exit == INTERP_CALL_TB || jump->exit == INTERP_CALL_PTR) {
            assert_int_equal(g->env.ret_pc, jump->link);
        }
    }
}

/* State of translation -------------------------------------------------- */

/* Writes of frm, and with which flags the block is left in the end. */
static void test_rounding_class(void **state)
{
    enum { CSRW_FRM_T0 = 0x00229073, BACK = 0xffdff06f /* j -4 */ };
    static const struct {
        uint32_t n, code[3];
        uint64_t t0;
        uint32_t flags, insns_before_exit;
    } cases[] = {
        {2, {CSRW_FRM_T0, BACK}, 3, RV_FRM_NORMAL, 2},
        {2, {CSRW_FRM_T0, BACK}, 4, RV_FRM_RMM, 1},
        {2, {CSRW_FRM_T0, BACK}, 7, RV_FRM_INVALID, 1},
        {2, {0x00225073, BACK}, 0, RV_FRM_RMM, 2},    /* csrwi frm,4 */
        {2, {0x00215073, BACK}, 0, RV_FRM_NORMAL, 2}, /* csrwi frm,2 */
        {3, {0x00400293, CSRW_FRM_T0, BACK}, 0, RV_FRM_RMM, 3},
        {2, {0x00301073, BACK}, 0, RV_FRM_NORMAL, 2}, /* csrw fcsr,x0 */
    };
    Guest *g = *state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t n = cases[i].n, last = n - 1;
        bool whole = cases[i].insns_before_exit == n;
        guest_code(g, n, cases[i].code);
        g->rv->gpr[T0] = cases[i].t0;
        g->rv->frm = RV_RNE;
        assert_int_equal(guest_run(g, 9), INTERP_GOTO_TB);
        assert_int_equal(g->env.flags, cases[i].flags);
        assert_int_equal(g->env.target,
                         GUEST_BASE + 4 * (whole ? last - 1 : last));
        assert_int_equal(riscv64_frontend.tb_flags(g->cpu), g->env.flags);
    }
    g->rv->frm = RV_RNE;
}

/* Exits --------------------------------------------------------------- */

static void test_exits(void **state)
{
    static const struct {
        uint32_t word;
        uint32_t reason;
        uint32_t pc_offset;
    } exits[] = {
        {0x00000073, EXIT_SYSCALL, 4},      /* ecall */
        {0x00100073, EXIT_BREAK, 0},        /* ebreak */
        {0x9002, EXIT_BREAK, 0},            /* c.ebreak */
        {0x0000100f, EXIT_CODE_CHANGED, 4}, /* fence.i */
        {0x0000, EXIT_ILLEGAL, 0},
        {0xffffffff, EXIT_ILLEGAL, 0},
        {0x30002573, EXIT_ILLEGAL, 0},           /* csrr a0,mstatus */
        {0xc0029073, EXIT_ILLEGAL, 0},           /* csrw cycle,t0 */
        {0x02c5d553, EXIT_ILLEGAL, 0},           /* fadd.d, rm = 5 */
        {0xd2058553 | 6 << 12, EXIT_ILLEGAL, 0}, /* fcvt.d.w, rm = 6 */
    };
    Guest *g = *state;
    for (unsigned i = 0; i < sizeof(exits) / sizeof(exits[0]); i++) {
        guest_code(g, 1, &exits[i].word);
        assert_int_equal(guest_run(g, 9), INTERP_EXIT_TB);
        assert_int_equal(g->env.reason, exits[i].reason);
        assert_int_equal(g->rv->pc, GUEST_BASE + exits[i].pc_offset);
    }
}

static void test_dynamic_rounding_invalid(void **state)
{
    static const uint32_t dynamic = 0x02c5f553, fixed = 0x02c58553;
    Guest *g = *state;
    rv_set_fcsr(g->cpu, 5 << 5);
    guest_code(g, 1, &dynamic); /* fadd.d fa0,fa1,fa2 */
    assert_int_equal(guest_run(g, 1), INTERP_EXIT_TB);
    assert_int_equal(g->env.reason, EXIT_ILLEGAL);
    guest_code(g, 1, &fixed);
    assert_int_equal(guest_run(g, 1), INTERP_GOTO_TB);
}

static void test_counters(void **state)
{
    static const uint32_t rdtime = 0xc0102573; /* rdtime a0 */
    Guest *g = *state;
    guest_code(g, 1, &rdtime);
    guest_run(g, 1);
    uint64_t before = g->rv->gpr[A0];
    guest_run(g, 1);
    assert_true(before && g->rv->gpr[A0] >= before);
}

static void test_fcsr(void **state)
{
    Guest *g = *state;
    for (uint32_t fcsr = 0; fcsr < 256; fcsr++) {
        rv_set_fcsr(g->cpu, fcsr);
        assert_int_equal(rv_get_fcsr(g->cpu), fcsr);
    }
    rv_set_fcsr(g->cpu, RV_RTZ << 5);
    assert_int_equal(g->fp.mode, RV_RTZ);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, guest_set_up, guest_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_rows),
        TEST(test_disassembler),
        TEST(test_x0),
        TEST(test_loads),
        TEST(test_stores),
        TEST(test_amo),
        TEST(test_misaligned_amo),
        TEST(test_lr_sc),
        TEST(test_branch),
        TEST(test_jumps),
        TEST(test_rounding_class),
        TEST(test_exits),
        TEST(test_dynamic_rounding_invalid),
        TEST(test_counters),
        TEST(test_fcsr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
