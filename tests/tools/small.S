# A program whose IR, as text, is in the files beside it.
        .globl  _start
        .type   _start, @function
_start:
        li      a0, 10
        jal     sum
        li      a7, 93
        ecall
        .size   _start, . - _start

        .globl  sum
        .type   sum, @function
sum:    mv      a5, a0                  # a0 = 1 + 2 + ... + a0
        li      a0, 0
1:      beqz    a5, 2f
        add     a0, a0, a5
        addi    a5, a5, -1
        j       1b
2:      ret
        .size   sum, . - sum

        .globl  mean
        .type   mean, @function
mean:   fadd.s  fa0, fa0, fa1, rmm      # what calls a helper
        frflags a0
        ret
        .size   mean, . - mean
