/* linux-user/map: the set of mappings against a byte per page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "linux-user/mm/map.h"

enum { PAGES = 64, ROUNDS = 20000, FREE = 0xff };

/* What the model knows of a page: prot, and kind in the high half. */
typedef struct Model {
    uint8_t page[PAGES];
} Model;

static uint64_t address(unsigned page)
{
    return (uint64_t)page * GUEST_PAGE;
}

static uint8_t code(uint32_t prot, MappingKind kind)
{
    return (uint8_t)(prot | (unsigned)kind << 4);
}

static void check_same(const Map *map, const Model *m)
{
    for (unsigned i = 0; i < PAGES; i++) {
        const Mapping *at = map_find(map, address(i) + 5);

        assert_int_equal(at ? code(at->prot, at->kind) : FREE, m->page[i]);
    }
    for (size_t i = 1; i < map->n; i++) {
        const Mapping *a = &map->at[i - 1], *b = &map->at[i];

        assert_true(a->start < a->end && a->end <= b->start);
        assert_false(a->end == b->start && a->prot == b->prot &&
                     a->kind == b->kind);
    }
}

/* All free pages right below what grows are in its guard gap. */
_Static_assert(PAGES <= STACK_GUARD_GAP / GUEST_PAGE, "gaps are longer");

static bool model_has_room(const Model *m, unsigned page)
{
    unsigned next = page, kind;

    while (next < PAGES && m->page[next] == FREE) {
        next++;
    }
    kind = next < PAGES ? m->page[next] >> 4 : MAPPING_PLAIN;
    return next > page && kind != MAPPING_STACK && kind != MAPPING_GROWS;
}

static uint64_t model_gap(const Model *m, unsigned bottom, unsigned top,
                          unsigned pages, unsigned align)
{
    for (unsigned at = top >= pages ? top - pages + 1 : 0; at-- > bottom;) {
        unsigned i = 0;

        while (i < pages && model_has_room(m, at + i)) {
            i++;
        }
        if (i == pages && at % align == 0) {
            return address(at);
        }
    }
    return 0;
}

static void check_queries(const Map *map, const Model *m, unsigned from,
                          unsigned to)
{
    unsigned run = from;
    bool is_free = true, exec = false, room = true;

    while (run < to && m->page[run] != FREE &&
           m->page[run] >> 4 != MAPPING_HOST) {
        run++;
    }
    for (unsigned i = from; i < to; i++) {
        is_free = is_free && m->page[i] == FREE;
        room = room && model_has_room(m, i);
        exec = exec || (m->page[i] != FREE && (m->page[i] & 4));
    }
    assert_int_equal(map_is_free(map, address(from), address(to)), is_free);
    assert_int_equal(map_has_room(map, address(from), address(to)), room);
    assert_int_equal(map_has_prot(map, address(from), address(to), 4), exec);
    assert_int_equal(map_run_end(map, address(from), address(to)),
                     address(run));
    for (unsigned align = 1; align <= 4; align *= 4) {
        for (unsigned n = 1; n <= 9; n += 4) {
            assert_int_equal(
                map_find_gap(map, address(1), address(to + 1), address(n),
                             address(align)),
                model_gap(m, 1, to + 1, n, align));
        }
    }
}

static void change(Map *map, Model *m, unsigned from, unsigned to)
{
    uint32_t prot = (uint32_t)rand() % 8;
    static const MappingKind usual[] = {
        MAPPING_PLAIN, MAPPING_HEAP, MAPPING_VDSO, MAPPING_HOST,
    };
    MappingKind kind = rand() % 32 ? usual[rand() % 4] :
                       rand() % 2 ? MAPPING_STACK : MAPPING_GROWS;
    Mapping one = { address(from), address(to), prot, kind, 0 };

    assert_true(map_reserve(map));
    switch (rand() % 3) {
    case 0:
        map_set(map, &one);
        memset(m->page + from, code(prot, kind), to - from);
        break;
    case 1:
        map_clear(map, one.start, one.end);
        memset(m->page + from, FREE, to - from);
        break;
    default:
        map_protect(map, one.start, one.end, prot);
        for (unsigned i = from; i < to; i++) {
            if (m->page[i] != FREE && m->page[i] >> 4 != MAPPING_HOST) {
                m->page[i] = code(prot, m->page[i] >> 4);
            }
        }
    }
}

static void test_against_model(void **state)
{
    Map map = { 0 };
    Model m;

    (void)state;
    srand(1);
    memset(m.page, FREE, sizeof(m.page));
    for (int i = 0; i < ROUNDS; i++) {
        unsigned from = (unsigned)rand() % (PAGES - 1);
        unsigned to = from + 1 + (unsigned)rand() % (PAGES - 1 - from);

        change(&map, &m, from, to);
        check_same(&map, &m);
        check_queries(&map, &m, from, to);
    }
    map_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
