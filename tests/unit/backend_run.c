#include "backend_run.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "backend/x86_64/state.h"
#include "util/check.h"

struct Runner {
    BackendContext *ctx;
    CodeBuf buf;
    size_t runtime; /* bytes of the buffer that it fills */
    CPUState *cpu;
    uint8_t *cpu_memory;
    uint8_t *memory;
    uint32_t pc_offset;
    CompiledBlock block;
};

static void *map(size_t size, int prot, void *at)
{
    void *p = mmap(at, size, prot,
                   MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED : 0), -1, 0);
    check(p != MAP_FAILED, "mmap of %zu bytes", size);
    return p;
}

static size_t cpu_bytes(void)
{
    return backend_cpu_bytes(&x86_64_backend, RUN_STATE_BYTES);
}

/* Tests need no second view of the code. */
Runner *runner_new(const BackendConfig *cfg, const IR *ir, size_t bytes)
{
    Runner *r = calloc(1, sizeof(*r));
    uint8_t *code = map(bytes, PROT_READ | PROT_WRITE | PROT_EXEC, NULL);

    r->buf = (CodeBuf){code, code, bytes, 0};
    r->memory = map(RUN_GUEST_BYTES, PROT_READ | PROT_WRITE,
                    (void *)(uintptr_t)(RUN_GUEST_BASE + cfg->guest_base));
    r->pc_offset = cfg->pc_offset;
    r->ctx = x86_64_backend.create(cfg, ir);
    check(r->ctx && x86_64_backend.emit_runtime(r->ctx, &r->buf), "no runtime");
    r->cpu_memory = map(cpu_bytes(), PROT_READ | PROT_WRITE, NULL);
    r->cpu = backend_cpu_init(r->ctx, &x86_64_backend, r->cpu_memory);
    check(r->cpu, "no cpu");
    r->runtime = r->buf.used;
    return r;
}

void runner_free(Runner *r)
{
    x86_64_backend.destroy(r->ctx);
    munmap(r->buf.rw, r->buf.size);
    munmap(r->cpu_memory, cpu_bytes());
    munmap(r->memory, RUN_GUEST_BYTES);
    free(r);
}

static void prepare(Runner *r, const RunStart *start)
{
    CPUState *cpu = r->cpu;

    memcpy(cpu->guest, start->state, sizeof(start->state));
    memcpy(r->memory, start->memory, sizeof(start->memory));
    cpu->fp->set(cpu, (FpEnv){start->mode, start->fflags});
    x86_64_backend.forget_returns(cpu);
    for (unsigned i = 0; i < JUMP_CACHE_SIZE; i++) {
        cpu->jump_cache[i].key = jump_cache_no_key(i);
    }
}

static void by_slot(Runner *r, RunResult *out)
{
    const ExitRecord *rec = (const ExitRecord *)(uintptr_t)r->cpu->exit_site;
    const uint8_t *code = r->buf.rx + r->block.offset;

    check((const uint8_t *)rec - code == rec->block_offset,
          "exit record of another block");
    out->slot = rec->slot;
    out->target = r->block.slots[rec->slot].guest_pc;
}

unsigned runner_returns(const Runner *r)
{
    const X86State *s = x86_state(r->cpu);
    return (unsigned)(((uintptr_t)&s->ret_bottom - s->ret_sp) / sizeof(uint64_t));
}

/* The guest address of the return point on top: its slot comes next. */
static uint64_t top_of_ret_stack(const Runner *r)
{
    const CompiledBlock *b = &r->block;
    uint64_t top = *(const uint64_t *)(uintptr_t)x86_state(r->cpu)->ret_sp;
    uint32_t offset = (uint32_t)(top - (uintptr_t)(r->buf.rx + b->offset));
    const ExitSlot *next = NULL;

    for (uint32_t i = 0; i < b->nb_slots; i++) {
        const ExitSlot *s = &b->slots[i];
        if (s->site > offset && (!next || s->site < next->site)) {
            next = s;
        }
    }
    check(next, "no return point at offset %u", offset);
    return next->guest_pc;
}

/* No address in the emulator's image, whose place is another next time. */
static void check_position(const uint8_t *code, uint32_t size)
{
    extern const char __executable_start[], _end[];
    uintptr_t at;

    for (uint32_t i = 0; i + sizeof(at) <= size; i++) {
        memcpy(&at, code + i, sizeof(at));
        check(at < (uintptr_t)__executable_start || at >= (uintptr_t)_end,
              "%lx, an absolute address, at offset %u", at, i);
    }
}

static CompileStatus compile(Runner *r, IR *ir, CompiledBlock *b)
{
    CompileStatus status = x86_64_backend.compile(r->ctx, ir, &r->buf, b);
    if (status == COMPILE_OK) {
        check_position(r->buf.rx + b->offset, b->size);
    }
    return status;
}

CompileStatus runner_run(Runner *r, IR *ir, const RunStart *start,
                         RunResult *out)
{
    r->buf.used = r->runtime;
    CompileStatus status = compile(r, ir, &r->block);
    if (status != COMPILE_OK) {
        return status;
    }
    prepare(r, start);
    int left =
        x86_64_backend.native->enter(r->ctx, r->cpu, r->buf.rx + r->block.offset);
    memset(out, 0, sizeof(*out));
    if (left == LEFT_BY_SLOT) {
        out->how = INTERP_GOTO_TB;
        by_slot(r, out);
    } else if (left == LEFT_BY_LOOKUP) {
        out->how = INTERP_GOTO_PTR;
        memcpy(&out->target, r->cpu->guest + r->pc_offset, 8);
    } else {
        out->how = INTERP_EXIT_TB;
        out->target = (uint64_t)left;
    }
    if (runner_returns(r)) {
        out->ret_pc = top_of_ret_stack(r);
    }
    memcpy(out->state, r->cpu->guest, sizeof(out->state));
    memcpy(out->memory, r->memory, sizeof(out->memory));
    out->fflags = r->cpu->fp->get(r->cpu).flags;
    return COMPILE_OK;
}

CompileStatus runner_add(Runner *r, IR *ir, CompiledBlock *block)
{
    return compile(r, ir, block);
}

void runner_start(Runner *r, const RunStart *start)
{
    prepare(r, start);
}

const uint8_t *runner_rx(const Runner *r, uint32_t offset)
{
    return r->buf.rx + offset;
}

int runner_enter(Runner *r, const void *code)
{
    return x86_64_backend.native->enter(r->ctx, r->cpu, code);
}

CPUState *runner_cpu(Runner *r)
{
    return r->cpu;
}

BackendContext *runner_context(Runner *r)
{
    return r->ctx;
}

void runner_link(Runner *r, const CompiledBlock *from, unsigned k,
                 const CompiledBlock *to)
{
    uint32_t site = from->offset + from->slots[k].site;

    x86_64_backend.patch(r->buf.rw + site, r->buf.rx + site,
                         r->buf.rx + to->offset);
}

const uint8_t *runner_code(const Runner *r, size_t *size)
{
    *size = r->block.size;
    return r->buf.rx + r->block.offset;
}

/* ---- The interpreter ---------------------------------------------------- */

static uint8_t *guest(void *memory, uint64_t addr, unsigned bytes)
{
    if (addr < RUN_GUEST_BASE ||
        addr + bytes > RUN_GUEST_BASE + RUN_GUEST_BYTES) {
        return NULL;
    }
    return (uint8_t *)memory + (addr - RUN_GUEST_BASE);
}

static bool load(void *memory, uint64_t addr, void *buf, unsigned bytes)
{
    uint8_t *p = guest(memory, addr, bytes);

    return p && memcpy(buf, p, bytes);
}

static bool store(void *memory, uint64_t addr, const void *buf, unsigned bytes)
{
    uint8_t *p = guest(memory, addr, bytes);

    return p && memcpy(p, buf, bytes);
}

/* A goto and a return look the same from outside. */
static void interp_exit(InterpExit how, const InterpEnv *env, RunResult *out)
{
    out->how = how == INTERP_CALL_TB ? INTERP_GOTO_TB
               : how == INTERP_CALL_PTR || how == INTERP_RET_PTR
                   ? INTERP_GOTO_PTR
                   : how;
    out->target = how == INTERP_EXIT_TB ? env->reason : env->target;
    out->slot = out->how == INTERP_GOTO_TB ? env->slot : 0;
    out->ret_pc =
        how == INTERP_CALL_TB || how == INTERP_CALL_PTR ? env->ret_pc : 0;
}

void interp_reference(const IR *ir, const RunStart *start, RunResult *out)
{
    InterpEnv env = {.load = load, .store = store};
    /* helpers may ask for all of it */
    static _Alignas(64) uint8_t memory[sizeof(CPUState) + RUN_STATE_BYTES];
    CPUState *cpu = (CPUState *)(void *)memory;

    memset(out, 0, sizeof(*out));
    memcpy(cpu->guest, start->state, sizeof(start->state));
    memcpy(out->memory, start->memory, sizeof(start->memory));
    env.state = cpu->guest;
    env.opaque = out->memory;
    env.fp = (SoftFloatEnv){.rm = start->mode & FP_MODE_ROUND,
                             .flush = start->mode & FP_MODE_FLUSH,
                             .flags = start->fflags};
    interp_exit(interp_run(ir, &env), &env, out);
    memcpy(out->state, cpu->guest, sizeof(out->state));
    out->fflags = env.fp.flags;
}
