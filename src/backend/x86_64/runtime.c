/*
 * The runtime: code at the head of the buffer by which generated code is
 * entered and left, and by which it calls C.
 *
 * C's stack is in cpu->host_sp while generated code runs on the return
 * stack. It is aligned for a call.
 */
#include "backend/x86_64/x86.h"

#include "backend/x86_64/mxcsr.h"
#include "core/plugin.h"

static const uint8_t callee_saved[] = {RBX, RBP, R12, R13, R14, R15};

enum { NB_CALLEE_SAVED = sizeof(callee_saved) };

static bool is_callee_saved(unsigned reg)
{
    return reg < REG_VEC && (1u << reg & (1u << RBX | 1u << R12 | 1u << R13 |
                                          1u << R14 | 1u << R15));
}

static const void *here(const Host *x)
{
    return (const void *)asm_pc(&x->a);
}

/* Pinned registers to the guest state, or back; all of them or those that C
   functions may change. */
static void move_pinned(Host *x, bool store, bool all)
{
    for (unsigned i = 0; i < x->conv->nb_pins; i++) {
        const Pin *p = &x->conv->pin[i];
        if (!all && is_callee_saved(p->reg)) {
            continue;
        }
        if (store) {
            x->desc.store(x, p->type, p->reg, p->offset);
        } else {
            x->desc.load(x, p->type, p->reg, p->offset);
        }
    }
}

/* int enter(CPUState *cpu, const void *code) */
static void emit_enter(Host *x)
{
    x->rt.enter = here(x);
    for (unsigned i = 0; i < NB_CALLEE_SAVED; i++) {
        x86_asm_push_r(&x->a, callee_saved[i]);
    }
    asm_alu_ri(&x->a, ALU_SUB, SZ_64, RSP, 8);
    x86_asm_lea(&x->a, SZ_64, RBP,
                mem_b(RDI, offsetof(CPUState, guest) + ENV_BIAS));
    x86_asm_mov_rr(&x->a, SZ_64, RAX, RSI);
    x86_asm_mov_mr(&x->a, SZ_64, X86_OWN(host_sp), RSP);
    x86_asm_mov_rm(&x->a, SZ_64, RSP, X86_OWN(ret_sp));
    asm_gpr_m(&x->a, G_STMXCSR, SZ_32, X86_OWN(host_mxcsr));
    asm_gpr_m(&x->a, G_LDMXCSR, SZ_32, X86_OWN(guest_mxcsr));
    move_pinned(x, false, true);
    asm_gpr_r(&x->a, G_JMP, SZ_64, RAX);
}

static void emit_leave(Host *x)
{
    x->rt.leave = here(x);
    move_pinned(x, true, true);
    asm_gpr_m(&x->a, G_STMXCSR, SZ_32, X86_OWN(guest_mxcsr));
    asm_gpr_m(&x->a, G_LDMXCSR, SZ_32, X86_OWN(host_mxcsr));
    x86_asm_mov_mr(&x->a, SZ_64, X86_OWN(ret_sp), RSP);
    x86_asm_mov_rm(&x->a, SZ_64, RSP, X86_OWN(host_sp));
    if (x->features & X86_AVX) {
        x86_asm_vzeroupper(&x->a);
    }
    asm_alu_ri(&x->a, ALU_ADD, SZ_64, RSP, 8);
    for (unsigned i = NB_CALLEE_SAVED; i-- > 0;) {
        x86_asm_pop_r(&x->a, callee_saved[i]);
    }
    x86_asm_ret(&x->a);
}

/* The caller's return address is that of its ExitRecord. */
static void emit_exits(Host *x)
{
    x->rt.slot_exit = here(x);
    x86_asm_pop_r(&x->a, RAX);
    x86_asm_mov_mr(&x->a, SZ_64, X86_CPU(exit_site), RAX);
    x86_asm_mov_ri(&x->a, RAX, (uint32_t)LEFT_BY_SLOT);
    x86_asm_jmp(&x->a, x->rt.leave);
    x->rt.lookup_exit = here(x);
    x86_asm_mov_ri(&x->a, RAX, (uint32_t)LEFT_BY_LOOKUP);
    x86_asm_jmp(&x->a, x->rt.leave);
}

/* ---- Returns that do not match ------------------------------------------ */

/*
 * No entry is for the address in rax; the last return took the word at
 * ret_base, by which it came here. The jump cache may know.
 */
static void emit_ret_bottom(Host *x)
{
    int32_t cache = (int32_t)offsetof(CPUState, jump_cache) -
                    (int32_t)offsetof(CPUState, guest) - ENV_BIAS;

    x->rt.ret_bottom = here(x);
    x86_count(x, counts.returns_lost);
    x86_count(x, counts.lookups);
    x86_asm_lea(&x->a, SZ_64, RSP, X86_OWN(ret_bottom));
    x86_asm_mov_rr(&x->a, SZ_32, RDX, RAX);
    asm_alu_ri(&x->a, ALU_AND, SZ_32, RDX, (JUMP_CACHE_SIZE - 1) << 1);
    x86_asm_alu_mr(&x->a, ALU_CMP, SZ_64, x86_mem_bis(RBP, RDX, 3, cache), RAX);
    uint8_t *miss = x86_asm_jcc8(&x->a, CC_NE);
    asm_gpr_m(&x->a, G_JMP, SZ_64, x86_mem_bis(RBP, RDX, 3, cache + 8));
    x86_asm_patch8(&x->a, miss, x->a.p);
    x86_asm_mov_mr(&x->a, SZ_64, x86_env(x->pc_disp), RAX);
    x86_asm_jmp(&x->a, x->rt.lookup_exit);
}

/* ---- C ------------------------------------------------------------------ */

/* Helpers: save[], then the arguments, then call[] with the function in rax. */
static void emit_helper_call(Host *x, bool all)
{
    x->rt.save[all] = here(x);
    move_pinned(x, true, all);
    x86_asm_ret(&x->a);
    x->rt.call[all] = here(x);
    x86_asm_mov_mr(&x->a, SZ_64, X86_OWN(ret_sp), RSP);
    x86_asm_mov_rm(&x->a, SZ_64, RSP, X86_OWN(host_sp));
    asm_gpr_r(&x->a, G_CALL, SZ_64, RAX);
    x86_asm_mov_rm(&x->a, SZ_64, RSP, X86_OWN(ret_sp));
    move_pinned(x, false, all);
    x86_asm_ret(&x->a);
}

static const uint8_t volatile_gprs[] = {RCX, RDX, RSI, RDI, R8, R9, R10, R11};

enum { NB_VOLATILE = sizeof(volatile_gprs), VEC_BYTES = 64 };

/* The vector registers whole: 16 of xmm or ymm, 32 of ymm. */
static void move_vectors(Host *x, bool store)
{
    unsigned n = x->features & X86_AVX512 ? 32 : 16;

    for (unsigned i = 0; i < n; i++) {
        Mem m = mem_b(RSP, (int32_t)(i * VEC_BYTES));
        if (!x->avx) {
            (store ? x86_asm_sse_store(&x->a, V_MOVUPS, m, (int)i, 0)
                   : x86_asm_sse(&x->a, V_MOVUPS, (int)i, m, 0));
        } else if (store) {
            asm_avx_mr(&x->a, V_MOVUPS, VEX_256, m, (int)i);
        } else {
            asm_avx_rm(&x->a, V_MOVUPS, VEX_256, (int)i, m);
        }
    }
}

/* rax(cpu): everything but rax kept, MXCSR shared. Vectors lie in lines of the
   cache of their own; above them is the stack pointer. */
static void emit_slow_call(Host *x)
{
    int32_t room = 32 * VEC_BYTES;

    x->rt.slow_call = here(x);
    x86_asm_mov_mr(&x->a, SZ_64, X86_OWN(ret_sp), RSP);
    x86_asm_mov_rm(&x->a, SZ_64, RSP, X86_OWN(host_sp));
    for (unsigned i = 0; i < NB_VOLATILE; i++) {
        x86_asm_push_r(&x->a, volatile_gprs[i]);
    }
    x86_asm_mov_rr(&x->a, SZ_64, RDX, RSP);
    asm_alu_ri(&x->a, ALU_SUB, SZ_64, RSP, room + VEC_BYTES);
    asm_alu_ri(&x->a, ALU_AND, SZ_64, RSP, -VEC_BYTES);
    x86_asm_mov_mr(&x->a, SZ_64, mem_b(RSP, room), RDX);
    move_vectors(x, true);
    x86_asm_lea(&x->a, SZ_64, RDI,
                mem_b(RBP, -(int32_t)offsetof(CPUState, guest) - ENV_BIAS));
    asm_gpr_r(&x->a, G_CALL, SZ_64, RAX);
    move_vectors(x, false);
    x86_asm_mov_rm(&x->a, SZ_64, RSP, mem_b(RSP, room));
    for (unsigned i = NB_VOLATILE; i-- > 0;) {
        x86_asm_pop_r(&x->a, volatile_gprs[i]);
    }
    x86_asm_mov_rm(&x->a, SZ_64, RSP, X86_OWN(ret_sp));
    x86_asm_ret(&x->a);
}

/* Makes the PluginCall in rax, with words 1 and 2; by way of plugin_call(). */
static void emit_plugin_call(Host *x, bool fpenv)
{
    x->rt.plugin_call[fpenv] = here(x);
    x86_asm_mov_mr(&x->a, SZ_64, X86_OWN(ret_sp), RSP);
    x86_asm_mov_rm(&x->a, SZ_64, RSP, X86_OWN(host_sp));
    for (unsigned i = 0; i < NB_VOLATILE; i++) {
        x86_asm_push_r(&x->a, volatile_gprs[i]);
    }
    x86_asm_lea(&x->a, SZ_64, RDI,
                mem_b(RBP, -(int32_t)offsetof(CPUState, guest) - ENV_BIAS));
    x86_asm_mov_rr(&x->a, SZ_64, RSI, RAX);
    x86_asm_mov_rm(&x->a, SZ_64, RDX, x86_slow_word(1));
    x86_asm_mov_rm(&x->a, SZ_64, RCX, x86_slow_word(2));
    if (fpenv) {
        x86_load_fn(x, X86_FN_PLUGIN_CALL);
        asm_gpr_r(&x->a, G_CALL, SZ_64, RAX);
    } else {
        asm_gpr_m(&x->a, G_CALL, SZ_64, mem_b(RAX, offsetof(PluginCall, fn)));
    }
    for (unsigned i = NB_VOLATILE; i-- > 0;) {
        x86_asm_pop_r(&x->a, volatile_gprs[i]);
    }
    x86_asm_mov_rm(&x->a, SZ_64, RSP, X86_OWN(ret_sp));
    x86_asm_ret(&x->a);
}

/* ---- The whole ---------------------------------------------------------- */

static const X86Data data_words = {
    .sign64 = {0x8000000000000000, 0},
    .abs64 = {0x7fffffffffffffff, UINT64_MAX},
    .sign32 = {0x80000000, 0},
    .abs32 = {0xffffffff7fffffff, UINT64_MAX},
    .box = {F32_BOX, 0},
    .ones = {UINT64_MAX, UINT64_MAX},
    .reverse = {0x08090a0b0c0d0e0f, 0x0001020304050607},
    .two63_f64 = 0x43e0000000000000,
    .max_u32_f64 = 0x41efffffffe00000,
    .rc_of = {0, 3, 1, 2},
};

static void emit_data(Host *x)
{
    X86Data d = data_words;
    bool has_de = x->fp->subnormal == FP_SUBNORMAL_USED;
    uint32_t flags = has_de ? FP_FLAGS : FP_FLAGS & ~FP_FLAG_SUBNORMAL;

    d.canon64[0] = fp_default_nan64(x->fp);
    d.canon32[0] = F32_BOX | fp_default_nan32(x->fp);
    for (unsigned i = 0; i < sizeof(d.fflags_of); i++) {
        d.fflags_of[i] = (uint8_t)(mxcsr_get_flags(i) & flags);
        d.mxcsr_of[i] = (uint8_t)mxcsr_from_flags(i & flags);
    }
    for (unsigned i = 0; i < 32; i++) {
        d.mode_of[i] = (uint16_t)mxcsr_mode(i);
    }
    x86_asm_align(&x->a, 64);
    x->rt.data = here(x);
    x86_asm_bytes(&x->a, &d, sizeof(d));
}

static void emit_functions(Host *x)
{
    const uintptr_t fn[X86_NB_FNS] = {
        [X86_FN_SOFT] = (uintptr_t)x86_soft_op,
        [X86_FN_PLUGIN] = (uintptr_t)x86_call_plugin,
        [X86_FN_PLUGIN_CALL] = (uintptr_t)plugin_call,
    };

    x->rt.fn = here(x);
    for (unsigned i = 0; i < X86_NB_FNS; i++) {
        x86_asm_u64(&x->a, fn[i]);
    }
    for (unsigned i = 0; x->helpers && x->helpers[i]; i++) {
        x86_asm_u64(&x->a, (uintptr_t)x->helpers[i]->fn);
    }
    x86_asm_align(&x->a, 64);
}

bool x86_emit_runtime(Host *x, CodeBuf *buf)
{
    x86_asm_init(&x->a, buf->rw + buf->used, buf->size - buf->used,
                 buf->rx - buf->rw);
    emit_data(x);
    emit_functions(x);
    emit_enter(x);
    emit_leave(x);
    emit_exits(x);
    emit_ret_bottom(x);
    emit_helper_call(x, false);
    emit_helper_call(x, true);
    emit_slow_call(x);
    emit_plugin_call(x, false);
    emit_plugin_call(x, true);
    if (x->a.overflow) {
        return false;
    }
    buf->used = (size_t)(x->a.p - buf->rw);
    return true;
}
