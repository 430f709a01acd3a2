/* host/usercopy.h for RISC-V 64 hosts. */
#include "host/usercopy.h"

#include "host/machine.h"

/* All hidden: code of the emulator alone. */
#define GLOBAL(name)   ".globl " name "\n.hidden " name "\n" name ":\n"
#define FUNCTION(name) ".type " name ", @function\n" GLOBAL(name)

/* clang-format off */
asm(".text\n"
    /* Words while both are aligned, then bytes. */
    FUNCTION("user_copy")
    "    or t0, a0, a1\n"
    "    andi t0, t0, 7\n"
    "    bnez t0, 2f\n"
    "    li t1, 8\n"
    "1:  bltu a2, t1, 2f\n"
    "    ld t0, (a1)\n"
    "    sd t0, (a0)\n"
    "    addi a1, a1, 8\n"
    "    addi a0, a0, 8\n"
    "    addi a2, a2, -8\n"
    "    j 1b\n"
    "2:  beqz a2, 3f\n"
    "    lb t0, (a1)\n"
    "    sb t0, (a0)\n"
    "    addi a1, a1, 1\n"
    "    addi a0, a0, 1\n"
    "    addi a2, a2, -1\n"
    "    j 2b\n"
    "3:  li a0, 1\n"
    GLOBAL("user_copy_end")
    "    ret\n"
    GLOBAL("user_copy_bad")
    "    li a0, 0\n"
    "    ret\n"

    FUNCTION("user_strcpy")
    "    li t1, 0\n"
    "1:  beq t1, a2, 2f\n"
    "    add t2, a1, t1\n"
    "    lb t0, (t2)\n"
    "    add t2, a0, t1\n"
    "    sb t0, (t2)\n"
    "    addi t1, t1, 1\n"
    "    bnez t0, 1b\n"
    "2:  mv a0, t1\n"
    "    ret\n"
    GLOBAL("user_strcpy_end")
    GLOBAL("user_strcpy_bad")
    "    li a0, -1\n"
    "    ret\n"

    /* a1 comes with its sign extended, as lr.w does it. */
    FUNCTION("user_cas")
    "1:  lr.w.aqrl t0, (a0)\n"
    "    bne t0, a1, 2f\n"
    "    sc.w.rl t1, a2, (a0)\n"
    "    bnez t1, 1b\n"
    "    li a0, 1\n"
    "    ret\n"
    "2:  li a0, 0\n"
    "    ret\n"
    GLOBAL("user_cas_end")
    GLOBAL("user_cas_bad")
    "    li a0, -1\n"
    "    ret\n"

    FUNCTION("safe_syscall")
    "    mv t0, a0\n"
    "    mv t1, a1\n"
    "    mv a0, a2\n"
    "    mv a1, a3\n"
    "    mv a2, a4\n"
    "    mv a3, a5\n"
    "    mv a4, a6\n"
    "    mv a5, a7\n"
    "    mv a7, t1\n"
    GLOBAL("safe_syscall_start")
    "    lw t1, (t0)\n"
    "    bnez t1, safe_syscall_again\n"
    GLOBAL("safe_syscall_ecall")
    "    ecall\n"
    GLOBAL("safe_syscall_end")
    "    ret\n"
    GLOBAL("safe_syscall_again")
    "    li a0, -512\n"
    "    ret\n"

    FUNCTION("raw_syscall")
    "    mv a7, a0\n"
    "    mv a0, a1\n"
    "    mv a1, a2\n"
    "    mv a2, a3\n"
    "    mv a3, a4\n"
    "    mv a4, a5\n"
    "    mv a5, a6\n"
    "    ecall\n"
    "    ret\n");
/* clang-format on */

extern const char safe_syscall_ecall[];

/* The kernel goes back to the instruction and leaves no trace: a signal that
   comes just before it is taken for one that ended the call. */
bool safe_syscall_was_entered(const void *ucontext)
{
    return host_pc(ucontext) == (uintptr_t)safe_syscall_ecall;
}
