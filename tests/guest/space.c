/*
 * The address space: where mappings go by themselves, and that of 39, 47 or
 * other bits all that there is can be had and used: memory, code, stacks,
 * faults.  Natively there is nothing to be seen of that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#ifdef __riscv
enum { PAGE = 4096, ANON = MAP_PRIVATE | MAP_ANONYMOUS,
       RW = PROT_READ | PROT_WRITE, NR_HWPROBE = 258, HIGHEST = 7 };

static uint64_t end;
static sigjmp_buf out;
static uint64_t fault_addr, handler_sp;

static void *map(uint64_t at, int flags)
{
    return mmap((void *)at, PAGE, RW, ANON | flags, -1, 0);
}

static int has_end(void)
{
    struct { int64_t key; uint64_t value; } pair = { HIGHEST, 0 };

    syscall(NR_HWPROBE, &pair, 1, 0, NULL, 0);
    end = pair.value + 1;
    return end >= 1ull << 38 && end <= 1ull << 47 && end % PAGE == 0;
}

/* Where no stack is. */
static uint64_t below_end(void)
{
    return end - (64ull << 20);
}

static int in_maps(uint64_t at)
{
    char line[400], want[40];
    FILE *f = fopen("/proc/self/maps", "r");
    int found = 0;

    snprintf(want, sizeof(want), "%08" PRIx64 "-%08" PRIx64 " ", at,
             at + PAGE);
    while (f && fgets(line, sizeof(line), f)) {
        found |= strncmp(line, want, strlen(want)) == 0;
    }
    fclose(f);
    return found;
}

/* One that is asked for is given, and like any other. */
static int usable(uint64_t at)
{
    struct iovec to, from = { (void *)at, 5 };
    uint64_t *p = map(at, 0);
    char copy[8] = "";
    int good;

    if ((uint64_t)p != at) {
        printf("%#" PRIx64 ": %p\n", at, (void *)p);
        return 0;
    }
    to = (struct iovec){ copy, 5 };
    p[PAGE / 8 - 1] = 7;
    memcpy(p, "words", 6);
    good = in_maps(at) && p[PAGE / 8 - 1] == 7 &&
           process_vm_readv(getpid(), &to, 1, &from, 1, 0) == 5 &&
           strcmp(copy, "words") == 0 && mprotect(p, PAGE, PROT_READ) == 0 &&
           syscall(SYS_getrandom, p, 8, 0) == -1 && errno == EFAULT;
    return munmap(p, PAGE) == 0 && good;
}

/* Not the places where an emulator may have its own heap. */
static int all_bits(void)
{
    int good = usable(below_end());

    for (int bit = 36; bit < 47 && 1ull << bit < end; bit++) {
        good &= usable(1ull << bit);
        good &= usable((1ull << bit) * 5 / 4);
    }
    return good;
}

static int the_last(void)
{
    void *p = map(end - PAGE, MAP_FIXED);

    return (uint64_t)p == end - PAGE && munmap(p, PAGE) == 0 &&
           map(end, MAP_FIXED) == MAP_FAILED && errno == ENOMEM &&
           (uint64_t)map(end, 0) < end;
}

/* Nobody is given what it may have no bits for. */
static int by_itself(void)
{
    int on_stack;
    uint64_t stack = (uintptr_t)&on_stack, any = (uintptr_t)map(0, 0);
    uint64_t usual = stack < 1ull << 38 ? 1ull << 38 : end;

    return any < stack && stack < usual && stack > usual - (16 << 20) &&
           any > usual / 2;
}

/* 3: li a0, 3; ret */
static int code(uint64_t at)
{
    uint32_t insns[2] = { 0x00300513, 0x00008067 };
    void *p = map(at, 0);
    int got;

    memcpy(p, insns, sizeof(insns));
    mprotect(p, PAGE, PROT_READ | PROT_EXEC);
    got = ((int (*)(void))p)();
    munmap(p, PAGE);
    return got == 3;
}

static void on_fault(int signo, siginfo_t *info, void *context)
{
    int here;

    (void)signo;
    (void)context;
    fault_addr = (uintptr_t)info->si_addr;
    handler_sp = (uintptr_t)&here;
    siglongjmp(out, 1);
}

/* A fault there, with the handler's stack beside it. */
static int fault(uint64_t at)
{
    struct sigaction sa = { .sa_sigaction = on_fault,
                            .sa_flags = SA_SIGINFO | SA_ONSTACK };
    uint64_t stack = at + 4 * PAGE;
    stack_t ss = { .ss_size = 8 * PAGE };

    ss.ss_sp = mmap((void *)stack, 8 * PAGE, RW, ANON, -1, 0);
    sigaltstack(&ss, NULL);
    sigaction(SIGSEGV, &sa, NULL);
    if (sigsetjmp(out, 1) == 0) {
        *(volatile char *)(at + 5) = 1;
    }
    ss.ss_flags = SS_DISABLE;
    sigaltstack(&ss, NULL);
    munmap(ss.ss_sp, 8 * PAGE);
    return (uint64_t)ss.ss_sp == stack && fault_addr == at + 5 &&
           handler_sp > stack && handler_sp < stack + 8 * PAGE;
}

static int moved(void)
{
    char *p = map(0, 0), *q;

    strcpy(p, "moved");
    q = mremap(p, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
               (void *)below_end());
    return (uint64_t)q == below_end() && strcmp(q, "moved") == 0 &&
           mremap(q, PAGE, 3 * PAGE, 0) == q && q[2 * PAGE] == 0 &&
           munmap(q, 3 * PAGE) == 0;
}
#else
static uint64_t end = 1ull << 38;
#define has_end() 1
#define all_bits() 1
#define the_last() 1
#define by_itself() 1
#define code(at) 1
#define fault(at) 1
#define moved() 1
#endif

int main(void)
{
    printf("end %d\n", has_end());
    printf("all bits %d\n", all_bits());
    printf("the last %d\n", the_last());
    printf("by itself %d\n", by_itself());
    printf("code %d\n", code(end - (1ull << 32)));
    printf("fault %d\n", fault(end - (1ull << 33)));
    printf("moved %d\n", moved());
    return 0;
}
