/*
 * The guest's vDSO.  Its functions are the system calls themselves: an ecall
 * costs a jump into the emulator, which asks the host's own vDSO, so both
 * ways tell exactly the same time.
 *
 * vdso.inc is this file, linked by vdso.lds, as a C array: `make vdso`
 * rebuilds it.  There is no unwind information on purpose: unwinders know the
 * two instructions of __vdso_rt_sigreturn.
 */
    .text

    .macro function name, number
    .globl \name
    .type \name, @function
    .balign 16
\name:
    li a7, \number
    ecall
    ret
    .size \name, . - \name
    .endm

    function __vdso_clock_gettime, 113
    function __vdso_gettimeofday, 169
    function __vdso_clock_getres, 114
    function __vdso_getcpu, 168
    function __vdso_riscv_hwprobe, 258
    function __vdso_flush_icache, 259

    .globl __vdso_rt_sigreturn
    .type __vdso_rt_sigreturn, @function
    .balign 16
__vdso_rt_sigreturn:
    li a7, 139
    ecall
    .size __vdso_rt_sigreturn, . - __vdso_rt_sigreturn
