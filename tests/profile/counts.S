# 1000 reads of the cycle counter (helper calls), 500 calls, 300 jumps by table.
    .option norvc
    .globl _start
_start:
    li s0, 500
1:  call read
    addi s0, s0, -1
    bnez s0, 1b
    li s0, 300
    la s1, 3f
2:  jr s1
3:  addi s0, s0, -1
    bnez s0, 2b
    li a0, 0
    li a7, 93
    ecall
read:
    rdcycle t0
    rdcycle t1
    ret
