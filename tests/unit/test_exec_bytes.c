/*
 * A made-up guest whose instructions have 1 to 15 bytes and stand at any
 * address: what exec and the translator take from a Frontend, not for granted.
 *
 * An instruction's first byte is its length | operation << 4, the second its
 * operand where it has one (two's complement).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/gen.h"
#include "exec/exec.h"
#include "frontend/translator.h"

enum {
    OP_ADD,                    /* r0 += its length */
    OP_LOOP,                   /* if (--r4) goto the end + operand */
    OP_SWAP,                   /* goto r1; r1 becomes r2, r2 what r1 was */
    OP_CALL,                   /* the end + operand; r3 = the end */
    OP_RET,                    /* to r3 */
    OP_STOP,                   /* a system call */
};

enum { BASE = 0x200001, BYTES = 0x8000, LONGEST = 15 };

typedef struct State {
    uint64_t r[5], pc;
} State;

typedef struct Bytes {
    Translation t;
    TempId r[5], pc;
    uint8_t insn[LONGEST];
} Bytes;

/* ---- The frontend -------------------------------------------------------- */

static void *create(IR *ir, uint64_t features)
{
    static const char *const name[5] = {"r0", "r1", "r2", "r3", "r4"};
    static const Helper *const none[] = {NULL};
    Bytes *b = calloc(1, sizeof(*b));

    (void)features;
    b->t.ir = ir;
    for (int i = 0; i < 5; i++) {
        b->r[i] = ir_global(ir, TYPE_I64, (int32_t)offsetof(State, r[i]),
                            name[i]);
    }
    b->pc = ir_global(ir, TYPE_I64, offsetof(State, pc), "pc");
    ir->helpers = none;
    ir->state_bytes = sizeof(State);
    return b;
}

static void begin(Translation *t)
{
    (void)t;
}

static unsigned fetch(Translation *t)
{
    Bytes *b = (Bytes *)t;
    unsigned n;

    if (!translator_read(t, t->pc, b->insn, 1)) {
        return 0;
    }
    n = b->insn[0] & 15;
    return translator_read(t, t->pc, b->insn, n) ? n : 0;
}

static void leave(Translation *t, int reason)
{
    const Bytes *b = (const Bytes *)t;
    uint64_t pc = reason == EXIT_SYSCALL ? t->next_pc : t->pc;

    gen_mov(t->ir, TYPE_I64, b->pc, ir_i64(t->ir, (int64_t)pc));
    gen_exit_tb(t->ir, TYPE_I64, (Arg)reason);
    t->ended = true;
}

static void loop(Translation *t, const Bytes *b, uint64_t target)
{
    gen_sub(t->ir, TYPE_I64, b->r[4], b->r[4], ir_i64(t->ir, 1));
    gen_brcond(t->ir, TYPE_I64, b->r[4], ir_i64(t->ir, 0), COND_NE,
               translator_label(t, target));
    translator_goto(t, t->next_pc);
}

static void swap(Translation *t, const Bytes *b)
{
    TempId target = ir_temp(t->ir, TYPE_I64);

    gen_mov(t->ir, TYPE_I64, target, b->r[1]);
    gen_mov(t->ir, TYPE_I64, b->r[1], b->r[2]);
    gen_mov(t->ir, TYPE_I64, b->r[2], target);
    translator_goto_ptr(t, target);
}

static void translate_insn(Translation *t)
{
    const Bytes *b = (const Bytes *)t;
    uint64_t target = t->next_pc + (uint64_t)(int64_t)(int8_t)b->insn[1];

    switch (b->insn[0] >> 4) {
    case OP_ADD:
        gen_add(t->ir, TYPE_I64, b->r[0], b->r[0],
                ir_i64(t->ir, b->insn[0] & 15));
        break;
    case OP_LOOP: loop(t, b, target); break;
    case OP_SWAP: swap(t, b); break;
    case OP_CALL:
        gen_mov(t->ir, TYPE_I64, b->r[3], ir_i64(t->ir, (int64_t)t->next_pc));
        translator_call(t, target);
        break;
    case OP_RET: translator_ret_ptr(t, b->r[3]); break;
    case OP_STOP: leave(t, EXIT_SYSCALL); break;
    default: leave(t, EXIT_ILLEGAL);
    }
}

static const Frontend bytes;

static void translate(void *translator, const BlockRequest *rq,
                      BlockInfo *info)
{
    static const GuestHooks hooks = {begin, fetch, translate_insn, leave};
    Bytes *b = translator;

    translator_run(&b->t, &bytes, &hooks, rq, info);
}

static uint32_t no_flags(const CPUState *cpu)
{
    (void)cpu;
    return 0;
}

static const CpuModels models = {.features = 1};
static const char *const hot[] = {"r0", "r1", "r2", "r3", "r4", NULL};

static const Frontend bytes = {
    .name = "bytes", .state_bytes = sizeof(State),
    .pc_offset = offsetof(State, pc), .insn_bytes = LONGEST,
    .insn_align = 1, .page_bits = 16, .pc_mask = UINT64_MAX,
    .insn_limits = {.ops = 8, .temps = 8, .labels = 2, .slots = 3},
    .hot = hot, .models = &models, .create = create, .destroy = free,
    .translate = translate, .tb_flags = no_flags, .nb_tb_flags = 1,
};

/* ---- Running it ---------------------------------------------------------- */

typedef struct Run {
    uint8_t code[BYTES];
    uint32_t n;                /* bytes of it so far */
    CPUState *cpu;
    State *state;
} Run;

static size_t read_code(void *opaque, uint64_t addr, void *buf, size_t n)
{
    const Run *r = opaque;
    uint64_t left = BASE + BYTES - addr;

    if (addr - BASE >= BYTES) {
        return 0;
    }
    n = n < left ? n : left;
    memcpy(buf, r->code + (addr - BASE), n);
    return n;
}

static void put(Run *r, unsigned op, unsigned length, int operand)
{
    r->code[r->n] = (uint8_t)(length | op << 4);
    r->code[r->n + 1] = (uint8_t)operand;
    r->n += length;
}

static int open_with(void **state, const Backend *backend, uint32_t times)
{
    static Log log;
    ExecConfig c;
    Run *r = calloc(1, sizeof(*r));

    exec_config_default(&c);
    c.frontend = &bytes;
    c.backend = backend;
    c.hot = times;
    c.code = (CodeReader){read_code, r};
    c.log = &log;
    r->cpu = exec_cpu_new(exec_new(&c));
    r->state = (State *)r->cpu->guest;
    *state = r;
    return 0;
}

static int open_blocks(void **state)
{
    return open_with(state, &x86_64_backend, 0);
}

static int open_regions(void **state)
{
    return open_with(state, &x86_64_backend, 2);
}

static int open_interp(void **state)
{
    return open_with(state, &interp_backend, 2);
}

static int close_run(void **state)
{
    Run *r = *state;

    exec_cpu_free(r->cpu);
    free(r);
    return 0;
}

static void run_from(Run *r, uint32_t offset)
{
    r->state->pc = BASE + offset;
    r->state->r[0] = 0;
    assert_int_equal(exec_run(r->cpu).kind, EVENT_SYSCALL);
}

/* All lengths, from every address of 16: odd ones, over the ends of lines. */
static void straight(void **state)
{
    Run *r = *state;

    for (unsigned skew = 0; skew < 16; skew++) {
        uint32_t start = r->n += 501 + skew, sum = 0;
        for (unsigned length = 1; length <= LONGEST; length++) {
            put(r, OP_ADD, length, 0);
            sum += length;
        }
        put(r, OP_STOP, 1, 0);
        run_from(r, start);
        assert_int_equal(r->state->r[0], sum);
        assert_int_equal(r->state->pc, BASE + r->n);
    }
}

/* A loop at an odd address, of more bytes than a small guest's region has. */
static void hot_loop(void **state)
{
    Run *r = *state;
    uint32_t start;

    for (unsigned skew = 0; skew < 2; skew++) {
        start = r->n += 100 + skew;
        for (int i = 0; i < 7; i++) {
            put(r, OP_ADD, LONGEST, 0);
        }
        put(r, OP_LOOP, 5, -(7 * LONGEST + 5));
        put(r, OP_STOP, 3, 0);
        r->state->r[4] = 1000;
        run_from(r, start);
        assert_int_equal(r->state->r[0], 7 * LONGEST * 1000);
        assert_int_equal(r->state->r[4], 0);
    }
}

/* Neighbours, which have one place in the jump cache, by turns. */
static void neighbours(void **state)
{
    Run *r = *state;
    uint32_t start = r->n += 200;

    put(r, OP_ADD, 1, 0);
    put(r, OP_ADD, 1, 0);
    put(r, OP_LOOP, 3, 1);
    put(r, OP_STOP, 1, 0);
    put(r, OP_SWAP, 2, 0);
    r->state->r[1] = BASE + start + 1;
    r->state->r[2] = BASE + start;
    r->state->r[4] = 100;
    run_from(r, start);
    assert_int_equal(r->state->r[0], 50 * 2 + 50);
}

/* Calls from odd addresses to odd ones, which return there. */
static void calls(void **state)
{
    Run *r = *state;
    uint32_t start = r->n += 301;

    put(r, OP_CALL, 3, 6);     /* to start + 9 */
    put(r, OP_LOOP, 5, -8);
    put(r, OP_STOP, 1, 0);
    put(r, OP_ADD, 4, 0);
    put(r, OP_RET, 1, 0);
    r->state->r[4] = 500;
    run_from(r, start);
    assert_int_equal(r->state->r[0], 2000);
    assert_int_equal(r->state->pc, BASE + start + 9);
}

/* No address is that of an empty place. */
static void wild_jumps(void **state)
{
    Run *r = *state;
    uint32_t start = r->n += 100;

    put(r, OP_SWAP, 2, 0);
    for (uint64_t target = 1; target < 0x2000; target += 0x1fd) {
        r->state->pc = BASE + start;
        r->state->r[1] = target;
        assert_int_equal(exec_run(r->cpu).kind, EVENT_FAULT);
        assert_int_equal(r->state->pc, target);
    }
}

/* A block that changes, seen by a fence though it begins at an odd address. */
static void changes(void **state)
{
    Run *r = *state;
    uint32_t start = r->n += 4093 - r->n % 4096;

    put(r, OP_ADD, 9, 0);      /* over the end of a page */
    put(r, OP_STOP, 1, 0);
    run_from(r, start);
    assert_int_equal(r->state->r[0], 9);
    r->code[start + 9] = 2;    /* ADD, and behind it a STOP again */
    r->code[start + 11] = OP_STOP << 4 | 1;
    exec_fence(r->cpu);
    run_from(r, start);
    assert_int_equal(r->state->r[0], 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(straight),
        cmocka_unit_test(hot_loop),
        cmocka_unit_test(calls),
        cmocka_unit_test(wild_jumps),
        cmocka_unit_test(changes),
        cmocka_unit_test(neighbours),
    };
    return cmocka_run_group_tests_name("blocks", tests, open_blocks,
                                       close_run) +
           cmocka_run_group_tests_name("regions", tests, open_regions,
                                       close_run) +
           cmocka_run_group_tests_name("interp", tests, open_interp,
                                       close_run);
}
