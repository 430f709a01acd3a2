/*
 * For the frontend's tests: guest code in an array, translated and run by the
 * reference interpreter.
 */
#ifndef TESTS_UNIT_GUEST_CODE_H
#define TESTS_UNIT_GUEST_CODE_H

#include "core/interp.h"
#include "frontend/frontend.h"
#include "frontend/riscv/cpu.h"

enum { GUEST_BASE = 0x10000, DATA_BASE = 0x20000, DATA_BYTES = 64 };

typedef struct Guest {
    IR *ir;
    void *translator;
    CPUState *cpu;            /* its user is this Guest */
    RVState *rv;              /* of cpu */
    FpEnv fp;                 /* what its FpEnvOps keep */
    uint8_t code[64];         /* at GUEST_BASE */
    size_t code_bytes;        /* how much of it is mapped */
    size_t split;             /* where its mapping is cut in two; 0: nowhere */
    uint64_t stop;            /* a breakpoint; 0: none */
    uint8_t data[DATA_BYTES]; /* at DATA_BASE */
    BlockInfo info;           /* of the last translation */
    InterpEnv env;            /* of the last run */
} Guest;

/* A test's fixture: its state is a Guest, of which there is one at a time. */
int guest_set_up(void **state);
int guest_tear_down(void **state);
/* Code from 32-bit words; one whose bits 1:0 are not 3 takes 2 bytes. */
void guest_code(Guest *g, unsigned n, const uint32_t insns[]);
/* One block at GUEST_BASE, verified. */
void guest_translate(Guest *g, uint32_t max_insns);
/* A region of n blocks that is entered at pc. */
void guest_translate_region(Guest *g, uint64_t pc, uint32_t n,
                            const uint64_t blocks[]);
/* Translates it and runs it on the state; fcsr is kept in cpu. */
InterpExit guest_run(Guest *g, uint32_t max_insns);

#endif
