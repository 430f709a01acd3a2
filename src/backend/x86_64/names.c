/* Names of registers and of the runtime's pieces, for who shows code. */
#include "backend/x86_64/x86.h"

#include <stdio.h>

const char *x86_reg_name(int reg, Type type)
{
    static const char *const general[] = {
        "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
        "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15",
    };
    static const char *const vector[2][32] = {
#define NAMES(p)                                                               \
    {                                                                          \
        p "0",  p "1",  p "2",  p "3",  p "4",  p "5",  p "6",  p "7",         \
        p "8",  p "9",  p "10", p "11", p "12", p "13", p "14", p "15",        \
        p "16", p "17", p "18", p "19", p "20", p "21", p "22", p "23",        \
        p "24", p "25", p "26", p "27", p "28", p "29", p "30", p "31",        \
    }
        NAMES("xmm"),
        NAMES("ymm"),
    };
    return reg < REG_VEC ? general[reg]
                         : vector[type == TYPE_V256][reg - REG_VEC];
}

/* Fields of X86Data, by their ends. */
static const char *data_name(size_t offset)
{
    static const struct {
        size_t end;
        const char *name;
    } fields[] = {
#define FIELD(name)                                                            \
    {offsetof(X86Data, name) + sizeof(((X86Data *)0)->name), #name}
        FIELD(sign64),   FIELD(abs64),     FIELD(sign32),      FIELD(abs32),
        FIELD(box),      FIELD(ones),      FIELD(reverse),     FIELD(canon64),
        FIELD(canon32),  FIELD(two63_f64), FIELD(max_u32_f64), FIELD(fflags_of),
        FIELD(mxcsr_of), FIELD(rc_of),     FIELD(mode_of),
    };
#undef FIELD
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        if (offset < fields[i].end) {
            return fields[i].name;
        }
    }
    return NULL;
}

const char *x86_cpu_field(int32_t offset)
{
#define FIELD(name)                                                            \
    {                                                                          \
        X86_STATE_OFFSET(name), (int32_t)sizeof(((X86State *)0)->name), #name  \
    }
    static const struct {
        int32_t offset, size;
        const char *name;
    } fields[] = {
        FIELD(ret_stack),  FIELD(ret_bottom), FIELD(host_sp),
        FIELD(ret_sp),     FIELD(slow_rax),   FIELD(guest_mxcsr),
        FIELD(host_mxcsr), FIELD(vec_wide),   FIELD(vec_saved),
    };
#undef FIELD
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        int32_t at = offset - fields[i].offset;
        if (at >= 0 && at < fields[i].size) {
            return fields[i].name;
        }
    }
    return NULL;
}

/* An entry of the table of C functions. */
static const char *function_name(const Host *x, size_t i, char *buf,
                                 size_t size)
{
    static const char *const own[X86_NB_FNS] = {
        [X86_FN_SOFT] = "software floating point",
        [X86_FN_PLUGIN] = "plugin",
    };
    if (i < X86_NB_FNS) {
        return own[i];
    }
    for (size_t k = X86_NB_FNS; x->helpers && x->helpers[k - X86_NB_FNS]; k++) {
        if (k == i) {
            snprintf(buf, size, "helper %s", x->helpers[k - X86_NB_FNS]->name);
            return buf;
        }
    }
    return NULL;
}

const char *x86_runtime_name(const BackendContext *b, const void *addr,
                             char *buf, size_t size)
{
    const Host *x = b->host;
    const X86Runtime *rt = &x->rt;
    const struct {
        const void *at;
        const char *name;
    } pieces[] = {
        {rt->enter, "enter"},
        {rt->leave, "leave"},
        {rt->slot_exit, "exit"},
        {rt->lookup_exit, "lookup"},
        {rt->ret_bottom, "return of no call"},
        {rt->save[0], "save volatile registers"},
        {rt->save[1], "save all registers"},
        {rt->call[0], "call helper"},
        {rt->call[1], "call helper, state in memory"},
        {rt->slow_call, "call, all registers kept"},
    };
    size_t offset = (uintptr_t)addr - (uintptr_t)rt->data;
    size_t entry = (uintptr_t)addr - (uintptr_t)rt->fn;
    if (offset < sizeof(X86Data)) {
        return data_name(offset);
    }
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        if (pieces[i].at == addr) {
            return pieces[i].name;
        }
    }
    bool in_table = addr < rt->enter && addr >= (const void *)rt->fn;
    return in_table ? function_name(x, entry / sizeof(uint64_t), buf, size)
                    : NULL;
}
