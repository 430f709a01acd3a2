/* host/usercopy.h for x86-64 hosts. */
#include "host/usercopy.h"

#include "host/machine.h"

/* clang-format off */
asm(".text\n"
    ".globl user_copy\n.hidden user_copy\n.type user_copy, @function\n"
    "user_copy:\n"
    "    mov %rdx, %rcx\n"
    "    rep movsb\n"
    "    mov $1, %eax\n"
    ".globl user_copy_end\n.hidden user_copy_end\n"
    "user_copy_end:\n"
    "    ret\n"
    ".globl user_copy_bad\n.hidden user_copy_bad\n"
    "user_copy_bad:\n"
    "    xor %eax, %eax\n"
    "    ret\n"
    ".size user_copy, . - user_copy\n"

    ".globl user_strcpy\n.hidden user_strcpy\n"
    ".type user_strcpy, @function\n"
    "user_strcpy:\n"
    "    xor %eax, %eax\n"
    "1:  cmp %rdx, %rax\n"
    "    je 2f\n"
    "    mov (%rsi,%rax), %cl\n"
    "    mov %cl, (%rdi,%rax)\n"
    "    inc %rax\n"
    "    test %cl, %cl\n"
    "    jne 1b\n"
    "2:  ret\n"
    ".globl user_strcpy_end\n.hidden user_strcpy_end\n"
    "user_strcpy_end:\n"
    ".globl user_strcpy_bad\n.hidden user_strcpy_bad\n"
    "user_strcpy_bad:\n"
    "    mov $-1, %rax\n"
    "    ret\n"
    ".size user_strcpy, . - user_strcpy\n"

    ".globl user_cas\n.hidden user_cas\n.type user_cas, @function\n"
    "user_cas:\n"
    "    mov %esi, %eax\n"
    "    lock cmpxchg %edx, (%rdi)\n"
    "    sete %al\n"
    "    movzbl %al, %eax\n"
    "    ret\n"
    ".globl user_cas_end\n.hidden user_cas_end\n"
    "user_cas_end:\n"
    ".globl user_cas_bad\n.hidden user_cas_bad\n"
    "user_cas_bad:\n"
    "    mov $-1, %eax\n"
    "    ret\n"
    ".size user_cas, . - user_cas\n"

    ".globl safe_syscall\n.hidden safe_syscall\n"
    ".type safe_syscall, @function\n"
    "safe_syscall:\n"
    "    mov %rdi, %r11\n"
    "    mov %rsi, %rax\n"
    "    mov %rdx, %rdi\n"
    "    mov %rcx, %rsi\n"
    "    mov %r8, %rdx\n"
    "    mov %r9, %r10\n"
    "    mov 8(%rsp), %r8\n"
    "    mov 16(%rsp), %r9\n"
    "    xor %ecx, %ecx\n"
    ".globl safe_syscall_start\n.hidden safe_syscall_start\n"
    "safe_syscall_start:\n"
    "    cmpl $0, (%r11)\n"
    "    jne safe_syscall_again\n"
    "    syscall\n"
    ".globl safe_syscall_end\n.hidden safe_syscall_end\n"
    "safe_syscall_end:\n"
    "    ret\n"
    ".globl safe_syscall_again\n.hidden safe_syscall_again\n"
    "safe_syscall_again:\n"
    "    mov $-512, %rax\n"
    "    ret\n"
    ".size safe_syscall, . - safe_syscall\n"

    ".globl raw_syscall\n.hidden raw_syscall\n"
    ".type raw_syscall, @function\n"
    "raw_syscall:\n"
    "    mov %rdi, %rax\n"
    "    mov %rsi, %rdi\n"
    "    mov %rdx, %rsi\n"
    "    mov %rcx, %rdx\n"
    "    mov %r8, %r10\n"
    "    mov %r9, %r8\n"
    "    mov 8(%rsp), %r9\n"
    "    syscall\n"
    "    ret\n"
    ".size raw_syscall, . - raw_syscall\n"

    ".globl signal_restorer\n.hidden signal_restorer\n"
    ".type signal_restorer, @function\n"
    "signal_restorer:\n"
    "    mov $15, %eax\n"
    "    syscall\n"
    ".size signal_restorer, . - signal_restorer\n");
/* clang-format on */

/* The kernel goes back to the instruction, whose entry has set rcx. */
bool safe_syscall_was_entered(const void *ucontext)
{
    const greg_t *reg = ((const ucontext_t *)ucontext)->uc_mcontext.gregs;
    uintptr_t pc = host_pc(ucontext);

    return pc >= (uintptr_t)safe_syscall_start &&
           pc < (uintptr_t)safe_syscall_end &&
           reg[REG_RCX] == (greg_t)(uintptr_t)safe_syscall_end;
}
