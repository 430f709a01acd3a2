/*
 * The optimiser changes nothing that a guest can see: random IR runs in the
 * reference interpreter before and after each choice of passes; what it
 * leaves must be the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/dump.h"
#include "core/interp.h"
#include "core/parse.h"
#include "core/verify.h"
#include "opt/bits.h"
#include "opt/eval.h"
#include "opt/opt.h"
#include "fp_policies.h"
#include "random_ir.h"

enum { GUEST_BASE = 0x10000, GUEST_BYTES = 4096, ROUNDS = 2000 };

/* All that a run leaves behind. */
typedef struct Machine {
    uint8_t state[RANDOM_STATE_BYTES];
    uint8_t guest[GUEST_BYTES];
    uint64_t plugin_hash;
    InterpExit exit;
    InterpEnv env;
} Machine;

static uint8_t *guest_at(Machine *m, uint64_t addr, unsigned bytes)
{
    uint64_t offset = addr - GUEST_BASE;
    return offset <= GUEST_BYTES - bytes ? m->guest + offset : NULL;
}

static bool load(void *opaque, uint64_t addr, void *buf, unsigned bytes)
{
    const uint8_t *p = guest_at(opaque, addr, bytes);
    return p && memcpy(buf, p, bytes);
}

static bool store(void *opaque, uint64_t addr, const void *buf,
                  unsigned bytes)
{
    uint8_t *p = guest_at(opaque, addr, bytes);
    return p && memcpy(p, buf, bytes);
}

static void plugin(void *opaque, uint64_t call, uint64_t addr, uint64_t value)
{
    Machine *m = opaque;
    m->plugin_hash = m->plugin_hash * 31 + call * 7 + addr * 3 + value;
}

/* ---- helpers --------------------------------------------------------------- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    return a * 3 + (uint32_t)b;
}

/* state is env: the first I64 global's place does not matter, any will do. */
static void scramble(uint8_t *state)
{
    for (unsigned i = 0; i < RANDOM_ROOM; i++) {
        state[i] ^= (uint8_t)(i * 5);
    }
}

static const Helper helper_mix = {
    "mix", (void *)(uintptr_t)mix, TYPE_I64, 2, {TYPE_I64, TYPE_I32},
    HELPER_PURE,
};
static const Helper *const helpers[] = {&helper_mix, NULL};
static const Helper helper_scramble = {
    "scramble", (void *)(uintptr_t)scramble, -1, 1, {TYPE_I64},
    HELPER_READS_STATE | HELPER_WRITES_STATE,
};

/* ---- runs ------------------------------------------------------------------ */

static void set_up(Machine *m, uint64_t seed)
{
    RandomIR r = {.seed = seed};
    memset(m, 0, sizeof(*m));
    for (unsigned i = 0; i + 8 <= RANDOM_STATE_BYTES; i += 8) {
        uint64_t v = random_value(&r);
        memcpy(m->state + i, &v, 8);
    }
    for (unsigned i = 0; i < GUEST_BYTES; i++) {
        m->guest[i] = (uint8_t)random_bits(&r);
    }
}

static void run(Machine *m, uint8_t *state, const IR *ir)
{
    m->env = (InterpEnv){
        .state = state, .load = load, .store = store, .plugin = plugin,
        .opaque = m, .max_ops = 100000,
    };
    uint8_t kept[RANDOM_STATE_BYTES];
    memcpy(kept, m->state, sizeof(kept));
    memcpy(state, kept, sizeof(kept));
    m->exit = interp_run(ir, &m->env);
    memcpy(m->state, state, sizeof(kept));
}

static const char *difference(const Machine *a, const Machine *b)
{
    return a->exit != b->exit ? "exit"
           : memcmp(a->state, b->state, sizeof(a->state)) ? "state"
           : memcmp(a->guest, b->guest, sizeof(a->guest)) ? "memory"
           : a->plugin_hash != b->plugin_hash             ? "plugin calls"
           : a->env.fp.flags != b->env.fp.flags           ? "FP flags"
           : a->env.fp.rm != b->env.fp.rm                 ? "rounding"
           : a->env.reason != b->env.reason               ? "reason"
           : a->env.slot != b->env.slot                   ? "slot"
           : a->env.target != b->env.target               ? "target"
           : a->env.ret_pc != b->env.ret_pc               ? "return"
           : a->env.insn_pc != b->env.insn_pc             ? "insn_pc"
           : a->env.fault_addr != b->env.fault_addr       ? "fault"
                                                          : NULL;
}

static void check_rest(const Machine *a, const Machine *b, uint64_t seed,
                       const char *before, const IR *ir)
{
    for (unsigned i = 0; i < RANDOM_STATE_BYTES; i++) {
        if (a->state[i] != b->state[i]) {
            print_error("state byte %u: %02x, not %02x\n", i, b->state[i],
                        a->state[i]);
        }
    }
    print_error("%s---- seed %llu, after:\n", before,
                (unsigned long long)seed);
    ir_dump(stderr, ir);
}

static char *dump_text(const IR *ir)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    ir_dump(f, ir);
    fclose(f);
    return text;
}

/*
 * Makes some accesses to state meet globals, some calls scramble it, and some
 * shifts take any count.
 */
static void disturb(RandomIR *r)
{
    for (uint32_t i = 0; i < r->ir->nb_ops; i++) {
        Op *op = &r->ir->ops[i];
        bool access = op->opc >= OP_ld8u && op->opc <= OP_st;
        if (access && random_below(r, 2)) {
            op->arg[2] = random_below(r, RANDOM_ROOM / 4) * 4;
        } else if (op->opc >= OP_shl && op->opc <= OP_rotr &&
                   random_below(r, 2)) {
            op->arg[2] = r->globals[op->type][random_below(r, 2)];
        } else if (op->opc == OP_discard || op->opc == OP_mb) {
            *op = (Op){.opc = OP_call, .type = TYPE_I64, .call_ins = 1,
                       .arg = {r->ir->env, (uintptr_t)&helper_scramble}};
        }
    }
}

/* Passes take it for a region; about half of the guest accesses fault. */
static void make_region(RandomIR *r)
{
    r->ir->region = r->ir->loop = true;
    r->ir->inner_slots = 1ull << (IR_MAX_SLOTS - 1);
    for (uint32_t i = 0; i < r->ir->nb_ops; i++) {
        Op *op = &r->ir->ops[i];
        bool access = op->opc == OP_guest_ld || op->opc == OP_guest_st;
        if (access && random_below(r, 8) == 0) {
            op->arg[2] += GUEST_BYTES;
        }
    }
}

/* Runs ir, optimises it, runs it again. */
static void compare(IR *ir, uint64_t seed, OptConfig config)
{
    static _Alignas(64) uint8_t state[RANDOM_STATE_BYTES];
    char msg[256];
    if (!ir_verify(ir, msg, sizeof(msg))) {
        fail_msg("seed %llu: %s", (unsigned long long)seed, msg);
    }
    Machine a, b;
    set_up(&a, seed);
    b = a;
    run(&a, state, ir);
    char *before = dump_text(ir);
    opt_run(ir, config, &opt_any_target);
    if (!ir_verify(ir, msg, sizeof(msg))) {
        check_rest(&a, &a, seed, before, ir);
        fail_msg("seed %llu: %s", (unsigned long long)seed, msg);
    }
    run(&b, state, ir);
    const char *what = difference(&a, &b);
    if (what) {
        check_rest(&a, &b, seed, before, ir);
        fail_msg("seed %llu: other %s", (unsigned long long)seed, what);
    }
    free(before);
}

static RandomIR new_random(IR *ir, uint64_t seed)
{
    return (RandomIR){.seed = seed, .guest_base = GUEST_BASE,
                      .guest_size = GUEST_BYTES, .types = TYPES_ANY,
                      .ir = ir};
}

static void one_round(IR *ir, uint64_t seed, unsigned nb_ops,
                      bool (*wanted)(Opcode), OptConfig config)
{
    RandomIR r = new_random(ir, seed);
    r.nb_ops = nb_ops;
    r.wanted = wanted;
    random_ir(&r);
    disturb(&r);
    compare(ir, seed, config);
}

static void rounds(unsigned nb_ops, bool (*wanted)(Opcode), OptConfig config)
{
    IR *ir = ir_new();
    ir->helpers = helpers;
    for (unsigned i = 0; i < ROUNDS; i++) {
        one_round(ir, i * 1000 + nb_ops, nb_ops, wanted, config);
    }
    ir_free(ir);
}

static bool is_integer(Opcode opc)
{
    return opcode_info[opc].types & TYPES_INT &&
           !(op_flags(&(Op){.opc = (uint16_t)opc}) &
             (OPF_FAULT | OPF_SIDE | OPF_FPENV));
}

/* Those whose rules look through what computed their inputs. */
static bool is_bits(Opcode opc)
{
    switch (opc) {
    case OP_shl: case OP_shr: case OP_sar: case OP_extract: case OP_sextract:
    case OP_deposit: case OP_and: case OP_or: case OP_add: case OP_sub:
    case OP_setcond: case OP_negsetcond: case OP_movcond: case OP_mov:
    case OP_xor: case OP_neg: case OP_not: case OP_ext_i32_i64:
    case OP_extu_i32_i64: case OP_extrl_i64_i32: case OP_extrh_i64_i32:
        return true;
    default:
        return false;
    }
}

static bool is_state(Opcode opc)
{
    return (opc >= OP_ld8u && opc <= OP_st) || opc == OP_mov ||
           opc == OP_add || opc == OP_mb || opc == OP_fbox ||
           opc == OP_funbox || opc == OP_guest_ld;
}

static bool is_float(Opcode opc)
{
    return (opc >= OP_fadd && opc <= OP_fmode_set) || opc == OP_mov;
}

/* An op on constants, with a global for each output, and an exit. */
static void constant_op(IR *ir, uint64_t seed, Opcode opc, Type type)
{
    RandomIR r = new_random(ir, seed);
    const OpcodeInfo *info = &opcode_info[opc];
    Op op = {.opc = (uint16_t)opc, .type = (uint8_t)type};
    ir_reset(ir);
    random_globals(&r);
    for (unsigned i = 0; i < info->outs + info->ins; i++) {
        Type t = random_letter_type(&r, info->sig[i], type);
        op.arg[i] = i < info->outs
                        ? r.globals[t][i]
                        : ir_const(ir, t, (int64_t)random_value(&r));
    }
    for (unsigned i = 0; i < info->consts; i++) {
        op.arg[info->outs + info->ins + i] = random_const(&r, &op, i);
    }
    random_length(&r, &op);
    random_restrict(&r, &op);
    random_append(&r, &op);
    ir_emit(ir, OP_exit_tb, TYPE_I64)->arg[0] = 0;
}

/* Every integer op on constants becomes a constant: the interpreter's. */
static void constants(void **unused)
{
    (void)unused;
    IR *ir = ir_new();
    for (unsigned i = 0; i < OP_COUNT * 2 * 200; i++) {
        Opcode opc = (Opcode)(i % OP_COUNT);
        Type type = i / OP_COUNT & 1 ? TYPE_I64 : TYPE_I32;
        unsigned skip = OPF_CARRY_IN | OPF_CARRY_OUT;
        bool loads = opc >= OP_ld8u && opc <= OP_ld;
        if (!is_integer(opc) || !type_in(type, opcode_info[opc].types) ||
            loads || opcode_info[opc].flags & skip ||
            opc == OP_divs2 || opc == OP_divu2 || opc == OP_fmv_fi ||
            opc == OP_nop || !opcode_info[opc].outs) {
            continue;
        }
        constant_op(ir, i, opc, type);
        compare(ir, i, OPT_ALL);
        for (uint32_t j = 0; j < ir->nb_ops; j++) {
            Opcode left = (Opcode)ir->ops[j].opc;
            assert_true(left == OP_mov || left == OP_nop ||
                        left == OP_exit_tb);
        }
    }
    ir_free(ir);
}

/* Something true of v: some of its bits, some of its equal high bits. */
static Bits some_bits(RandomIR *r, Type t, uint64_t v)
{
    Bits all = bits_of_value(v);
    uint64_t mask = random_below(r, 3) ? random_bits(r) & random_bits(r) : ~0ull;
    uint64_t high = ~low_mask(random_below(r, 65));
    mask = random_below(r, 2) ? mask : high;
    return bits_fit(t, all.zeros & mask, all.ones & mask,
                    1 + random_below(r, all.signs));
}

static void check_bits(const IR *ir, const Op *op, const uint64_t value[],
                       const Bits in[])
{
    uint64_t out[2];
    if (!eval_op(op, value, out)) {
        return;
    }
    Bits known = bits_of_op(ir, op, in);
    unsigned signs = bits_of_value(out[0]).signs;
    if ((out[0] & known.zeros) || (~out[0] & known.ones) ||
        known.signs > signs || !known.signs) {
        ir_dump_op(stderr, ir, op);
        fail_msg("of %llx, %llx: %llx is not 0 in %llx, 1 in %llx, %u alike",
                 (unsigned long long)value[0], (unsigned long long)value[1],
                 (unsigned long long)out[0], (unsigned long long)known.zeros,
                 (unsigned long long)known.ones, known.signs);
    }
}

/* What is claimed of a result is true of it. */
static void known_bits(void **unused)
{
    (void)unused;
    IR *ir = ir_new();
    for (unsigned i = 0; i < OP_COUNT * 2 * 2000; i++) {
        Opcode opc = (Opcode)(i % OP_COUNT);
        const OpcodeInfo *info = &opcode_info[opc];
        Type type = i / OP_COUNT & 1 ? TYPE_I64 : TYPE_I32;
        if (!is_integer(opc) || !type_in(type, info->types) ||
            info->outs != 1 || info->ins > 4) {
            continue;
        }
        RandomIR r = new_random(ir, i);
        uint64_t value[4];
        Bits in[4];
        constant_op(ir, i, opc, type);
        const Op *op = &ir->ops[0];
        for (unsigned j = 0; j < info->ins; j++) {
            const Temp *t = &ir->temps[op->arg[1 + j]];
            value[j] = t->value;
            in[j] = some_bits(&r, (Type)t->type, t->value);
        }
        check_bits(ir, op, value, in);
    }
    ir_free(ir);
}

static bool is_common(Opcode opc)
{
    return is_bits(opc) || opc == OP_guest_ld || opc == OP_guest_st ||
           opc == OP_fbox || opc == OP_fadd;
}

/* Globals in temps, sides, what only sides want. */
static void regions(void **unused)
{
    (void)unused;
    IR *ir = ir_new();
    ir->helpers = helpers;
    for (unsigned i = 0; i < 2 * ROUNDS; i++) {
        RandomIR r = new_random(ir, i);
        r.nb_ops = 20 + i % 100;
        r.wanted = i & 1 ? is_common : NULL;
        r.types = i & 1 ? 1u << TYPE_I64 | 1u << TYPE_F64 : TYPES_ANY;
        random_ir(&r);
        disturb(&r);
        make_region(&r);
        compare(ir, i, i % 8 ? OPT_ALL : OPT_NO_FOLD);
    }
    ir_free(ir);
}

static void all_ops(void **unused)
{
    (void)unused;
    rounds(60, NULL, OPT_ALL);
}

static void all_ops_long(void **unused)
{
    (void)unused;
    rounds(400, NULL, OPT_ALL);
}

static void liveness_alone(void **unused)
{
    (void)unused;
    rounds(60, NULL, OPT_NONE);
}

static void no_forwarding(void **unused)
{
    (void)unused;
    rounds(60, is_state, OPT_NO_FORWARD);
}

static void integer_ops(void **unused)
{
    (void)unused;
    rounds(50, is_integer, OPT_ALL);
}

static void bit_ops(void **unused)
{
    (void)unused;
    rounds(50, is_bits, OPT_ALL);
}

static void state_ops(void **unused)
{
    (void)unused;
    rounds(50, is_state, OPT_ALL);
}

static void float_ops(void **unused)
{
    (void)unused;
    rounds(50, is_float, OPT_ALL);
}

/* NaNs as operands have them: no op is to change places with another. */
static void float_policies(void **unused)
{
    (void)unused;
    static const FpPolicy arm[2] = {POLICY_ARM, POLICY_ARM_FZ};
    IR *ir = ir_new();
    for (unsigned i = 0; i < ROUNDS; i++) {
        ir_set_fp_policies(ir, i & 1 ? &policy_sse : arm, i & 1 ? 1 : 2);
        one_round(ir, i, 50, is_float, OPT_ALL);
    }
    ir_free(ir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constants),     cmocka_unit_test(known_bits),
        cmocka_unit_test(all_ops),       cmocka_unit_test(regions),
        cmocka_unit_test(all_ops_long),
        cmocka_unit_test(liveness_alone), cmocka_unit_test(no_forwarding),
        cmocka_unit_test(integer_ops),   cmocka_unit_test(bit_ops),
        cmocka_unit_test(state_ops),     cmocka_unit_test(float_ops),
        cmocka_unit_test(float_policies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
