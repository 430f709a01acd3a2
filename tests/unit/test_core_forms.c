/* Text, binary form and verifier: random IR both ways, wrong input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/dump.h"
#include "core/gen.h"
#include "core/parse.h"
#include "core/serialize.h"
#include "core/verify.h"
#include "random_ir.h"

enum { ROUNDS = 200, MUTATIONS = 2000, MESSAGE = 256 };

static uint64_t add3(uint64_t a, uint64_t b, uint64_t c)
{
    return a + b + c;
}

static uint64_t give_one(void)
{
    return 1;
}

static const Helper helper_add3 = {
    "add3", (void *)(uintptr_t)add3,        TYPE_I64,
    3,      {TYPE_I64, TYPE_I32, TYPE_I64}, HELPER_PURE,
};
static const Helper helper_one = {
    "give_one", (void *)(uintptr_t)give_one, TYPE_I32, 0, {0}, 0,
};
static const Helper helper_none = {
    "no_result", (void *)(uintptr_t)give_one, -1, 1, {TYPE_I64}, 0,
};
static const Helper *const helpers[] = {
    &helper_add3,
    &helper_one,
    &helper_none,
    NULL,
};

static IR *new_ir(void)
{
    IR *ir = ir_new();
    ir->helpers = helpers;
    return ir;
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

static RandomIR random_all(IR *ir, uint64_t seed)
{
    return (RandomIR){.seed = seed,
                      .nb_ops = 300,
                      .guest_base = 0x10000,
                      .guest_size = 4096,
                      .types = TYPES_ANY,
                      .ir = ir};
}

static void check_verified(const IR *ir)
{
    char msg[MESSAGE];
    if (!ir_verify(ir, msg, sizeof(msg))) {
        fail_msg("%s", msg);
    }
}

static void test_text_round_trip(void **unused)
{
    (void)unused;
    IR *ir = new_ir();
    for (unsigned i = 0; i < ROUNDS; i++) {
        char msg[MESSAGE];
        IR *back = new_ir();
        RandomIR r = random_all(ir, i);
        random_ir(&r);
        check_verified(ir);
        char *text = dump_text(ir);
        if (!ir_parse(back, text, msg, sizeof(msg))) {
            fail_msg("%s", msg);
        }
        check_verified(back);
        char *again = dump_text(back);
        assert_string_equal(text, again);
        free(text);
        free(again);
        ir_free(back);
    }
    ir_free(ir);
}

/* Two blocks, with a region's slots in the second. */
static uint8_t *make_image(IR *ir, RandomIR *r, size_t *size)
{
    size_t header_size, block_size;
    random_ir(r); /* which declares the globals */
    uint8_t *header = ir_serialize_header(ir, "guest", &header_size);
    IRHead head = {0x1000, 12, "main+0x10"};
    header = realloc(header, 1 << 20);
    for (int i = 0; i < 2; i++) {
        random_ir(r);
        if (i && ir->nb_labels) {
            ir->region = true;
            ir_link_inner(ir, 3, ir->nb_labels - 1);
            ir_set_plain(ir, 0, 0x1000, 3);
        }
        uint8_t *block = ir_serialize_block(ir, &head, &block_size);
        assert_true(header_size + block_size <= 1 << 20);
        memcpy(header + header_size, block, block_size);
        header_size += block_size;
        head.pc += 0x1000;
        free(block);
    }
    *size = header_size;
    return header;
}

/* ir is the image's second block. */
static void check_image(const IR *ir, const uint8_t *data, size_t size)
{
    char msg[MESSAGE];
    IR *back = new_ir();
    IRHead head;
    IRReader *reader = ir_reader_new(back, data, size, msg, sizeof(msg));
    assert_non_null(reader);
    for (int i = 0; i < 2; i++) {
        if (ir_reader_next(reader, &head, msg, sizeof(msg)) != 1) {
            fail_msg("%s", msg);
        }
        assert_int_equal(head.pc, 0x1000 * (i + 1));
        assert_int_equal(head.nb_bytes, 12);
        assert_string_equal(head.name, "main+0x10");
    }
    char *text = dump_text(ir), *again = dump_text(back);
    assert_string_equal(text, again);
    assert_int_equal(ir->region, back->region);
    assert_int_equal(ir->plain_slot, back->plain_slot);
    assert_int_equal(ir->inner_slots, back->inner_slots);
    for (LabelId l = 0; l < ir->nb_labels; l++) {
        assert_int_equal(ir->labels[l].refs, back->labels[l].refs);
    }
    assert_int_equal(ir_reader_next(reader, &head, msg, sizeof(msg)), 0);
    ir_reader_free(reader);
    free(text);
    free(again);
    ir_free(back);
}

static void test_binary_round_trip(void **unused)
{
    (void)unused;
    IR *ir = new_ir();
    for (unsigned i = 0; i < ROUNDS; i++) {
        char guest[256];
        size_t size;
        RandomIR r = random_all(ir, i);
        uint8_t *data = make_image(ir, &r, &size);
        assert_true(ir_image_guest(data, size, guest));
        assert_string_equal(guest, "guest");
        check_image(ir, data, size);
        free(data);
    }
    ir_free(ir);
}

/* A changed, cut or extended image is refused or read; nothing else. */
/* Reads it all: whatever it is, blocks come, or an error. */
static void read_image(const uint8_t *data, size_t size)
{
    char msg[MESSAGE];
    IR *back = new_ir();
    IRHead head;
    IRReader *reader = ir_reader_new(back, data, size, msg, sizeof(msg));
    int got = reader != NULL;
    while (got > 0) {
        got = ir_reader_next(reader, &head, msg, sizeof(msg));
        if (got > 0) {
            ir_verify(back, msg, sizeof(msg));
            free(dump_text(back));
        } else {
            assert_int_equal(back->nb_ops, 0);
        }
    }
    ir_reader_free(reader);
    ir_free(back);
}

static void test_binary_mutations(void **unused)
{
    (void)unused;
    IR *ir = new_ir();
    RandomIR r = random_all(ir, 1);
    r.nb_ops = 40;
    size_t size;
    uint8_t *data = make_image(ir, &r, &size);
    for (unsigned i = 0; i < MUTATIONS; i++) {
        uint8_t *copy = malloc(size);
        size_t cut = random_below(&r, 8) ? size : random_bits(&r) % size;
        memcpy(copy, data, size);
        for (unsigned n = random_below(&r, 4); n; n--) {
            copy[random_bits(&r) % size] = (uint8_t)random_bits(&r);
        }
        read_image(copy, cut);
        free(copy);
    }
    free(data);
    ir_free(ir);
}

/* Changed text is refused or read; nothing else. */
static void test_text_mutations(void **unused)
{
    (void)unused;
    IR *ir = new_ir();
    RandomIR r = random_all(ir, 2);
    r.nb_ops = 40;
    random_ir(&r);
    char *text = dump_text(ir);
    size_t size = strlen(text);
    static const char letters[] = "\n,.:$@#tTL0129-+ax_ ";
    for (unsigned i = 0; i < MUTATIONS; i++) {
        char *copy = strdup(text);
        for (unsigned n = 1 + random_below(&r, 3); n; n--) {
            copy[random_bits(&r) % size] =
                letters[random_below(&r, sizeof(letters))];
        }
        char msg[MESSAGE];
        IR *back = new_ir();
        if (ir_parse(back, copy, msg, sizeof(msg))) {
            ir_verify(back, msg, sizeof(msg));
            free(dump_text(back));
        }
        ir_free(back);
        free(copy);
    }
    free(text);
    ir_free(ir);
}

static const struct {
    const char *text, *error;
} bad_text[] = {
    {"frob.i64 t1, t2\n", "1: unknown op 'frob'"},
    {"\n\nadd.i64 t1, t2\n", "3: ',' expected"},
    {"add.i64 t1, t2, t3, t4", "1: end of line expected at ', t4'"},
    {"add.i65 t1, t2, t3", "1: unknown type 'i65'"},
    {"global i64 a @0\nglobal i32 a @8", "2: 'a' is another global"},
    {"brcond.i64 $0, $0, xx, L1", "1: unknown condition 'xx'"},
    {"region spiral", "1: 'spiral' says nothing of a region"},
    {"region\ninner 64, L0", "2: there is no slot 64"},
    {"inner 1 L0", "1: ',' expected"},
    {"plain 1, x", "1: number expected"},
    {"br 3", "1: label expected at '3'"},
    {"br L99999", "1: label expected at 'L99999'"},
    {"call.i64 t1, nobody", "1: unknown helper 'nobody'"},
    {"call.i64 no_result, t1, t2", "1: no_result takes 1 arguments"},
    {"mov.i64 t1, T1", "1: t1 and T1 are one temp"},
    {"fclass.f64 t1, $0", "1: t1 needs a type"},
    {"mov.i64 t1, $0\nfclass.f64 t1:i32, $0", "2: t1 is i64"},
    {"mov.i64 t1, $", "1: number expected"},
    {"mov.i64 t1, bogus", "1: temp expected at 'bogus'"},
    {"guest_ld.i64 t1, env, 0, u9", "1: unknown name 'u9'"},
    {"vadd.v128 t1, t1, t1", "1: '.' expected"},
};

static void test_bad_text(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < sizeof(bad_text) / sizeof(bad_text[0]); i++) {
        char msg[MESSAGE] = "accepted";
        IR *ir = new_ir();
        assert_false(ir_parse(ir, bad_text[i].text, msg, sizeof(msg)));
        assert_string_equal(msg, bad_text[i].error);
        ir_free(ir);
    }
}

#define EXIT "exit_tb 0\n"

/* Programs that parse, and why they are wrong; NULL: they are right. */
static const struct {
    const char *text, *reason;
} programs[] = {
    {EXIT, NULL},
    {"nop\n", "no op leaves the block"},
    {"br L0\n" EXIT, "label L0 is not set"},
    {"set_label L0\nset_label L0\n" EXIT, "label set twice"},
    {"brcond.i64 $0, $0, eq, L0\n" EXIT "set_label L0\n" EXIT, NULL},
    {"set_label L0\nbr L0\n", NULL},
    {"mov.i64 t1, $1\nadd.i64 t1, t1, t1\n" EXIT, NULL},
    {"add.i64 t1, t1, t1\n" EXIT, "EBB temp read before it is written"},
    {"mov.i64 t1, $1\nset_label L0\nneg.i64 t2, t1\n" EXIT,
     "EBB temp read before it is written"},
    {"mov.i64 T1, $1\nset_label L0\nneg.i64 t2, T1\n" EXIT, NULL},
    {"mov.i64 t1, $1\nbrcond.i64 t1, t1, eq, L0\nneg.i64 t2, t1\n" EXIT
     "set_label L0\n" EXIT,
     NULL},
    {"mov.i64 t1, $1\ndiscard.i64 t1\nneg.i64 t2, t1\n" EXIT,
     "EBB temp read before it is written"},
    {EXIT "neg.i64 t2, t2\n", NULL},
    {"mov.i64 env, $1\n" EXIT, "output is a constant or fixed"},
    {"mov.i64 $2, $1\n" EXIT, "output is a constant or fixed"},
    {"add.f64 t1, $1, $1\n" EXIT, "type that the op does not have"},
    {"mov.i64 t1:i32, $1\n" EXIT, "argument of the wrong type"},
    {"fclass.f64 t1:f64, $1\n" EXIT, "argument of the wrong type"},
    {"fcvt_fs.i64 t1, $1:i64, env\n" EXIT, "argument of the wrong type"},
    {"fmv_fi.i64 t1, $1:f32\n" EXIT, "move between widths"},
    {"fmv_fi.i64 t1, $1:f64\n" EXIT, NULL},
    {"extract.i32 t1, $1, 31, 1\n" EXIT, NULL},
    {"extract.i32 t1, $1, 31, 2\n" EXIT, "bit position out of range"},
    {"extract.i32 t1, $1, 31, 0\n" EXIT, "bit position out of range"},
    {"extract2.i32 t1, $1, $2, 32\n" EXIT, NULL},
    {"extract2.i32 t1, $1, $2, 33\n" EXIT, "bit position out of range"},
    {"vshli.v64.e8 t1, $1, 7\n" EXIT, NULL},
    {"vshli.v64.e8 t1, $1, 8\n" EXIT, "bit position out of range"},
    {"guest_ld.i32 t1, $0, 0, u64\n" EXIT, "constant out of range"},
    {"guest_ld.f64 t1, $0, 0, u32\n" EXIT, "constant out of range"},
    {"guest_ld.i64 t1, $0, 0x80000000, u32\n" EXIT, "constant out of range"},
    {"guest_ld.i64 t1, $0, -0x80000000, u32\n" EXIT, NULL},
    {"guest_ld2.i64 t1, t2, $0, 0, u64\n" EXIT, "constant out of range"},
    {"guest_ld2.i64 t1, t1, $0, 0, u128\n" EXIT, "both outputs are one temp"},
    {"muls2.i64 t1, t1, $0, $0\n" EXIT, "both outputs are one temp"},
    {"addco.i64 t1, $1, $2\naddci.i64 t2, $1, $2\n" EXIT, NULL},
    {"addco.i64 t1, $1, $2\nnop\naddci.i64 t2, $1, $2\n" EXIT,
     "carry not taken by the next op"},
    {"addci.i64 t2, $1, $2\n" EXIT, "carry without an op that leaves one"},
    {"addco.i64 t1, $1, $2\naddci.i32 t2, $1, $2\n" EXIT,
     "carry of another type"},
    {EXIT "addco.i64 t1, $1, $2\n", "carry not taken"},
    {"call.i64 t1, add3, $1, $2, $3\n" EXIT, NULL},
    {"call.i64 add3, $1, $2, $3\n" EXIT, NULL},
    {"call.i64 t1, add3, $1, $2\n" EXIT, "call does not agree with its helper"},
    {"call.i64 t1, no_result, $1\n" EXIT,
     "call does not agree with its helper"},
    {"call.i64 t1, add3, $1, $2:i64, $3\n" EXIT, "argument of the wrong type"},
    {"call.i64 t1, give_one\n" EXIT, "result of the wrong type"},
};

static void test_verify(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        char msg[MESSAGE] = "";
        IR *ir = new_ir();
        if (!ir_parse(ir, programs[i].text, msg, sizeof(msg))) {
            fail_msg("program %u: %s", i, msg);
        }
        bool ok = ir_verify(ir, msg, sizeof(msg));
        if (ok != !programs[i].reason ||
            (!ok && !strstr(msg, programs[i].reason))) {
            fail_msg("program %u: %s", i, ok ? "accepted" : msg);
        }
        ir_free(ir);
    }
}

/* What text cannot say. */
static void test_verify_raw(void **unused)
{
    (void)unused;
    static const Op ops[] = {
        {.opc = OP_COUNT, .type = TYPE_I64},
        {.opc = OP_add, .type = TYPE_COUNT, .arg = {1, 1, 1}},
        {.opc = OP_add, .type = TYPE_I64, .arg = {1, 2, 99}},
        {.opc = OP_setcond, .type = TYPE_I64, .arg = {1, 1, 1, COND_COUNT}},
        {.opc = OP_br, .type = TYPE_I64, .arg = {7}},
        {.opc = OP_fadd, .type = TYPE_F64, .arg = {2, 2, 2, 6}},
        {.opc = OP_fcmp, .type = TYPE_F64, .arg = {1, 2, 2, FCMP_COUNT}},
        {.opc = OP_mb, .type = TYPE_I64, .arg = {16}},
        {.opc = OP_bswap16, .type = TYPE_I64, .arg = {1, 1, 2}},
        {.opc = OP_vnot, .type = TYPE_V64, .vece = 4, .arg = {3, 3}},
        {.opc = OP_call, .type = TYPE_I64, .call_outs = 2},
        {.opc = OP_call, .type = TYPE_I64, .call_ins = 7},
    };
    for (unsigned i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        char msg[MESSAGE];
        IR *ir = new_ir();
        ir_global(ir, TYPE_I64, 0, "x");
        ir_global(ir, TYPE_F64, 8, "y");
        ir_global(ir, TYPE_V64, 16, "z");
        *ir_emit(ir, OP_nop, TYPE_I64) = ops[i];
        gen_exit_tb(ir, TYPE_I64, 0);
        if (ir_verify(ir, msg, sizeof(msg))) {
            fail_msg("op %u accepted", i);
        }
        ir_free(ir);
    }
}

static void test_limits(void **unused)
{
    (void)unused;
    IR *ir = new_ir();
    TempId x = ir_global(ir, TYPE_I64, 0, "x");
    for (unsigned i = 0; i < IR_MAX_OPS + 10; i++) {
        gen_mov(ir, TYPE_I64, x, x);
    }
    assert_int_equal(ir->error, IR_TOO_MANY_OPS);
    assert_int_equal(ir->nb_ops, IR_MAX_OPS);
    ir_reset(ir);
    assert_int_equal(ir->error, IR_OK);
    for (int64_t i = 0; i < IR_MAX_TEMPS + 10; i++) {
        ir_i64(ir, i);
    }
    assert_int_equal(ir->error, IR_TOO_MANY_TEMPS);
    ir_reset(ir);
    for (unsigned i = 0; i < IR_MAX_LABELS + 1; i++) {
        ir_label(ir);
    }
    assert_int_equal(ir->error, IR_TOO_MANY_LABELS);
    ir_free(ir);
}

static void test_constants(void **unused)
{
    (void)unused;
    IR *ir = new_ir();
    for (unsigned round = 0; round < 3; round++) {
        TempId a = ir_i32(ir, -1);
        assert_int_equal(ir->temps[a].value, UINT64_MAX);
        assert_int_equal(a, ir_const(ir, TYPE_I32, 0xffffffff));
        assert_int_not_equal(a, ir_i64(ir, -1));
        assert_int_equal(ir->temps[ir_const(ir, TYPE_F32, -1)].value,
                         UINT32_MAX);
        for (int64_t i = 0; i < 1000; i++) {
            assert_int_equal(ir_i64(ir, i), ir_i64(ir, i));
        }
        ir_reset(ir);
    }
    ir_free(ir);
}

static void test_label_books(void **unused)
{
    (void)unused;
    IR *ir = new_ir();
    LabelId l = ir_label(ir);
    TempId zero = ir_i32(ir, 0);
    gen_brcond(ir, TYPE_I32, zero, zero, COND_EQ, l);
    gen_brcond2_i32(ir, TYPE_I32, zero, zero, zero, zero, COND_EQ, l);
    gen_br(ir, TYPE_I64, l);
    assert_int_equal(ir->labels[l].refs, 3);
    assert_false(ir->labels[l].present);
    gen_set_label(ir, TYPE_I64, l);
    assert_true(ir->labels[l].present);
    ir_free(ir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_round_trip),
        cmocka_unit_test(test_binary_round_trip),
        cmocka_unit_test(test_binary_mutations),
        cmocka_unit_test(test_text_mutations),
        cmocka_unit_test(test_bad_text),
        cmocka_unit_test(test_verify),
        cmocka_unit_test(test_verify_raw),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_constants),
        cmocka_unit_test(test_label_books),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
