/* The guest's registers by what its Linux uses them for (AbiRegs). */
#ifndef LINUX_USER_REGS_H
#define LINUX_USER_REGS_H

#include "linux-user/task/process.h"

static inline uint64_t *task_reg(const Task *t, uint16_t offset)
{
    return (uint64_t *)(void *)(t->cpu->guest + offset);
}

static inline uint64_t task_pc(const Task *t)
{
    return *task_reg(t, task_abi(t)->regs.pc);
}

static inline uint64_t task_sp(const Task *t)
{
    return *task_reg(t, task_abi(t)->regs.sp);
}

static inline void task_set_pc(Task *t, uint64_t pc)
{
    *task_reg(t, task_abi(t)->regs.pc) = pc;
}

static inline void task_set_sp(Task *t, uint64_t sp)
{
    *task_reg(t, task_abi(t)->regs.sp) = sp;
}

/* It goes on elsewhere. */
static inline void task_leave(Task *t)
{
    if (task_abi(t)->leave) {
        task_abi(t)->leave(t->cpu);
    }
}

/* --- of a system call --- */

static inline uint64_t *task_call_number(const Task *t)
{
    return task_reg(t, task_abi(t)->regs.number);
}

/* What all that no call has look like. */
static inline unsigned task_call(const Task *t)
{
    uint64_t number = *task_call_number(t);

    return number < UINT_MAX ? (unsigned)number : UINT_MAX;
}

static inline uint64_t *task_result(const Task *t)
{
    return task_reg(t, task_abi(t)->regs.result);
}

static inline void task_get_args(const Task *t, uint64_t a[6])
{
    const uint8_t *state = t->cpu->guest;
    const uint16_t *arg = task_abi(t)->regs.arg;

#pragma GCC unroll 6
    for (int i = 0; i < 6; i++) {
        a[i] = *(const uint64_t *)(const void *)(state + arg[i]);
    }
}

static inline void task_set_args(Task *t, const uint64_t a[6])
{
    for (int i = 0; i < 6; i++) {
        *task_reg(t, task_abi(t)->regs.arg[i]) = a[i];
    }
}

/* pc is behind the instruction that makes a call, or at it again. */
static inline void task_call_again(Task *t)
{
    *task_reg(t, task_abi(t)->regs.pc) -= task_abi(t)->syscall_bytes;
}

static inline void task_call_done(Task *t)
{
    *task_reg(t, task_abi(t)->regs.pc) += task_abi(t)->syscall_bytes;
}

#endif
