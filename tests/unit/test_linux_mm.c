/* linux-user/mm: the mmap family, at base 0 and at another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <unistd.h>
#include <cmocka.h>
#include "host/usercopy.h"
#include "linux-user/mm/internal.h"

enum { RW = PROT_READ | PROT_WRITE, RX = PROT_READ | PROT_EXEC,
       ANON = MAP_PRIVATE | MAP_ANONYMOUS };

#define SPACE .end = 1ull << 38, .reach = SPACE_MAX
#define AT 0x50000000ull
#define PAGE(n) (AT + (n) * GUEST_PAGE)

typedef struct Gone {
    uint64_t start, len;
} Gone;

static void on_fault(int signo, siginfo_t *info, void *ucontext)
{
    (void)info;
    if (!usercopy_fixup(ucontext)) {
        signal(signo, SIG_DFL);
    }
}

/* cmocka has handlers of its own, set anew for each test. */
static Mm *begin(void **state)
{
    struct sigaction sa = { .sa_sigaction = on_fault,
                            .sa_flags = SA_SIGINFO };

    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
    return *state;
}

/* The last call of note_gone. */
static Gone gone;

static void note_gone(uint64_t start, uint64_t len)
{
    gone = (Gone){ start, len };
}

static int64_t map_at(Mm *mm, uint64_t addr, uint64_t pages, int prot,
                      int flags)
{
    MapRequest r = { .addr = addr, .len = pages * GUEST_PAGE, .prot = prot,
                     .flags = ANON | flags, .fd = -1 };

    return mm_map(mm, &r);
}

static bool readable(Mm *mm, uint64_t addr)
{
    char c;

    return mm_read(mm, &c, addr, 1);
}

static bool writable(Mm *mm, uint64_t addr)
{
    return mm_write(mm, addr, "x", 1);
}

static void test_mmap(void **state)
{
    Mm *mm = begin(state);
    int64_t a, b;

    a = map_at(mm, 0, 2, RW, 0);
    b = map_at(mm, 0, 2, RW, 0);
    assert_true(a > 0 && b > 0 && b + 2 * GUEST_PAGE == a);
    assert_true((uint64_t)a < mm->end);
    assert_int_equal(map_at(mm, AT, 4, RW, 0), AT);          /* a hint */
    assert_int_not_equal(map_at(mm, AT, 4, RW, 0), AT);      /* taken */
    assert_int_equal(map_at(mm, AT, 4, RW, MAP_FIXED_NOREPLACE), -EEXIST);
    assert_true(writable(mm, AT));
    assert_int_equal(map_at(mm, AT, 1, PROT_READ, MAP_FIXED), AT);
    assert_false(writable(mm, AT));
    assert_true(writable(mm, PAGE(1)));
    assert_int_equal(mm_unmap(mm, AT, 4 * GUEST_PAGE), 0);
    assert_false(readable(mm, PAGE(2)));
}

static void test_refusals(void **state)
{
    Mm *mm = begin(state);
    uint64_t own = (uintptr_t)&errno - mm->base;

    assert_int_equal(map_at(mm, 0, 0, RW, 0), -EINVAL);
    assert_int_equal(map_at(mm, AT + 1, 1, RW, MAP_FIXED), -EINVAL);
    assert_int_equal(map_at(mm, 0, 1ull << 40, RW, 0), -ENOMEM);
    assert_int_equal(map_at(mm, page_down(own), 1, RW, MAP_FIXED), -ENOMEM);
    assert_int_equal(map_at(mm, mm->space.end - GUEST_PAGE, 2, RW, MAP_FIXED),
                     -ENOMEM);
    assert_int_equal(mm_unmap(mm, page_down(own), GUEST_PAGE), -EINVAL);
    assert_int_equal(mm_protect(mm, page_down(own), GUEST_PAGE, 0), -ENOMEM);
    assert_int_equal(mm_unmap(mm, AT, 0), -EINVAL);
    assert_int_equal(mm_unmap(mm, AT, -1ull), -EINVAL);
    assert_int_equal(mm_unmap(mm, AT, 4 * GUEST_PAGE), 0);   /* nothing there */
    assert_false(readable(mm, own));
    assert_false(writable(mm, mm->space.end));
    assert_false(readable(mm, -1ull));
    assert_false(readable(mm, 0));
}

static void test_protect(void **state)
{
    Mm *mm = begin(state);
    uint8_t buf[GUEST_PAGE];

    mm->code_gone = note_gone;
    gone = (Gone){ 0, 0 };
    map_at(mm, AT, 4, RW, MAP_FIXED);
    assert_int_equal(mm_read_code(mm, AT, buf, 4), 0);
    assert_int_equal(mm_protect(mm, PAGE(1), GUEST_PAGE, PROT_EXEC), 0);
    assert_int_equal(gone.len, 0);
    assert_int_equal(mm_read_code(mm, PAGE(1) + 4, buf, 8), 8);
    assert_int_equal(mm_read_code(mm, PAGE(1) + 4, buf, GUEST_PAGE),
                     GUEST_PAGE - 4);
    assert_false(readable(mm, PAGE(1)));
    assert_false(writable(mm, PAGE(1)));
    assert_int_equal(mm_protect(mm, AT, 6 * GUEST_PAGE, RW), -ENOMEM);
    assert_int_equal(gone.start, AT);
    assert_true(writable(mm, PAGE(1)));
    assert_int_equal(mm_read_code(mm, PAGE(1), buf, 4), 0);
    assert_int_equal(map_find(&mm->map, AT)->end, PAGE(4));
    mm->code_gone = NULL;
    mm_unmap(mm, AT, 4 * GUEST_PAGE);
}

static void test_remap(void **state)
{
    Mm *mm = begin(state);
    uint64_t two = 2 * GUEST_PAGE, four = 4 * GUEST_PAGE;
    int64_t moved;
    char c;

    map_at(mm, AT, 2, RW, MAP_FIXED);
    mm_write(mm, PAGE(1), "q", 1);
    assert_int_equal(mm_remap(mm, AT, two, four, 0, 0), AT);
    assert_true(writable(mm, PAGE(3)));
    map_at(mm, PAGE(4), 1, PROT_READ, MAP_FIXED);
    assert_int_equal(mm_remap(mm, AT, four, 2 * four, 0, 0), -ENOMEM);
    moved = mm_remap(mm, AT, four, 2 * four, MREMAP_MAYMOVE, 0);
    assert_true(moved > 0);
    assert_true(mm_read(mm, &c, (uint64_t)moved + GUEST_PAGE, 1) && c == 'q');
    assert_false(readable(mm, AT));
    assert_int_equal(mm_remap(mm, (uint64_t)moved, 2 * four, four,
                              MREMAP_MAYMOVE | MREMAP_FIXED, AT), AT);
    assert_true(mm_read(mm, &c, PAGE(1), 1) && c == 'q');
    assert_int_equal(mm_remap(mm, AT, four, GUEST_PAGE, 0, 0), AT);
    assert_false(readable(mm, PAGE(1)));
    assert_int_equal(mm_remap(mm, PAGE(8), two, two, 0, 0), -EFAULT);
    assert_int_equal(mm_remap(mm, AT, GUEST_PAGE, two, MREMAP_MAYMOVE |
                              MREMAP_FIXED, mm->space.end), -EINVAL);
    mm_unmap(mm, AT, 5 * GUEST_PAGE);
}

/* What ran there has been taken away, and what comes next is other code. */
static void test_code_moved_away(void **state)
{
    Mm *mm = begin(state);
    int id = shmget(IPC_PRIVATE, GUEST_PAGE, IPC_CREAT | 0600);
    int keep = MREMAP_MAYMOVE | MREMAP_DONTUNMAP;
    int64_t at = mm_shmat(mm, id, 0, 0);

    assert_true(id >= 0 && at > 0);
    shmctl(id, IPC_RMID, NULL);
    assert_int_equal(mm_protect(mm, (uint64_t)at, GUEST_PAGE, RX), 0);
    mm->code_gone = note_gone;
    gone = (Gone){ 0, 0 };
    assert_int_equal(mm_shmdt(mm, (uint64_t)at), 0);
    assert_int_equal(gone.start, at);

    mm->code_gone = NULL;
    map_at(mm, AT, 1, RX, MAP_FIXED);
    mm->code_gone = note_gone;
    gone = (Gone){ 0, 0 };
    at = mm_remap(mm, AT, GUEST_PAGE, GUEST_PAGE, keep, 0);
    assert_true(at > 0);
    assert_int_equal(gone.start, AT);
    mm->code_gone = NULL;
    mm_unmap(mm, AT, GUEST_PAGE);
    mm_unmap(mm, (uint64_t)at, GUEST_PAGE);
}

static void test_brk(void **state)
{
    Mm *mm = begin(state);

    mm_set_brk(mm, AT + 100);
    assert_int_equal(mm_brk(mm, 0), PAGE(1));
    assert_int_equal(mm_brk(mm, PAGE(1) + 10), PAGE(1) + 10);
    assert_true(writable(mm, PAGE(1)));
    assert_int_equal(mm_brk(mm, PAGE(4)), PAGE(4));
    assert_true(writable(mm, PAGE(3)));
    assert_int_equal(map_find(&mm->map, PAGE(1))->kind, MAPPING_HEAP);
    map_at(mm, PAGE(6), 1, RW, MAP_FIXED);
    assert_int_equal(mm_brk(mm, PAGE(8)), PAGE(4));    /* in the way */
    assert_int_equal(mm_brk(mm, PAGE(2)), PAGE(2));
    assert_false(readable(mm, PAGE(2)));
    assert_int_equal(mm_brk(mm, PAGE(1)), PAGE(1));
    mm_unmap(mm, PAGE(6), GUEST_PAGE);
}

/* What the map says must be what the host does, whatever is done. */
static void check_host(Mm *mm)
{
    for (unsigned i = 0; i < 16; i++) {
        const Mapping *m = map_find(&mm->map, PAGE(i));
        bool can_read = m && (m->prot & (PROT_READ | PROT_WRITE));

        assert_int_equal(readable(mm, PAGE(i)), can_read);
        assert_int_equal(writable(mm, PAGE(i)), m && (m->prot & PROT_WRITE));
    }
}

static void test_random(void **state)
{
    Mm *mm = begin(state);

    srand(3);
    for (int i = 0; i < 3000; i++) {
        uint64_t n = 1 + (uint64_t)rand() % 4;
        uint64_t addr = PAGE((uint64_t)rand() % 12);
        uint64_t to = PAGE((uint64_t)rand() % 12);
        int prot = rand() % 8;

        switch (rand() % 5) {
        case 0:
            map_at(mm, addr, n, prot, MAP_FIXED);
            break;
        case 1:
            mm_unmap(mm, addr, n * GUEST_PAGE);
            break;
        case 2:
            mm_protect(mm, addr, n * GUEST_PAGE, prot);
            break;
        case 3:
            mm_remap(mm, addr, n * GUEST_PAGE, n * GUEST_PAGE,
                     MREMAP_MAYMOVE | MREMAP_FIXED, to);
            break;
        default:
            mm_remap(mm, addr, n * GUEST_PAGE,
                     (1 + (uint64_t)rand() % 4) * GUEST_PAGE, 0, 0);
        }
        check_host(mm);
    }
    mm_unmap(mm, AT, 16 * GUEST_PAGE);
}

static void test_strings(void **state)
{
    Mm *mm = begin(state);
    char buf[16];

    map_at(mm, AT, 1, RW, MAP_FIXED);
    mm_write(mm, PAGE(1) - 3, "abc", 3);
    assert_int_equal(mm_read_string(mm, buf, PAGE(1) - 3, 16), -EFAULT);
    assert_int_equal(mm_read_string(mm, buf, PAGE(1) - 3, 2), -ENAMETOOLONG);
    mm_write(mm, PAGE(1) - 1, "", 1);
    assert_int_equal(mm_read_string(mm, buf, PAGE(1) - 3, 16), 3);
    assert_string_equal(buf, "ab");
    assert_int_equal(mm_read_string(mm, buf, 0, 16), -EFAULT);
    assert_int_equal(mm_read_string(mm, buf, 1ull << 50, 16), -EFAULT);
    mm_unmap(mm, AT, GUEST_PAGE);
}

/* What another host thread was given in a hole stays, and is the host's. */
static void test_lost_place(void **state)
{
    Mm *mm = begin(state);
    uint64_t start = PAGE(2), end = PAGE(4);
    char *late;

    munmap(g2h(mm, start), end - start);
    mm_host_gone(mm, start, end);
    assert_null(map_find(&mm->map, start));
    munmap(g2h(mm, start), end - start);
    late = mmap(g2h(mm, PAGE(3)), GUEST_PAGE, RW, ANON | MAP_FIXED, -1, 0);
    late[5] = 7;
    assert_true(mm_room(mm));
    mm_host_gone(mm, start, end);
    assert_int_equal(late[5], 7);
    if (mm->reserved) {
        assert_int_equal(map_find(&mm->map, PAGE(3))->kind, MAPPING_HOST);
        assert_int_equal(map_at(mm, PAGE(3), 1, RW, MAP_FIXED), -ENOMEM);
    }
}

static int start_at_zero(void **state)
{
    static Mm mm;

    *state = &mm;
    return mm_init(&mm, &(MmPlace){ .low = PAGE(0), .high = PAGE(16),
                                     SPACE });
}

static int start_elsewhere(void **state)
{
    static Mm mm;

    *state = &mm;
    return mm_init(&mm, &(MmPlace){ .move = true, SPACE });
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mmap),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_protect),
        cmocka_unit_test(test_remap),
        cmocka_unit_test(test_code_moved_away),
        cmocka_unit_test(test_brk),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_lost_place),
    };
    int failed = cmocka_run_group_tests_name("base 0", tests, start_at_zero,
                                             NULL);

    return failed + cmocka_run_group_tests_name("moved base", tests,
                                                start_elsewhere, NULL);
}
