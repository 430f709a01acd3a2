/*
 * What growth.c makes its code of: [enter, unit), copies of [unit, leave), and
 * [leave, end). A unit calls a leaf function and goes on behind it; all of its
 * 24 instructions run.
 */
    .text
    .globl enter, unit, leave, end
#ifdef __riscv
    .option norvc
    .option norelax
enter:
    mv   a5, ra
unit:
    jal  ra, 1f
    j    2f
1:  ld   a1, 0(a0)
    addi a2, a1, 7
    slli a3, a2, 3
    xor  a1, a1, a3
    srli a4, a1, 5
    add  a2, a2, a4
    beqz a0, 2f
    sd   a2, 8(a0)
    and  a3, a3, a2
    or   a4, a4, a3
    ld   a2, 16(a0)
    sub  a1, a2, a4
    addw a3, a1, a2
    xori a3, a3, 85
    bltz a0, 2f
    add  a1, a1, a3
    sltu a2, a1, a4
    add  a4, a4, a2
    sd   a4, 24(a0)
    add  a1, a1, a4
    sd   a1, 0(a0)
    ret
2:
leave:
    mv   ra, a5
    ret
end:
#else
enter:
unit:
    call 1f
    jmp  2f
1:  mov  (%rdi), %rax
    lea  7(%rax), %rcx
    lea  0(,%rcx,8), %rdx
    xor  %rdx, %rax
    mov  %rax, %rsi
    shr  $5, %rsi
    add  %rsi, %rcx
    test %rdi, %rdi
    jz   2f
    mov  %rcx, 8(%rdi)
    and  %rcx, %rdx
    or   %rdx, %rsi
    mov  16(%rdi), %rcx
    mov  %rcx, %rax
    sub  %rsi, %rax
    lea  (%rax,%rcx), %edx
    xor  $85, %edx
    test %rdi, %rdi
    js   2f
    add  %rdx, %rax
    cmp  %rsi, %rax
    adc  $0, %rsi
    mov  %rsi, 24(%rdi)
    add  %rsi, %rax
    mov  %rax, (%rdi)
    ret
2:
leave:
    ret
end:
#endif
    .section .note.GNU-stack,"",%progbits
