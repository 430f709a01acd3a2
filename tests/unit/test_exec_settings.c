/* TCG_SETTINGS: what is taken, and what is refused with its range. */
#include "exec/exec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

typedef struct Row {
    const char *text;
    const char *why;      /* NULL: taken */
} Row;

static const Row rows[] = {
    {"", NULL},
    {"default", NULL},
    {"codebuf=64k,maxinsns=2,hot=1,pinned=3,host=plain", NULL},
    {"codebuf=16k", NULL},
    {"codebuf=1024m", NULL},
    {"maxinsns=16384", NULL},
    {"hot=0x7fffffff,scratch=0,optoff=63,nolink,noretstack", NULL},
    {"codebuf=15k", "codebuf=15k: a number from 16384 to 1073741824 is wanted"},
    {"codebuf=1025m", "codebuf=1025m: a number from 16384 to 1073741824"},
    {"codebuf=18446744073709551615k", "from 16384 to"},
    {"codebuf=17592186044417m", "from 16384 to"},    /* 2^64 + 2^20 */
    {"codebuf=18446744073709551632", "from 16384 to"},
    {"maxinsns=0", "maxinsns=0: a number from 1 to 16384"},
    {"maxinsns=4096m", "maxinsns=4096m: a number from 1 to 16384"},
    {"maxinsns=4294967297", "from 1 to 16384"},
    {"hot=2048m", "hot=2048m: a number from 0 to 2147483647"},
    {"hot=-1", "hot=-1: a number from 0"},
    {"hot=+1", "hot=+1: a number from 0"},
    {"hot= 1", "a number from 0"},
    {"hot=", "hot=: a number from 0"},
    {"hot", "hot: a number from 0"},
    {"hot=1q", "hot=1q: a number from 0"},
    {"hot=1kk", "hot=1kk: a number from 0"},
    {"pinned=4294967295", "pinned=4294967295: a number from 0 to 64"},
    {"pinned=65", "from 0 to 64"},
    {"scratch=65", "scratch=65: a number from 0 to 64"},
    {"optoff=64", "optoff=64: a number from 0 to 63"},
    {"host=other", "\"host=other\" is not understood"},
    {"nolink=1", "\"nolink=1\" is not understood"},
    {"hot=1,nosuch", "\"nosuch\" is not understood"},
    {"hots=1", "\"hots=1\" is not understood"},
};

static void all_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ExecConfig c;
        char why[128];
        exec_config_default(&c);
        bool taken = exec_config_parse(&c, rows[i].text, why, sizeof(why));
        if (taken != !rows[i].why ||
            (!taken && !strstr(why, rows[i].why))) {
            fail_msg("%s: %s", rows[i].text, taken ? "taken" : why);
        }
    }
}

static void values(void **state)
{
    ExecConfig c;
    char why[128];
    (void)state;
    exec_config_default(&c);
    assert_true(exec_config_parse(
        &c, "codebuf=65537,maxinsns=7,hot=2k,pinned=4,scratch=5,optoff=6,"
            "jitdump,host=plain", why, sizeof(why)));
    assert_int_equal(c.code_bytes, 65536 + 4096);
    assert_int_equal(c.max_insns, 7);
    assert_int_equal(c.hot, 2048);
    assert_int_equal(c.max_pinned, 4);
    assert_int_equal(c.max_scratch, 5);
    assert_int_equal(c.opt_off, 6);
    assert_true(c.jitdump && c.plain && !c.no_link && !c.perf_map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_rows),
        cmocka_unit_test(values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
