/*
 * Code that changes: written anew with fence.i, with the flush system call,
 * by unmapping, by mprotect, and in the middle of a loop that runs it.
 * Natively, the results are simply computed.
 */
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAGE = 4096, PARTS = 64 };

#ifdef __riscv
typedef long Code(long);

static void fence(void *p, size_t n)
{
    (void)p, (void)n;
    __asm__ volatile("fence.i" ::: "memory");
}

static void flush(void *p, size_t n)
{
    __builtin___clear_cache(p, (char *)p + n);
}

/* return a0 + value */
static void put(uint32_t *at, int value)
{
    at[0] = 0x00050513u | (uint32_t)value << 20; /* addi a0, a0, value */
    at[1] = 0x00008067u;                         /* ret */
}

static uint32_t *map(int protection)
{
    return mmap(NULL, 65536, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static long rewritten(void (*sync)(void *, size_t))
{
    uint32_t *p = map(PROT_READ | PROT_WRITE | PROT_EXEC);
    long sum = 0;
    for (int i = 0; i < 300; i++) {
        put(p, i);
        sync(p, 8);
        sum = ((Code *)p)(sum) * 3 % 1000003;
    }
    munmap(p, 65536);
    return sum;
}

/* a0 += 1; jump to a callee that is rewritten while its caller stays. */
static long chained(void)
{
    uint32_t *p = map(PROT_READ | PROT_WRITE | PROT_EXEC);
    long sum = 0;
    p[0] = 0x00150513u;       /* addi a0, a0, 1 */
    p[1] = 0x0000106fu;       /* j +4096: p[1] is at 4, so to 4100 */
    uint32_t *callee = p + 1025;
    for (int i = 0; i < 200; i++) {
        put(callee, i & 7);
        fence(NULL, 0);
        for (int k = 0; k < 5; k++)
            sum = ((Code *)p)(sum);
    }
    munmap(p, 65536);
    return sum;
}

static long remapped(void)
{
    long sum = 0;
    uint32_t *at = NULL;
    for (int i = 0; i < 100; i++) {
        uint32_t *p = mmap(at, 65536, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED : 0),
                           -1, 0);
        at = p;
        put(p, i);
        mprotect(p, 65536, PROT_READ | PROT_EXEC);
        sum = ((Code *)p)(sum);
        if (i & 1)
            munmap(p, 65536);
    }
    return sum;
}

/* Code that patches the instruction after next, fence.i between. */
static long itself(void)
{
    uint32_t *p = map(PROT_READ | PROT_WRITE | PROT_EXEC);
    p[0] = 0x00b62823u;       /* sw a1, 16(a2) */
    p[1] = 0x0000100fu;       /* fence.i */
    p[2] = 0x00000013u;       /* nop */
    p[3] = 0x00000013u;
    put(p + 4, 1);
    long sum = 0;
    for (int i = 0; i < 200; i++) {
        uint32_t insn = 0x00050513u | (uint32_t)(i * 3) << 20;
        long (*f)(long, long, long) = (long (*)(long, long, long))p;
        sum = f(sum, insn, (long)p);
    }
    return sum;
}

/*
 * A function whose callee rewrites the instruction that it returns to, and has
 * the instruction cache flushed by a system call.
 */
__asm__(".option push; .option norvc; .balign 4\n"
        "returned_to: addi sp, sp, -16; sd ra, 8(sp)\n"
        "jal ra, 1f\n"
        "addi a0, a0, 0\n"
        "ld ra, 8(sp); addi sp, sp, 16; ret\n"
        "1: sw a1, 0(a2); mv t3, a0; mv a0, a2; addi a1, a2, 4; li a2, 0\n"
        "li a7, 259; ecall; mv a0, t3; ret\n"
        "returned_to_end: .option pop");
extern const char returned_to[], returned_to_end[];

static long behind_a_call(void)
{
    uint32_t *p = map(PROT_READ | PROT_WRITE | PROT_EXEC);
    long sum = 0;
    memcpy(p, returned_to, (size_t)(returned_to_end - returned_to));
    fence(NULL, 0);
    for (int i = 0; i < 400; i++) {
        uint32_t insn = 0x00050513u | (uint32_t)(i / 2) << 20;
        long (*f)(long, long, long) = (long (*)(long, long, long))p;
        sum = f(sum, insn, (long)(p + 3));
    }
    return sum;
}

/* Data next to code in one page: writes there must be cheap and harmless. */
static long mixed(void)
{
    uint32_t *p = map(PROT_READ | PROT_WRITE | PROT_EXEC);
    long sum = 0;
    put(p, 2);
    fence(NULL, 0);
    for (int i = 0; i < 2000; i++) {
        p[512] += i;
        sum = ((Code *)p)(sum) + (p[512] & 1);
    }
    return sum;
}

/* Written before and after mseal, each time a page that has not changed yet. */
static long sealed(void)
{
    enum { MSEAL = 462 };
    long sum = 0;
    for (int i = 0; i < 20; i++) {
        uint32_t *p = map(PROT_READ | PROT_WRITE | PROT_EXEC);
        mprotect(p, PAGE, PROT_READ | PROT_WRITE);
        p += PAGE / sizeof(*p);
        put(p, 1);
        sum = ((Code *)p)(sum);
        syscall(MSEAL, (char *)p - PAGE, 2 * PAGE, 0);
        put(p, i);
        fence(NULL, 0);
        sum = ((Code *)p)(sum);
    }
    return sum;
}

static void write_parts(int fd)
{
    uint32_t *p = map(PROT_READ | PROT_WRITE);
    for (int i = 0; i < PARTS; i++) {
        put(p, i);
        pwrite(fd, p, PAGE, (long)i * PAGE);
    }
    munmap(p, 65536);
}

/* Runs what is there and fences, until the read is done. */
static void read_part(aio_context_t context, int fd, uint32_t *p, long i)
{
    struct iocb io = {
        .aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = fd,
        .aio_buf = (uintptr_t)p, .aio_nbytes = PAGE, .aio_offset = i * PAGE,
    }, *list[1] = { &io };
    struct timespec now = { 0, 0 };
    struct io_event e;
    if (!context || syscall(SYS_io_submit, context, 1, list) != 1) {
        pread(fd, p, PAGE, i * PAGE);
        return;
    }
    do {
        fence(NULL, 0);
        ((Code *)p)(0);
    } while (syscall(SYS_io_getevents, context, 1, 1, &e, &now) != 1);
}

/* Code that the kernel reads from a file while the program goes on. */
static long read_behind(void)
{
    int fd = open("parts", O_RDWR | O_CREAT, 0600);
    int direct = open("parts", O_RDONLY | O_DIRECT);
    aio_context_t context = 0;
    long sum = 0;
    write_parts(fd);
    fsync(fd);
    syscall(SYS_io_setup, 4, &context);
    for (int i = 0; i < PARTS; i++) {
        uint32_t *p = map(PROT_READ | PROT_WRITE | PROT_EXEC);
        put(p, 0);
        read_part(context, direct < 0 ? fd : direct, p, i);
        fence(NULL, 0);
        sum = ((Code *)p)(sum);
    }
    return sum;
}
#else
static void fence(void) {}
static void flush(void) {}

static long rewritten(void (*sync)(void))
{
    long sum = 0;
    sync();
    for (int i = 0; i < 300; i++)
        sum = (sum + i) * 3 % 1000003;
    return sum;
}

static long chained(void)
{
    long sum = 0;
    for (int i = 0; i < 200; i++)
        sum += 5 * (1 + (i & 7));
    return sum;
}

static long remapped(void)
{
    return 99 * 100 / 2;
}

static long itself(void)
{
    return 199 * 200 / 2 * 3;
}

static long behind_a_call(void)
{
    return 199 * 200;
}

static long mixed(void)
{
    long sum = 0;
    uint32_t v = 0;
    for (int i = 0; i < 2000; i++)
        sum += 2 + ((v += i) & 1);
    return sum;
}

static long sealed(void)
{
    return 20 + 19 * 20 / 2;
}

static long read_behind(void)
{
    return PARTS * (PARTS - 1) / 2;
}
#endif

int main(void)
{
    printf("%ld %ld\n", rewritten(fence), rewritten(flush));
    printf("%ld\n", chained());
    printf("%ld\n", remapped());
    printf("%ld\n", itself());
    printf("%ld\n", behind_a_call());
    printf("%ld\n", mixed());
    printf("%ld\n", sealed());
    printf("%ld\n", read_behind());
    return 0;
}
