/* Coroutines: ucontext, and a context switch of our own. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

static ucontext_t main_context, context[3];
static unsigned long total;

static void worker(int id)
{
    for (int i = 0; i < 500; i++) {
        total = total * 7 + id * 1000 + i;
        swapcontext(&context[id], &main_context);
    }
}

static void with_ucontext(void)
{
    static char stack[3][65536];
    for (int i = 0; i < 3; i++) {
        getcontext(&context[i]);
        context[i].uc_stack.ss_sp = stack[i];
        context[i].uc_stack.ss_size = sizeof(stack[i]);
        context[i].uc_link = &main_context;
        makecontext(&context[i], (void (*)(void))worker, 1, i);
    }
    for (int round = 0; round < 501; round++)
        for (int i = 0; i < 3; i++)
            if (round < 500)
                swapcontext(&main_context, &context[i]);
    printf("%lu\n", total);
}

/* switch_to(&old, new): saves the callee-saved registers on this stack. */
void switch_to(void **old, void *new);
#ifdef __riscv
__asm__(".globl switch_to\nswitch_to:\n"
        "addi sp, sp, -112\n"
        "sd ra, 0(sp)\n sd s0, 8(sp)\n sd s1, 16(sp)\n sd s2, 24(sp)\n"
        "sd s3, 32(sp)\n sd s4, 40(sp)\n sd s5, 48(sp)\n sd s6, 56(sp)\n"
        "sd s7, 64(sp)\n sd s8, 72(sp)\n sd s9, 80(sp)\n sd s10, 88(sp)\n"
        "sd s11, 96(sp)\n"
        "sd sp, 0(a0)\n mv sp, a1\n"
        "ld ra, 0(sp)\n ld s0, 8(sp)\n ld s1, 16(sp)\n ld s2, 24(sp)\n"
        "ld s3, 32(sp)\n ld s4, 40(sp)\n ld s5, 48(sp)\n ld s6, 56(sp)\n"
        "ld s7, 64(sp)\n ld s8, 72(sp)\n ld s9, 80(sp)\n ld s10, 88(sp)\n"
        "ld s11, 96(sp)\n"
        "addi sp, sp, 112\n ret\n");
enum { FRAME = 112, RETURN = 0 };
#else
__asm__(".globl switch_to\nswitch_to:\n"
        "push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n"
        "mov %rsp, (%rdi)\n mov %rsi, %rsp\n"
        "pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n ret\n");
enum { FRAME = 64, RETURN = 48 };
#endif

static void *main_stack, *green_stack[64];
static int current;
static unsigned long steps;

static void yield(void)
{
    switch_to(&green_stack[current], main_stack);
}

static void green(void)
{
    unsigned long local = current + 1;
    for (;;) {
        local = local * 6364136223846793005u + current;
        steps ^= local;
        yield();
    }
}

static void with_switch(void)
{
    enum { SIZE = 32768 };
    for (int i = 0; i < 64; i++) {
        char *stack = aligned_alloc(16, SIZE);
        char *sp = stack + SIZE - FRAME - 16;
        *(void **)(sp + RETURN) = (void *)green;
        green_stack[i] = sp;
    }
    for (int i = 0; i < 50000; i++) {
        current = (i * 7 + i / 64) % 64;
        switch_to(&main_stack, green_stack[current]);
    }
    printf("%016lx\n", steps);
}

int main(void)
{
    with_ucontext();
    with_switch();
    return 0;
}
