#include "guest_code.h"

#include <stdlib.h>
#include <string.h>
#include "core/verify.h"
#include "util/check.h"

static size_t read_code(void *opaque, uint64_t addr, void *buf, size_t n)
{
    Guest *g = opaque;
    uint64_t offset = addr - GUEST_BASE;
    if (offset >= g->code_bytes) {
        return 0;
    }
    size_t left = (offset < g->split ? g->split : g->code_bytes) - offset;
    n = n < left ? n : left;
    memcpy(buf, g->code + offset, n);
    return n;
}

static bool in_data(uint64_t addr, unsigned bytes)
{
    return addr >= DATA_BASE && addr - DATA_BASE <= DATA_BYTES - bytes;
}

static bool load(void *opaque, uint64_t addr, void *buf, unsigned bytes)
{
    Guest *g = opaque;
    if (!in_data(addr, bytes)) {
        return false;
    }
    memcpy(buf, g->data + (addr - DATA_BASE), bytes);
    return true;
}

static bool store(void *opaque, uint64_t addr, const void *buf, unsigned bytes)
{
    Guest *g = opaque;
    if (!in_data(addr, bytes)) {
        return false;
    }
    memcpy(g->data + (addr - DATA_BASE), buf, bytes);
    return true;
}

/* The FP environment of a cpu without a backend. */
static FpEnv fp_get(const CPUState *cpu)
{
    return ((Guest *)cpu->user)->fp;
}

static void fp_set(CPUState *cpu, FpEnv env)
{
    ((Guest *)cpu->user)->fp = env;
}

static void fp_raise(CPUState *cpu, uint32_t flags)
{
    ((Guest *)cpu->user)->fp.flags |= (uint8_t)flags;
}

static const FpEnvOps fp_ops = {
    .get = fp_get, .set = fp_set, .raise = fp_raise};

int guest_set_up(void **state)
{
    static Guest guest;
    Guest *g = *state = &guest;
    memset(g, 0, sizeof(*g));
    g->ir = ir_new();
    g->translator = riscv64_frontend.create(
        g->ir, riscv64_frontend.models->features);
    g->cpu = aligned_alloc(64, (sizeof(CPUState) + sizeof(RVState) + 63) /
                                   64 * 64);
    check(g->cpu, "out of memory");
    g->cpu->fp = &fp_ops;
    g->cpu->user = g;
    g->rv = rv_state(g->cpu);
    rv_reset(g->cpu);
    g->env = (InterpEnv){
        .state = g->cpu->guest,
        .load = load,
        .store = store,
        .opaque = g,
    };
    return 0;
}

int guest_tear_down(void **state)
{
    Guest *g = *state;
    riscv64_frontend.destroy(g->translator);
    ir_free(g->ir);
    free(g->cpu);
    return 0;
}

void guest_code(Guest *g, unsigned n, const uint32_t insns[])
{
    g->code_bytes = 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned bytes = (insns[i] & 3) == 3 ? 4 : 2;
        memcpy(g->code + g->code_bytes, &insns[i], bytes);
        g->code_bytes += bytes;
    }
}

static void translate(Guest *g, BlockRequest request)
{
    char msg[256];
    request.flags = riscv64_frontend.tb_flags(g->cpu);
    request.code = (CodeReader){read_code, g};
    request.stops = &g->stop;
    request.nb_stops = g->stop != 0;
    ir_reset(g->ir);
    riscv64_frontend.translate(g->translator, &request, &g->info);
    check(!g->info.nb_insns || ir_verify(g->ir, msg, sizeof(msg)), "%s", msg);
}

void guest_translate(Guest *g, uint32_t max_insns)
{
    translate(g, (BlockRequest){.pc = GUEST_BASE, .max_insns = max_insns});
}

void guest_translate_region(Guest *g, uint64_t pc, uint32_t n,
                            const uint64_t blocks[])
{
    BlockAt at[MAX_REGION_PARTS];
    for (uint32_t i = 0; i < n; i++) {
        at[i] = (BlockAt){blocks[i], 0};
    }
    translate(g, (BlockRequest){.pc = pc, .max_insns = 100, .nb_blocks = n,
                                .guards = true, .blocks = at});
}

/* Helpers raise flags in the cpu's environment, the interpreter in its own. */
InterpExit guest_run(Guest *g, uint32_t max_insns)
{
    uint32_t frm = g->rv->frm;
    guest_translate(g, max_insns);
    g->env.fp = (SoftFloatEnv){
        .rm = (uint8_t)(frm <= RV_RUP ? frm : RV_RNE),
        .flags = g->fp.flags,
    };
    InterpExit exit = interp_run(g->ir, &g->env);
    g->fp = (FpEnv){g->env.fp.rm, g->env.fp.flags | g->fp.flags};
    return exit;
}
