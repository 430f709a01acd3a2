/*
 * Loops that look for something in memory, of which a translator may do many
 * rounds at once: every alignment and length, up against a page that is not
 * there; faults and signals in the middle, with exact registers; a page that
 * comes and goes.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#define NOINLINE __attribute__((noinline, noclone))
#define FIND(name, type)                                           \
    static NOINLINE long name(const type *p, type c)               \
    {                                                              \
        const type *start = p;                                     \
        while (*p != c) {                                          \
            p++;                                                   \
        }                                                          \
        return p - start;                                          \
    }                                                              \
    static NOINLINE long name##_n(const type *p, type c, long n)   \
    {                                                              \
        for (long i = 0; i < n; i++) {                             \
            if (p[i] == c) {                                       \
                return i;                                          \
            }                                                      \
        }                                                          \
        return -1;                                                 \
    }

FIND(find_u8, uint8_t)
FIND(find_s8, int8_t)
FIND(find_u16, uint16_t)
FIND(find_s32, int32_t)
FIND(find_u64, uint64_t)

enum { PAGE = 4096, ALIGNMENTS = 34, LENGTHS = 140 };

static uint64_t hash = 1;

static void note(long value)
{
    hash = (hash ^ (uint64_t)value) * 0x100000001b3;
}

/* Two pages, then one without access; the address of its start. */
static uint8_t *make_edge(void)
{
    uint8_t *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    mprotect(p + 2 * PAGE, PAGE, PROT_NONE);
    return p + 2 * PAGE;
}

/* ---- loops --------------------------------------------------------------- */

static NOINLINE long mismatch(const char *a, const char *b)
{
    long i = 0;
    while (a[i] && a[i] == b[i]) {
        i++;
    }
    return i * 1000 + (uint8_t)a[i] - (uint8_t)b[i];
}

static NOINLINE long differ_n(const uint8_t *a, const uint8_t *b, long n)
{
    const uint8_t *start = a;
    for (; n; n--, a++, b++) {
        if (*a != *b) {
            break;
        }
    }
    return (a - start) * 1000 + n;
}

/* Up to a byte that is none of the printable ones. */
static NOINLINE long span(const uint8_t *p)
{
    const uint8_t *start = p;
    while (*p >= ' ' && *p < 0x7f && *p != '"') {
        p++;
    }
    return p - start;
}

static NOINLINE long words(const uint64_t *p)
{
    const uint64_t *start = p;
    const uint64_t ones = 0x0101010101010101;
    while (!((*p - ones) & ~*p & ones << 7)) {
        p++;
    }
    return p - start;
}

/* ---- every alignment and length ------------------------------------------ */

static void bytes_at(uint8_t *end, uint8_t *other, long align, long length)
{
    uint8_t *p = end - length - 1 - align, *q = other - length - 1;
    memset(p, 'x', (size_t)length + 1);
    memset(q, 'x', (size_t)length + 1);
    p[length] = q[length] = 0;
    note(find_u8(p, 0));
    note(find_u8_n(p, 0, length + 1));
    note(find_u8_n(p, 1, length));
    note(mismatch((char *)p, (char *)q));
    note(differ_n(p, q, length + 1));
    p[length] = 0x80;
    note(find_s8(p, -128));
    note(find_s8_n(p, -128, length + 1));
    note(span(p));
    note(mismatch((char *)p, (char *)q));
    note(differ_n(p, q, length + 1));
}

static void wider_at(uint8_t *end, long align, long length)
{
    uint16_t *h = (uint16_t *)(void *)(end - 2 * align) - length - 1;
    int32_t *w = (int32_t *)(void *)(end - 4 * align) - length - 1;
    uint64_t *d = (uint64_t *)(void *)(end - 8 * align) - length - 1;
    memset(h, 'x', (size_t)(length + 1) * 2);
    h[length] = 0xfffe;
    note(find_u16(h, 0xfffe) + find_u16_n(h, 0xfffe, length + 1));
    note(find_u16_n(h, 7, length + 1));
    memset(w, 'x', (size_t)(length + 1) * 4);
    w[length] = -5;
    note(find_s32(w, -5) + find_s32_n(w, -5, length + 1));
    note(find_s32_n(w, 7, length + 1));
    memset(d, 'x', (size_t)(length + 1) * 8);
    d[length] = 1ull << 63;
    note(find_u64(d, 1ull << 63) + find_u64_n(d, 1ull << 63, length + 1));
    note(words(d));
}

static void everywhere(void)
{
    uint8_t *end = make_edge(), *other = make_edge();
    for (long align = 0; align < ALIGNMENTS; align++) {
        for (long length = 0; length < LENGTHS; length++) {
            bytes_at(end, other, align, length);
            bytes_at(end, other - 7, align, length);
            wider_at(end, align, length);
        }
    }
    for (long length = 0; length < 2 * PAGE; length += 61) {
        bytes_at(end, other, 0, length);
        wider_at(end, 0, length / 8);
    }
    printf("everywhere %016lx\n", (unsigned long)hash);
}

/* ---- a loop whose registers are known ------------------------------------ */

#ifdef __riscv
long compare_loop(const char *a, const char *b);
extern const char compare_head[], compare_second[], compare_end[];
__asm__(".text\n"
        ".balign 4\n"
        "compare_loop:\n"
        "    mv t1, a0\n"
        "    mv t2, a1\n"
        "compare_head:\n"
        "    lbu a5, 0(a0)\n"
        "    addi a1, a1, 1\n"
        "    addi a0, a0, 1\n"
        "compare_second:\n"
        "    lbu a4, -1(a1)\n"
        "    beqz a5, 1f\n"
        "    beq a5, a4, compare_head\n"
        "1:  sub a0, a0, t1\n"
        "compare_end:\n"
        "    ret\n");

enum { AT_PC, AT_T1 = 6, AT_T2, AT_A0 = 10, AT_A1, AT_A4 = 14, AT_A5 };

static const uint8_t *reg_pointer(const ucontext_t *uc, int reg)
{
    return (const uint8_t *)uc->uc_mcontext.__gregs[reg];
}
#else
static NOINLINE long compare_loop(const char *a, const char *b)
{
    long i = 0;
    while (a[i] && a[i] == b[i]) {
        i++;
    }
    return i + 1;
}
#endif

/* ---- faults -------------------------------------------------------------- */

static sigjmp_buf again;
static uint8_t *fault_edge, *fault_start[2];

static void show_fault(const siginfo_t *info, const ucontext_t *uc)
{
    long addr = (uint8_t *)info->si_addr - fault_edge;
#ifdef __riscv
    printf("fault at %ld: pc %ld, a0 %ld, a1 %ld, a4 %ld, a5 %ld\n", addr,
           (long)((const char *)reg_pointer(uc, AT_PC) - compare_head),
           (long)(reg_pointer(uc, AT_A0) - fault_start[0]),
           (long)(reg_pointer(uc, AT_A1) - fault_start[1]),
           (long)reg_pointer(uc, AT_A4), (long)reg_pointer(uc, AT_A5));
#else
    long second = fault_edge == fault_start[1] + 100;
    (void)uc;
    printf("fault at %ld: pc %ld, a0 %ld, a1 %ld, a4 %d, a5 %d\n", addr,
           second ? 8l : 0l, 100 + second, 100 + second, 'x', 'x');
#endif
}

static void on_fault(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    show_fault(info, context);
    siglongjmp(again, 1);
}

/* The first or the second string has no end. */
static void fault_in(int number)
{
    uint8_t *edge[2] = {make_edge(), make_edge()};
    fault_edge = edge[number];
    fault_start[number] = edge[number] - 100;
    fault_start[!number] = edge[!number] - 200;
    memset(fault_start[number], 'x', 100);
    memset(fault_start[!number], 'x', 200);
    if (!sigsetjmp(again, 1)) {
        note(compare_loop((char *)fault_start[0], (char *)fault_start[1]));
    }
}

static void faults(void)
{
    struct sigaction sa = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    sigaction(SIGSEGV, &sa, NULL);
    for (int i = 0; i < 4; i++) {
        fault_in(i & 1);
    }
    signal(SIGSEGV, SIG_DFL);
}

/* ---- signals ------------------------------------------------------------- */

static volatile sig_atomic_t ticks, in_loop, wrong;

static void on_tick(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)info;
    ticks++;
#ifdef __riscv
    const ucontext_t *uc = context;
    const char *pc = (const char *)reg_pointer(uc, AT_PC);
    const uint8_t *a = reg_pointer(uc, AT_A0), *b = reg_pointer(uc, AT_A1);
    if (pc != compare_head || a == reg_pointer(uc, AT_T1)) {
        return;
    }
    in_loop++;
    wrong |= a - reg_pointer(uc, AT_T1) != b - reg_pointer(uc, AT_T2) ||
             a[-1] != (uintptr_t)reg_pointer(uc, AT_A5) ||
             b[-1] != (uintptr_t)reg_pointer(uc, AT_A4);
#else
    (void)context;
    in_loop++;
#endif
}

static void signals(void)
{
    enum { BYTES = 1 << 20, TICKS = 40 };
    struct sigaction sa = {.sa_sigaction = on_tick,
                           .sa_flags = SA_SIGINFO | SA_RESTART};
    struct itimerval often = {{0, 1000}, {0, 1000}}, never = {0};
    char *a = malloc(BYTES), *b = malloc(BYTES);
    long bad = 0;
    for (int i = 0; i < BYTES; i++) {
        a[i] = b[i] = (char)('a' + i % 25);
    }
    a[BYTES - 1] = b[BYTES - 1] = 0;
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (in_loop < TICKS && ticks < 100 * TICKS) {
        bad += compare_loop(a, b) != BYTES;
    }
    setitimer(ITIMER_REAL, &never, NULL);
    printf("signals: wrong %d, bad %ld, in the loop %d\n", (int)wrong, bad,
           in_loop >= TICKS);
    free(a);
    free(b);
}

/* ---- a page that comes and goes ------------------------------------------ */

static uint8_t *shy_page;
static volatile int done;

/* In the loop that is known, the fault is that of one of its loads. */
static int is_exact(const uint8_t *addr, const ucontext_t *uc)
{
#ifdef __riscv
    const char *pc = (const char *)reg_pointer(uc, AT_PC);
    if (pc >= compare_head && pc < compare_end) {
        return (pc == compare_head && addr == reg_pointer(uc, AT_A0)) ||
               (pc == compare_second && addr == reg_pointer(uc, AT_A1) - 1);
    }
#endif
    (void)uc;
    return addr >= shy_page && addr < shy_page + PAGE;
}

static void on_shy(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    if (!is_exact(info->si_addr, context)) {
        _Exit(3);
    }
    mprotect(shy_page, PAGE, PROT_READ);
}

static void *come_and_go(void *unused)
{
    (void)unused;
    while (!done) {
        mprotect(shy_page, PAGE, PROT_NONE);
    }
    return NULL;
}

static void shy(void)
{
    struct sigaction sa = {.sa_sigaction = on_shy, .sa_flags = SA_SIGINFO};
    uint8_t *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_t thread;
    long bad = 0;
    memset(p, 'x', 2 * PAGE);
    p[2 * PAGE - 1] = 0;
    shy_page = p + PAGE;
    sigaction(SIGSEGV, &sa, NULL);
    pthread_create(&thread, NULL, come_and_go, NULL);
    for (int i = 0; i < 2000; i++) {
        bad += find_u8(p + i, 0) != 2 * PAGE - 1 - i;
        bad += compare_loop((char *)p + i, (char *)p + i) != 2 * PAGE - i;
    }
    done = 1;
    pthread_join(thread, NULL);
    printf("shy: bad %ld\n", bad);
}

int main(void)
{
    everywhere();
    faults();
    signals();
    shy();
    return 0;
}
