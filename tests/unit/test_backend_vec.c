/*
 * The vector records of the x86-64 backend against the interpreter: every
 * vector op, type, element size and constant, with what the host has, with
 * less, and with few registers; operands in registers and in memory. Then
 * random straight-line programs of vector ops, moves, loads and stores.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "backend/x86_64/x86.h"
#include "core/dump.h"
#include "core/gen.h"
#include "core/interp.h"
#include "core/verify.h"
#include "opt/opt.h"
#include "random_ir.h"

/* The guest state: inputs, an output, scalars, an element, then results. */
enum {
    AT_IN = 0,
    AT_OUT = 128,
    AT_I64 = 160,
    AT_I32 = 168,
    AT_ELEMENT = 176,
    AT_RESULTS = 256,
    RESULT_BYTES = 32,
    STATE_BYTES = AT_RESULTS + 64 * RESULT_BYTES,
    CODE_BYTES = 1 << 20,
    ROUNDS = 6,
    PROGRAMS = 400,
    PROGRAM_OPS = 40,
};

typedef struct Config {
    const char *name;
    uint32_t without; /* features not to be used */
    int max_scratch;
    bool high; /* only xmm16-31 */
} Config;

static const Config configs[] = {
    {"native", 0, -1, false},
    {"native, few registers", 0, 3, false},
    {"AVX-512, high registers", 0, 4, true},
    {"AVX2", X86_AVX512, -1, false},
    {"AVX2, few registers", X86_AVX512, 3, false},
    {"plain", UINT32_MAX, -1, false},
    {"plain, few registers", UINT32_MAX, 3, false},
};

typedef struct Globals {
    TempId in[MAX_INS], out; /* of the type under test */
    TempId i64, i32[2];
} Globals;

typedef struct Machine {
    const Config *config;
    IR *ir;
    Globals globals[TYPE_COUNT];
    BackendContext *backend;
    CodeBuf buf;
    size_t start; /* where blocks begin */
    CPUState *cpu;
    uint8_t *cpu_memory;
    RandomIR random;
} Machine;

/* ---- The machine --------------------------------------------------------- */

static void declare_globals(Machine *m)
{
    static const char *const names[TYPE_COUNT][5] = {
        [TYPE_V64] = {"a8", "b8", "c8", "d8", "o8"},
        [TYPE_V128] = {"a16", "b16", "c16", "d16", "o16"},
        [TYPE_V256] = {"a32", "b32", "c32", "d32", "o32"},
    };
    TempId l = ir_global(m->ir, TYPE_I64, AT_I64, "l");
    TempId i = ir_global(m->ir, TYPE_I32, AT_I32, "i");
    TempId j = ir_global(m->ir, TYPE_I32, AT_I32 + 4, "j");

    for (unsigned t = TYPE_V64; t <= TYPE_V256; t++) {
        Globals *g = &m->globals[t];
        *g = (Globals){.i64 = l, .i32 = {i, j}};
        for (int k = 0; k < MAX_INS; k++) {
            g->in[k] = ir_global(m->ir, (Type)t, AT_IN + 32 * k, names[t][k]);
        }
        g->out = ir_global(m->ir, (Type)t, AT_OUT, names[t][4]);
    }
}

/* As the backend's create(), with chosen features and registers. */
static BackendContext *make_backend(const Config *c, const IR *ir)
{
    BackendConfig cfg = {
        .max_pinned_int = 0, .max_pinned_fp = 0, .max_scratch = c->max_scratch};
    Host *x = calloc(1, sizeof(*x));

    assert_non_null(x);
    x->features = x86_features() & ~c->without;
    x->avx = x->features & X86_AVX;
    x->fp = ir->fp_policies;
    x->nb_fp = ir->nb_fp_policies;
    x86_describe(&x->desc, x->features);
    if (c->high) {
        x->desc.letters['x' - 'a'] &= ~(0xffffull << REG_VEC);
        x->desc.usable[CLASS_VEC] &= ~(0xffffull << REG_VEC);
    }
    BackendContext *b = context_new(&x->desc, x, x->features, &cfg, ir);
    x->conv = &b->conv;
    return b;
}

static void *map(size_t size, int prot)
{
    void *p = mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    assert_ptr_not_equal(p, MAP_FAILED);
    return p;
}

static size_t cpu_bytes(void)
{
    return backend_cpu_bytes(&x86_64_backend, 8192);
}

static void machine_start(Machine *m, const Config *c)
{
    uint8_t *code = map(CODE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC);

    *m = (Machine){.config = c, .random.seed = 1};
    m->ir = ir_new();
    declare_globals(m);
    m->random.ir = m->ir;
    m->random.types = TYPES_VEC | TYPES_INT;
    random_globals(&m->random);
    m->backend = make_backend(c, m->ir);
    m->buf = (CodeBuf){code, code, CODE_BYTES, 0};
    assert_true(x86_64_backend.emit_runtime(m->backend, &m->buf));
    m->start = m->buf.used;
    m->cpu_memory = map(cpu_bytes(), PROT_READ | PROT_WRITE);
    m->cpu = backend_cpu_init(m->backend, &x86_64_backend, m->cpu_memory);
    assert_non_null(m->cpu);
}

static void machine_end(Machine *m)
{
    munmap(m->cpu_memory, cpu_bytes());
    munmap(m->buf.rw, CODE_BYTES);
    x86_64_backend.destroy(m->backend);
    ir_free(m->ir);
}

/* ---- The IR -------------------------------------------------------------- */

typedef struct Case {
    Opcode opc;
    Type type;
    unsigned vece;
} Case;

/* Where an op's operands are: the ways to write it. */
typedef enum Shape {
    FROM_MEMORY,
    FROM_REGISTERS,
    ONTO_INPUT,
    ALL_THE_SAME,
    SHAPES
} Shape;

static unsigned bits_of(const Case *c)
{
    return c->opc == OP_vdup2 ? 64 : 8u << c->vece;
}

/* How many values the op's constant can have. */
static unsigned nb_variants(const Case *c)
{
    if (!opcode_info[c->opc].consts) {
        return 1;
    }
    switch (opcode_const_letter(c->opc, 0)) {
    case 'c': return COND_COUNT;
    case 'n': return bits_of(c);
    default: return 1;
    }
}

static TempId scalar_input(const Globals *g, Machine *m, char letter,
                           unsigned i)
{
    return letter == 'p' ? m->ir->env : letter == 'l' ? g->i64 : g->i32[i & 1];
}

static void emit_op(Machine *m, const Case *c, Shape shape, unsigned variant,
                    TempId out, const TempId in[MAX_INS])
{
    const OpcodeInfo *info = &opcode_info[c->opc];
    Op *op = ir_emit(m->ir, c->opc, c->type);

    op->vece = (uint8_t)c->vece;
    op->arg[0] = out;
    for (unsigned i = 0; i < info->ins; i++) {
        char letter = opcode_arg_letter(c->opc, 1 + i);
        op->arg[1 + i] = letter != 'v'
                             ? scalar_input(&m->globals[c->type], m, letter, i)
                             : in[shape == ALL_THE_SAME ? 0 : i];
    }
    if (info->consts) {
        bool displacement = opcode_const_letter(c->opc, 0) == 'd';
        op->arg[1 + info->ins] = displacement ? AT_ELEMENT : variant;
    }
}

static void gen_variant(Machine *m, const Case *c, Shape shape, unsigned k,
                        const TempId in[MAX_INS])
{
    const Globals *g = &m->globals[c->type];
    TempId out = ir_temp(m->ir, c->type), use[MAX_INS];

    memcpy(use, in, sizeof(use));
    if (shape == ONTO_INPUT) {
        out = use[k % 2] = g->out;
        gen_mov(m->ir, c->type, out, in[k % 2]);
    }
    emit_op(m, c, shape, k, out, use);
    gen_st(m->ir, c->type, out, m->ir->env, AT_RESULTS + RESULT_BYTES * k);
}

static void gen_block(Machine *m, const Case *c, Shape shape)
{
    const Globals *g = &m->globals[c->type];
    TempId in[MAX_INS];

    ir_reset(m->ir);
    memcpy(in, g->in, sizeof(in));
    for (int i = 0; shape != FROM_MEMORY && i < MAX_INS; i++) {
        in[i] = ir_temp(m->ir, c->type);
        gen_mov(m->ir, c->type, in[i], g->in[i]);
    }
    for (unsigned k = 0; k < nb_variants(c); k++) {
        gen_variant(m, c, shape, k, in);
    }
    for (int i = 0; i < MAX_INS; i++) {
        gen_mov(m->ir, c->type, g->in[i], in[i]);
    }
    gen_exit_tb(m->ir, TYPE_I64, 0);
}

/* ---- Data ---------------------------------------------------------------- */

static bool counts_by_element(Opcode opc)
{
    return opc >= OP_vshlv && opc <= OP_vrotrv;
}

static bool counts_by_scalar(Opcode opc)
{
    return opc >= OP_vshls && opc <= OP_vrotls;
}

static void fill_input(Machine *m, const Case *c, unsigned input,
                       uint8_t *state)
{
    unsigned bytes = 1u << c->vece;
    uint8_t *to = state + AT_IN + 32 * input;

    for (unsigned at = 0; at < 32; at += bytes) {
        uint64_t v = random_value(&m->random);
        if (c->vece < 3 && random_below(&m->random, 4) == 0) {
            v = (1ull << (8 * bytes - 1)) - random_below(&m->random, 3);
        }
        if (input == 1 && counts_by_element(c->opc)) {
            v &= bits_of(c) - 1;
        }
        memcpy(to + at, &v, bytes);
        if (input == 1 && !counts_by_element(c->opc) &&
            random_below(&m->random, 3) == 0) {
            memcpy(to + at, to + at - 32, bytes);
        }
    }
}

static void fill_state(Machine *m, const Case *c, Shape shape, uint8_t *state)
{
    uint32_t scalar = (uint32_t)random_bits(&m->random);
    bool all_counts = shape != FROM_MEMORY && shape != FROM_REGISTERS &&
                      counts_by_element(c->opc);

    for (unsigned i = 0; i < MAX_INS; i++) {
        fill_input(m, c, i, state);
    }
    if (all_counts) {
        memcpy(state + AT_IN, state + AT_IN + 32, 32);
    }
    for (unsigned i = AT_I64; i < AT_RESULTS; i++) {
        state[i] = (uint8_t)random_bits(&m->random);
    }
    if (counts_by_scalar(c->opc)) {
        scalar &= bits_of(c) - 1;
    }
    memcpy(state + AT_I32 + 4, &scalar, 4);
}

/* ---- Comparing ----------------------------------------------------------- */

/* Compiles m->ir; NULL and a message if that fails. */
static const void *compile(Machine *m, char *msg, size_t size)
{
    CompiledBlock block;

    if (!ir_verify(m->ir, msg, size)) {
        return NULL;
    }
    opt_liveness(m->ir);
    m->buf.used = m->start;
    CompileStatus status =
        x86_64_backend.compile(m->backend, m->ir, &m->buf, &block);
    snprintf(msg, size, "compile status %d", (int)status);
    return status == COMPILE_OK ? m->buf.rx + block.offset : NULL;
}

/* Both ways from this state, which changes; false and a message if unequal. */
static bool run(Machine *m, const void *code, uint8_t *state, char *msg,
                size_t size)
{
    InterpEnv env = {.state = state};

    memcpy(m->cpu->guest, state, STATE_BYTES);
    assert_int_equal(interp_run(m->ir, &env), INTERP_EXIT_TB);
    assert_int_equal(x86_64_backend.native->enter(m->backend, m->cpu, code), 0);
    for (unsigned i = 0; i < STATE_BYTES; i++) {
        if (m->cpu->guest[i] != state[i]) {
            snprintf(msg, size, "state differs at %u", i);
            return false;
        }
    }
    return true;
}

/* ---- One op ---------------------------------------------------------------
 */

static void run_shape(Machine *m, const Case *c, Shape shape)
{
    static uint8_t state[STATE_BYTES] __attribute__((aligned(64)));
    char msg[256];

    gen_block(m, c, shape);
    const void *code = compile(m, msg, sizeof(msg));
    bool good = code;
    for (int i = 0; good && i < ROUNDS; i++) {
        fill_state(m, c, shape, state);
        good = run(m, code, state, msg, sizeof(msg));
    }
    if (!good) {
        fail_msg("%s.%s.e%u, shape %d, %s: %s", opcode_info[c->opc].name,
                 type_name(c->type), 8u << c->vece, (int)shape, m->config->name,
                 msg);
    }
}

static void run_op(Machine *m, Opcode opc)
{
    for (unsigned t = TYPE_V64; t <= TYPE_V256; t++) {
        for (unsigned vece = 0; vece < 4; vece++) {
            for (unsigned s = 0; s < SHAPES; s++) {
                run_shape(m, &(Case){opc, (Type)t, vece}, (Shape)s);
            }
        }
    }
}

/* ---- Programs --------------------------------------------------------------
 */

static Opcode random_opcode(RandomIR *r)
{
    static const Opcode others[] = {OP_mov, OP_ld, OP_st};
    Opcode opc;

    if (random_below(r, 4) == 0) {
        return others[random_below(r, 3)];
    }
    do {
        opc = (Opcode)random_below(r, OP_COUNT);
    } while (!(opcode_info[opc].flags & OPF_VECTOR));
    return opc;
}

static void gen_program(Machine *m)
{
    ir_reset(m->ir);
    random_forget(&m->random);
    for (int i = 0; i < PROGRAM_OPS; i++) {
        random_op(&m->random, random_opcode(&m->random));
    }
    gen_exit_tb(m->ir, TYPE_I64, 0);
}

static void run_program(Machine *m, unsigned number)
{
    static uint8_t state[STATE_BYTES] __attribute__((aligned(64)));
    char msg[256];

    gen_program(m);
    for (unsigned i = 0; i < STATE_BYTES; i++) {
        state[i] = (uint8_t)random_bits(&m->random);
    }
    const void *code = compile(m, msg, sizeof(msg));
    if (!code || !run(m, code, state, msg, sizeof(msg))) {
        ir_dump(stderr, m->ir);
        fail_msg("program %u, %s: %s", number, m->config->name, msg);
    }
}

/* ---- All -------------------------------------------------------------------
 */

static void test_config(void **state)
{
    const Config *c = *state;
    Machine m;

    if (c->high && !(x86_features() & X86_AVX512)) {
        skip();
    }
    machine_start(&m, c);
    for (unsigned opc = 0; opc < OP_COUNT; opc++) {
        if (opcode_info[opc].flags & OPF_VECTOR) {
            run_op(&m, (Opcode)opc);
        }
    }
    for (unsigned i = 0; i < PROGRAMS; i++) {
        run_program(&m, i);
    }
    machine_end(&m);
}

int main(void)
{
    enum { COUNT = sizeof(configs) / sizeof(configs[0]) };
    struct CMUnitTest tests[COUNT];

    for (unsigned i = 0; i < COUNT; i++) {
        tests[i] = (struct CMUnitTest){.name = configs[i].name,
                                       .test_func = test_config,
                                       .initial_state =
                                           (void *)(uintptr_t)&configs[i]};
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
