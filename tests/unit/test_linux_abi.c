/* linux-user/abi: what each guest's tables say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <asm-generic/unistd.h>    /* for the generic table's __NR_* */
#include "guest/guest.h"
#include "linux-user/abi/layout.h"
#include "linux-user/abi/open_flags.h"
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

/* --- structures --- */

static void layouts_are_whole(void **state)
{
    const Guest *g;

    (void)state;
    for (unsigned at = 0; (g = guest_at(at)); at++) {
        for (unsigned i = LAYOUT_none + 1; i < NB_LAYOUTS; i++) {
            const Layout *l = g->abi->layout[i], *h = host_layout[i];

            assert_non_null(l);
            assert_int_equal(l->nb_members, h->nb_members);
            assert_in_range(l->bytes, 1, LAYOUT_MAX_BYTES);
            for (unsigned m = 0; m < l->nb_members; m++) {
                assert_in_range(l->member[m].offset + l->member[m].bytes, 0,
                                l->bytes);
            }
        }
    }
}

/* Sizes and places that Linux's headers for riscv64 have. */
static void riscv64_layouts(void **state)
{
    static const struct { Structure structure; uint16_t bytes, last; } rows[] =
        {
            { LAYOUT_stat, 128, 112 },         /* st_ctime_nsec */
            { LAYOUT_statfs, 120, 88 },        /* f_spare */
            { LAYOUT_epoll_event, 16, 8 },     /* data */
            { LAYOUT_semid_ds, 88, 64 },       /* sem_nsems */
            { LAYOUT_loop_info, 160, 136 },    /* lo_init */
            { LAYOUT_sigaction, 24, 24 },      /* no restorer */
        };
    const GuestAbi *abi = guest_named("riscv64")->abi;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const Layout *l = abi->layout[rows[i].structure];

        assert_int_equal(l->bytes, rows[i].bytes);
        assert_int_equal(l->member[l->nb_members - 1].offset, rows[i].last);
    }
}

/* Of the host's structure and back nothing is lost that both have. */
static void structures_come_back(void **state)
{
    const GuestAbi *abi = guest_named("riscv64")->abi;

    (void)state;
    for (unsigned i = LAYOUT_none + 1; i < NB_LAYOUTS; i++) {
        const Layout *g = abi->layout[i], *h = host_layout[i];
        uint8_t guest[LAYOUT_MAX_BYTES], host[LAYOUT_MAX_BYTES];
        uint8_t again[LAYOUT_MAX_BYTES];

        for (unsigned b = 0; b < g->bytes; b++) {
            guest[b] = (uint8_t)(b * 7 + i);
        }
        layout_convert(h, host, g, guest);
        layout_convert(g, again, h, host);
        for (unsigned m = 0; m < g->nb_members; m++) {
            const Member *in = &g->member[m];
            unsigned n = in->bytes < h->member[m].bytes
                         ? in->bytes : h->member[m].bytes;

            assert_memory_equal(guest + in->offset, again + in->offset, n);
            assert_memory_equal(guest + in->offset, host + h->member[m].offset,
                                n);
        }
    }
}

static void same_layouts_are_found(void **state)
{
    GuestAbi abi = *guest_named("riscv64")->abi;

    (void)state;
    for (unsigned i = LAYOUT_none + 1; i < NB_LAYOUTS; i++) {
        abi.layout[i] = host_layout[i];
        assert_true(layouts_same(&abi) >> i & 1);
    }
    abi.layout[LAYOUT_stat] = host_layout[LAYOUT_statfs];
    assert_false(layouts_same(&abi) >> LAYOUT_stat & 1);
    assert_false(layouts_same(&abi) >> LAYOUT_none & 1);
}

/* --- flags of open --- */

/* As AArch64 has them. */
static const GuestAbi arm_flags = {
    .open_flag = { [OPEN_DIRECT] = 0200000, [OPEN_LARGEFILE] = 0400000,
                   [OPEN_DIRECTORY] = 040000, [OPEN_NOFOLLOW] = 0100000 },
};

static void open_flags_are_converted(void **state)
{
    const uint64_t others = O_CREAT | O_CLOEXEC | 1;
    uint64_t host;

    (void)state;
    host = open_flags_to_host(&arm_flags, 040000 | 0100000 | others);
    assert_int_equal(host, O_DIRECTORY | O_NOFOLLOW | others);
    assert_int_equal(open_flags_to_host(&arm_flags, 0200000), O_DIRECT);
    for (uint64_t bit = 1; bit < 1ull << 32; bit <<= 1) {
        host = open_flags_to_host(&arm_flags, bit);
        assert_int_equal(__builtin_popcountll(host), 1);
        assert_int_equal(open_flags_to_guest(&arm_flags, host), bit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_linuxs),
        cmocka_unit_test(riscv64_has_all),
        cmocka_unit_test(calls_are_sound),
        cmocka_unit_test(layouts_are_whole),
        cmocka_unit_test(riscv64_layouts),
        cmocka_unit_test(structures_come_back),
        cmocka_unit_test(same_layouts_are_found),
        cmocka_unit_test(open_flags_are_converted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
