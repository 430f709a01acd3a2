/*
 * Hot loops: registers at a fault in one, ways that meet in front of the jump
 * back, loops that a signal ends by changing a register or the loop's code.
 * Natively, the results are computed.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

enum { PAGE = 4096, PAGES = 3, WORDS = PAGES * PAGE / 8 };

/* The loop's registers: t0-t6, s2-s11. */
typedef struct Regs {
    uint64_t r[17];
} Regs;

static void print_regs(const Regs *r, uint64_t seen)
{
    for (int i = 0; i < 17; i++)
        printf(" %lx", r->r[i]);
    printf(" after %lu\n", seen);
}

enum { ROUNDS = 30000 };

#ifdef __riscv
static const int number[17] = { 5, 6, 7, 28, 29, 30, 31, 18, 19, 20, 21, 22,
                                23, 24, 25, 26, 27 };
static uint64_t *area;

static void on_fault(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    Regs r;
    (void)sig;
    for (int i = 0; i < 17; i++)
        r.r[i] = uc->uc_mcontext.__gregs[number[i]];
    print_regs(&r, (uint64_t *)info->si_addr - area);
    mprotect((void *)((uintptr_t)info->si_addr & -PAGE), PAGE,
             PROT_READ | PROT_WRITE);
}

static void walk(Regs *r, uint64_t *p, uint64_t n)
{
    register uint64_t *a0 __asm__("a0") = p;
    register uint64_t a1 __asm__("a1") = n;
    register Regs *a2 __asm__("a2") = r;
    __asm__ volatile(
        "li t0,0\n li t1,1\n li t2,2\n li t3,3\n li t4,4\n li t5,5\n"
        "li t6,6\n li s2,7\n li s3,8\n li s4,9\n li s5,10\n li s6,11\n"
        "li s7,12\n li s8,13\n li s9,14\n li s10,15\n li s11,16\n"
        "1: addi t0,t0,1\n add t1,t1,t0\n xor t2,t2,t1\n add t3,t3,t2\n"
        "andi a3,t0,3\n beqz a3,2f\n"
        "add t4,t4,t3\n xor t5,t5,t4\n j 3f\n"
        "2: add t6,t6,t3\n xor s2,s2,t6\n"
        "3: add s3,s3,s2\n sd s3,0(a0)\n"
        "add s4,s4,s3\n xor s5,s5,s4\n addi s6,s6,3\n add s7,s7,s6\n"
        "xor s8,s8,s7\n add s9,s9,s8\n xor s10,s10,s9\n add s11,s11,s10\n"
        "addi a0,a0,8\n addi a1,a1,-1\n bnez a1,1b\n"
        "sd t0,0(a2)\n sd t1,8(a2)\n sd t2,16(a2)\n sd t3,24(a2)\n"
        "sd t4,32(a2)\n sd t5,40(a2)\n sd t6,48(a2)\n sd s2,56(a2)\n"
        "sd s3,64(a2)\n sd s4,72(a2)\n sd s5,80(a2)\n sd s6,88(a2)\n"
        "sd s7,96(a2)\n sd s8,104(a2)\n sd s9,112(a2)\n sd s10,120(a2)\n"
        "sd s11,128(a2)\n"
        : "+r"(a0), "+r"(a1)
        : "r"(a2)
        : "a3", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "s2", "s3", "s4",
          "s5", "s6", "s7", "s8", "s9", "s10", "s11", "memory");
}

static void faults(void)
{
    struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
    Regs r;
    sigaction(SIGSEGV, &sa, NULL);
    area = mmap(NULL, PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
    walk(&r, area, WORDS);
    print_regs(&r, WORDS);
}

/* Two ways meet where there is but the jump back, one by falling into it. */
static void meet(void)
{
    uint64_t sum;
    __asm__ volatile("li t0,%1\n li t1,0\n li t2,0\n"
                     "1: addi t0,t0,-1\n beqz t0,3f\n"
                     "andi t3,t0,3\n beqz t3,2f\n"
                     "xor t1,t1,t0\n add t2,t2,t1\n slli t4,t1,1\n"
                     "xor t2,t2,t4\n"
                     "2: j 1b\n"
                     "3: mv %0,t2\n"
                     : "=r"(sum)
                     : "i"(ROUNDS)
                     : "t0", "t1", "t2", "t3", "t4");
    printf("meet: %lx\n", sum);
}

static void alarm_soon(void (*fn)(int, siginfo_t *, void *))
{
    struct sigaction sa = { .sa_sigaction = fn, .sa_flags = SA_SIGINFO };
    struct itimerval it = { .it_value.tv_usec = 20000 };
    sigaction(SIGALRM, &sa, NULL);
    setitimer(ITIMER_REAL, &it, NULL);
}

static void end_by_t6(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info;
    ((ucontext_t *)context)->uc_mcontext.__gregs[31] = 1;
}

/* t3 and s11 count alike; the loops wait for t6. */
static void stopped(void)
{
    uint64_t a, b;
    alarm_soon(end_by_t6);
    __asm__ volatile("li t6,0\n li t3,0\n li s11,0\n"
                     "1: addi t3,t3,1\n addi s11,s11,1\n beqz t6,1b\n"
                     "mv %0,t3\n mv %1,s11\n"
                     : "=r"(a), "=r"(b) : : "t6", "t3", "s11");
    printf("one block: %s\n", a == b && a ? "stopped" : "wrong");
    alarm_soon(end_by_t6);
    __asm__ volatile("li t6,0\n li t3,0\n li s11,0\n"
                     "1: addi t3,t3,1\n andi t4,t3,1\n bnez t4,2f\n"
                     "addi s11,s11,2\n"
                     "2: beqz t6,1b\n andi t4,t3,1\n add s11,s11,t4\n"
                     "mv %0,t3\n mv %1,s11\n"
                     : "=r"(a), "=r"(b) : : "t6", "t3", "t4", "s11");
    printf("three blocks: %s\n", a == b && a ? "stopped" : "wrong");
}

static uint32_t *code;

static void end_by_code(int sig, siginfo_t *info, void *context)
{
    (void)sig, (void)info, (void)context;
    code[2] = 0x00000013; /* nop */
    __builtin___clear_cache((char *)code, (char *)(code + 4));
}

static void changed(void)
{
    static const uint32_t loop[] = {
        0x00150513, /* addi a0,a0,1 */
        0x001f0f13, /* addi t5,t5,1 */
        0xfe000ce3, /* beq zero,zero,.-8 */
        0x00008067, /* ret */
    };
    code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(code, loop, sizeof(loop));
    __builtin___clear_cache((char *)code, (char *)(code + 4));
    alarm_soon(end_by_code);
    uint64_t n = ((uint64_t(*)(uint64_t))code)(0);
    printf("code: %s\n", n ? "stopped" : "wrong");
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    faults();
    meet();
    stopped();
    changed();
    return 0;
}
#else
static void step(uint64_t r[17], int stored)
{
    if (!stored) {
        r[0]++, r[1] += r[0], r[2] ^= r[1], r[3] += r[2];
        if (r[0] & 3)
            r[4] += r[3], r[5] ^= r[4];
        else
            r[6] += r[3], r[7] ^= r[6];
        r[8] += r[7];
        return;
    }
    r[9] += r[8], r[10] ^= r[9], r[11] += 3, r[12] += r[11];
    r[13] ^= r[12], r[14] += r[13], r[15] ^= r[14], r[16] += r[15];
}

int main(void)
{
    Regs r;
    for (int i = 0; i < 17; i++)
        r.r[i] = i;
    for (int n = 0; n < WORDS; n++) {
        step(r.r, 0);
        if (n % (PAGE / 8) == 0)
            print_regs(&r, n);
        step(r.r, 1);
    }
    print_regs(&r, WORDS);
    uint64_t a = 0, sum = 0;
    for (uint64_t t = ROUNDS; --t;) {
        if (t & 3) {
            a ^= t;
            sum = (sum + a) ^ (a << 1);
        }
    }
    printf("meet: %lx\n", sum);
    printf("one block: stopped\nthree blocks: stopped\ncode: stopped\n");
    return 0;
}
#endif
