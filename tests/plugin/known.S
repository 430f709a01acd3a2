# What it executes is known: for the counts that run.sh expects.
    .option norvc
    .globl _start, store_all, search
    .text
_start:                     # 4 instructions here
    li s0, 0
    li s1, 2000
    la s2, words            # 2 instructions
rounds:                     # 2000 times 9, and 15 of store_all
    mv a0, s2
    mv a1, s0
    li a2, 7
    call store_all          # 1 instruction: linked near
    mv a0, s2
    call search             # 5 + 3 * 12 instructions; 13 loads
    add s0, s0, a0
    addi s1, s1, -1
    bnez s1, rounds
    mv a0, s0               # 2000 * 12 = 24000: 192 modulo 256
    andi a0, a0, 255
    xori a0, a0, 192
    li a7, 93
    ecall

# All sizes of accesses, and an atomic one; a0, a1, a2: where and what.
    .type store_all, @function
store_all:
    sb a1, 0(a0)
    sh a1, 2(a0)
    sw a1, 4(a0)
    sd a1, 8(a0)
    lb t0, 0(a0)
    lhu t0, 2(a0)
    lw t0, 4(a0)
    ld t0, 8(a0)
    fcvt.d.l ft0, a2
    fsd ft0, 16(a0)
    fld fa5, 16(a0)
    addi t1, a0, 24
    amoadd.w t0, a2, (t1)
    sw zero, 24(a0)
    ret
    .size store_all, . - store_all

# A loop that searches: the offset of the 0 behind text.
    .type search, @function
search:
    addi a0, a0, 32
    mv t0, a0
1:  lbu t1, 0(t0)
    beqz t1, 2f
    addi t0, t0, 1
    j 1b
2:  sub a0, t0, a0
    ret
    .size search, . - search

    .data
    .balign 64
words:
    .zero 32
    .string "twelve bytes"
