/* Programs that end by a signal or a status; the first argument says how. */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static void null(void) { *(volatile int *)0 = 1; }
static void null_read(void) { (void)*(volatile int *)16; }
static void high(void) { *(volatile int *)0xffffffff80001000 = 1; }
static void noncanonical(void) { *(volatile int *)0x0123456789abcdef = 1; }
static void text(void) { *(volatile char *)(uintptr_t)text = 1; }
static void nowhere(void) { ((void (*)(void))0x1000)(); }
static void jump_null(void) { ((void (*)(void))0)(); }
static void jump_high(void) { ((void (*)(void))0xfffffffffffff000)(); }

static void illegal(void)
{
#ifdef __riscv
    __asm__ volatile(".4byte 0xffffffff");
#else
    __asm__ volatile("ud2");
#endif
}

static void zeros(void)
{
#ifdef __riscv
    __asm__ volatile(".2byte 0");
#else
    __asm__ volatile("ud2");
#endif
}

static void breakpoint(void)
{
#ifdef __riscv
    __asm__ volatile("ebreak");
#else
    __asm__ volatile("int3");
#endif
}

static int __attribute__((noinline)) deeper(volatile char *p)
{
    volatile char frame[1000];
    frame[1] = *p;
    return deeper(frame + 1) + frame[2];
}

static void overflow(void)
{
    char c = 1;
    printf("%d\n", deeper(&c));
}

static void data(void)
{
    static char bytes[64] __attribute__((aligned(4096)));
    ((void (*)(void))bytes)();
}

static void bus(void)
{
    int fd = open("bus", O_CREAT | O_RDWR, 0600);
    char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
    printf("%d\n", *(volatile char *)p);
}

static void loop(void)
{
    alarm(1);
    for (volatile int i = 0;; i++)
        ;
}

static void tight(void)
{
    alarm(1);
    for (;;)
        __asm__ volatile("");
}

static void raised(void) { raise(SIGFPE); }
static void quit(void) { kill(getpid(), SIGQUIT); }
static void killed(void) { kill(getpid(), SIGKILL); }
static void broken(void)
{
    int p[2];
    if (pipe(p) == 0) {
        close(p[0]);
        exit(write(p[1], "x", 1));
    }
}
static void ignored(void)
{
    signal(SIGSEGV, SIG_IGN); /* a synchronous one kills all the same */
    null();
}
static void blocked(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    null();
}
static void status(void) { exit(200); }
static void status_wraps(void) { _exit(0x1234); }

static const struct { const char *name; void (*run)(void); } ways[] = {
#define W(f) { #f, f },
    W(null) W(null_read) W(high) W(noncanonical) W(text) W(nowhere)
    W(jump_null) W(jump_high) W(illegal) W(zeros) W(breakpoint) W(overflow)
    W(data) W(bus) W(loop) W(tight) W(raised) W(quit) W(killed) W(broken)
    W(ignored) W(blocked) W(status) W(status_wraps) W(abort)
};

int main(int argc, char **argv)
{
    struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
    printf("%s\n", argc > 1 ? argv[1] : "?");
    fflush(stdout);
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
        if (argc > 1 && !strcmp(argv[1], ways[i].name))
            ways[i].run();
    return 99;
}
