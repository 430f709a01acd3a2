/* linux-user/abi: what each guest's tables say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <asm-generic/unistd.h>    /* for the generic table's __NR_* */
#include "guest/guest.h"
#include "linux-user/task/sys.h"

/* "63" where the header has the call, else its own name. */
#define TEXT(name) #name
#define NUMBER_TEXT(name) TEXT(name)

typedef struct Number {
    const char *name, *text;
    unsigned number;
} Number;

static const Number riscv64_numbers[] = {
#define NUMBER(number, name) { #name, NUMBER_TEXT(__NR_##name), number },
#include "linux-user/abi/riscv64/numbers.def"
};

static void numbers_are_linuxs(void **state)
{
    unsigned known = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(riscv64_numbers) / sizeof(Number); i++) {
        const Number *n = &riscv64_numbers[i];
        char *end;
        unsigned long number = strtoul(n->text, &end, 10);

        if (!*end) {
            known++;
            if (number != n->number) {
                fail_msg("%s is %lu, not %u", n->name, number, n->number);
            }
        }
    }
    assert_in_range(known, 290, NB_CALLS);
}

/* Ranges of the generic table in which riscv64 has no call. */
static bool is_hole(unsigned nr)
{
    static const struct { unsigned first, last; } holes[] = {
        { 18, 18 }, { 38, 38 }, { 42, 42 }, { 244, 257 }, { 295, 423 },
    };

    for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
        if (nr >= holes[i].first && nr <= holes[i].last) {
            return true;
        }
    }
    return false;
}

static void riscv64_has_all(void **state)
{
    const GuestAbi *abi = guest_named("riscv64")->abi;

    (void)state;
    assert_int_equal(abi->nb_calls, 470);
    for (unsigned nr = 0; nr < abi->nb_calls; nr++) {
        if (!abi->calls[nr] != is_hole(nr)) {
            fail_msg("call %u", nr);
        }
    }
}

static bool letter_known(char letter)
{
    static const char known[] = {
#define STRACE_BITS(letter, set, zero) letter,
#define STRACE_ONE(letter, set) letter,
#define STRACE_SHOW(letter, function) letter,
#include "linux-user/strace/strace.def"
    };

    return memchr(known, letter, sizeof(known));
}

static void check_call(const Syscall *call)
{
    unsigned pointers = 0;

    for (unsigned i = 0; call->arguments[i]; i++) {
        char c = call->arguments[i];

        pointers |= (c >= 'A' && c <= 'Z') || strchr("/^?", c) ? 1u << i : 0;
        if (!letter_known(c)) {
            fail_msg("%s: letter %c", call->name, c);
        }
    }
    assert_in_range(strlen(call->arguments), 0, 6);
    assert_int_equal(call->pointers, pointers);
    assert_true(call->handler || call->host >= 0);
}

static void calls_are_sound(void **state)
{
    const Guest *g;

    (void)state;
    for (unsigned at = 0; (g = guest_at(at)); at++) {
        for (unsigned i = 0; i < g->abi->nb_calls; i++) {
            for (unsigned j = 0; j < i; j++) {
                const Syscall *a = g->abi->calls[i], *b = g->abi->calls[j];

                if (a && b && strcmp(a->name, b->name) == 0) {
                    fail_msg("%s is %u and %u", a->name, i, j);
                }
            }
            if (g->abi->calls[i]) {
                check_call(g->abi->calls[i]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_linuxs),
        cmocka_unit_test(riscv64_has_all),
        cmocka_unit_test(calls_are_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
