/* What the explorer's page is made from: ops through passes, patterns, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/gen.h"
#include "opt/opt.h"
#include "guest/tables.h"
#include "tools/explore/history.h"
#include "tools/explore/json.h"
#include "tools/explore/profile.h"

/* Two instructions; the first adds a constant that the second adds to. */
static IR *two_insns(void)
{
    IR *ir = ir_new();
    TempId a = ir_global(ir, TYPE_I64, 8, "a");
    TempId b = ir_global(ir, TYPE_I64, 16, "b");
    ir_reset(ir);
    gen_insn_start(ir, TYPE_I64, 0x100);
    gen_mov(ir, TYPE_I64, a, ir_i64(ir, 5));
    gen_insn_start(ir, TYPE_I64, 0x104);
    gen_add(ir, TYPE_I64, b, a, ir_i64(ir, 2));
    gen_insn_start(ir, TYPE_I64, 0x108);
    gen_exit_tb(ir, TYPE_I64, 1);
    return ir;
}

static void test_watch_sees_passes_in_order(void **state)
{
    (void)state;
    static const char *const want[] = {"frontend", "fold", "reach",
                                       "liveness"};
    History h = {0};
    OptWatch watch = {history_note, &h};
    IR *ir = two_insns();
    opt_run_watched(ir, OPT_ALL, &opt_any_target, &watch);
    assert_int_equal(h.nb_stages, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_string_equal(h.stage[i].pass, want[i]);
    }
    history_free(&h);
    ir_free(ir);
}

static void test_ops_keep_their_identity(void **state)
{
    (void)state;
    History h = {0};
    OptWatch watch = {history_note, &h};
    IR *ir = two_insns();
    opt_run_watched(ir, OPT_ALL, &opt_any_target, &watch);
    const HistoryStage *made = &h.stage[0], *folded = &h.stage[1];
    assert_int_equal(made->count, 3);
    assert_int_equal(folded->count, 3);
    assert_int_equal(folded->ids[0], made->ids[0]);
    assert_int_not_equal(folded->ids[1], made->ids[1]);
    assert_int_equal(folded->ids[2], made->ids[2]);
    const HistoryOp *sum = &h.ops[folded->ids[1]];
    assert_string_equal(sum->text, "mov.i64 b, $0x7");
    assert_int_equal(sum->was, made->ids[1]);
    assert_int_equal(sum->pc, 0x104);
    history_free(&h);
    ir_free(ir);
}

static void test_removed_op_has_no_successor(void **state)
{
    (void)state;
    History h = {0};
    IR *ir = two_insns();
    history_note(&h, ir, "frontend");
    ir->ops[1].opc = OP_nop;
    history_note(&h, ir, "removed");
    assert_int_equal(h.nb_ops, 3);
    assert_int_equal(h.stage[1].count, 2);
    assert_int_equal(h.stage[1].ids[0], h.stage[0].ids[1]);
    assert_int_equal(h.index[1], NO_OP);
    assert_int_equal(h.index[3], h.stage[1].ids[0]);
    history_free(&h);
    ir_free(ir);
}

static void test_patterns(void **state)
{
    (void)state;
    const GuestTables *g = guest_tables("riscv64");
    const Pattern *p = pattern_find(g, "addi", 32, 0x00150513);
    assert_non_null(p);
    assert_string_equal(p->format, "i");
    assert_string_equal(p->file, "insn32.decode");
    assert_non_null(strstr(p->fields, "imm=20:s12"));
    p = pattern_find(g, "addi", 16, 0x0505);
    assert_non_null(p);
    assert_string_equal(p->file, "insn16.decode");
    assert_null(pattern_find(g, "addi", 32, 0x00b50533)); /* an add */
    assert_null(pattern_find(g, "nosuch", 32, 0x00150513));
}

static void test_json(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    Json j = {open_memstream(&text, &size), false};
    json_open(&j, NULL, '{');
    json_text(&j, "a", "</script> \"\\\n");
    json_open(&j, "b", '[');
    json_number(&j, NULL, -1);
    json_number(&j, NULL, 2);
    json_close(&j, ']');
    json_address(&j, "c", 0x1f);
    json_close(&j, '}');
    fclose(j.f);
    assert_string_equal(text, "{\"a\":\"\\u003c/script> \\\"\\\\\\u000a\","
                              "\"b\":[-1,2],\"c\":\"0x1f\"}");
    free(text);
}

static void test_profile(void **state)
{
    (void)state;
    char path[] = "/tmp/test_explore.XXXXXX", msg[256];
    FILE *f = fdopen(mkstemp(path), "w");
    fputs("# made up\n\n20 5 # later\n0x10 3\n10 4\n", f);
    fclose(f);
    Profile p;
    assert_true(profile_read(&p, path, msg, sizeof(msg)));
    assert_int_equal(profile_between(&p, 0, 0x10), 0);
    assert_int_equal(profile_between(&p, 0x10, 0x20), 7);
    assert_int_equal(profile_between(&p, 0, UINT64_MAX), 12);
    profile_free(&p);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_watch_sees_passes_in_order),
        cmocka_unit_test(test_ops_keep_their_identity),
        cmocka_unit_test(test_removed_op_has_no_successor),
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_profile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
