/* The -d log's lists and filters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "util/log.h"

static void test_items(void **state)
{
    (void)state;
    uint32_t mask = 0;
    assert_null(log_parse(&mask, "op,exec"));
    assert_int_equal(mask, LOG_op | LOG_exec);
    assert_string_equal(log_parse(&mask, "cpu,nosuch,op"), "nosuch,op");
    assert_string_equal(log_parse(&mask, "o"), "o");
}

static const struct {
    const char *text;
    uint64_t first, last;
    const char *name;
} good[] = {
    {"0x1000", 0x1000, 0x1000, NULL},
    {"0x1000..0x1fff", 0x1000, 0x1fff, NULL},
    {"0x1000+0x10", 0x1000, 0x100f, NULL},
    {"0x1000-16", 0xff1, 0x1000, NULL},
    {"main", 0, 0, "main"},
};

static void test_ranges(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        Log log = {0};
        assert_null(log_parse_ranges(&log, good[i].text));
        assert_int_equal(log.nb_ranges, 1);
        assert_int_equal(log.ranges[0].first, good[i].first);
        assert_int_equal(log.ranges[0].last, good[i].last);
        assert_true((log.ranges[0].name != NULL) == (good[i].name != NULL));
        if (good[i].name) {
            assert_string_equal(log.ranges[0].name, good[i].name);
        }
        free(log.ranges[0].name);
    }
}

static void test_lists(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "5..3", "5..",  "5..x", "5+0",
                                      "5-0",  "0-2",  "5,",   "5*2",  ",5",
                                      "5..6x"};
    Log log = {0};
    assert_null(log_parse_ranges(&log, "1..2,main,0x10+4"));
    assert_int_equal(log.nb_ranges, 3);
    assert_int_equal(log.ranges[2].last, 0x13);
    free(log.ranges[1].name);
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        log.nb_ranges = 0;
        assert_non_null(log_parse_ranges(&log, bad[i]));
    }
    log.nb_ranges = 0;
    for (int i = 0; i < LOG_MAX_RANGES; i++) {
        assert_null(log_parse_ranges(&log, "7"));
    }
    assert_non_null(log_parse_ranges(&log, "7"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
