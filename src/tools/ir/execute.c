/* See execute.h. */
#include "tools/ir/execute.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "core/globals.h"
#include "disas/elf_guest.h"
#include "util/check.h"
#include "util/die.h"

enum {
    MEMORY_BASE = 0x10000,
    MEMORY_BYTES = 64 << 10,
    STACK_BYTES = 1 << 20,
    STACK_TOP = 0x7f000000, /* above any image, and what a jump reaches */
    STACK_SLACK = 4096,     /* what a caller would have there */
    PAGE = 4096,
    EXIT_FAULT = 1,
};

/* 2 GiB for an image that can be anywhere. */
static const size_t space_bytes = (size_t)1 << 31;

/* Its address stands 8 bytes in front of its code: see ExitRecord. */
typedef struct RunBlock {
    uint64_t pc;
    const uint8_t *code;
    ExitSlot *slots;
    uint32_t nb_slots;
} RunBlock;

struct Machine {
    const Compiler *compiler;
    const Guest *guest;
    CPUState *cpu;
    const Program *image; /* or NULL */
    uint64_t base;        /* host address minus guest address */
    RunBlock **blocks;    /* sorted by machine_link() */
    size_t nb_blocks, room;
};

/* Memory ---------------------------------------------------------------- */

/* Zeros at the address, or anywhere if it is 0; NULL with a message. */
static void *map(uintptr_t at, size_t size, char *msg, size_t msg_size)
{
    void *p = mmap((void *)at, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
                       (at ? MAP_FIXED_NOREPLACE : 0),
                   -1, 0);
    if (p == MAP_FAILED) {
        snprintf(msg, msg_size, "no memory at 0x%" PRIxPTR ": %s", at,
                 strerror(errno));
        return NULL;
    }
    return p;
}

bool machine_needs_base(const Program *image)
{
    return image && image->file.header.e_type == ET_DYN;
}

/* The pages of each segment; neighbours may share one. */
static bool map_segments(const ElfFile *e, char *msg, size_t size)
{
    uint64_t done = 0;
    for (unsigned i = 0; i < e->nb_segments; i++) {
        const Elf64_Phdr *p = &e->segments[i];
        uint64_t start = p->p_vaddr & -(uint64_t)PAGE;
        uint64_t end = (p->p_vaddr + p->p_memsz + PAGE - 1) & -(uint64_t)PAGE;
        start = start > done ? start : done;
        if (p->p_type == PT_LOAD && start < end &&
            !map(start, end - start, msg, size)) {
            return false;
        }
        done = p->p_type == PT_LOAD ? end : done;
    }
    return true;
}

static bool fits(const Elf64_Phdr *p)
{
    return p->p_vaddr < STACK_TOP - STACK_BYTES &&
           p->p_memsz < STACK_TOP - STACK_BYTES - p->p_vaddr &&
           p->p_filesz <= p->p_memsz;
}

static bool read_segments(const ElfFile *e, uint64_t base, char *msg,
                          size_t size)
{
    for (unsigned i = 0; i < e->nb_segments; i++) {
        const Elf64_Phdr *p = &e->segments[i];
        if (p->p_type == PT_LOAD && p->p_filesz &&
            (!fits(p) ||
             elf_file_read(e, p->p_vaddr, (void *)(base + p->p_vaddr),
                           p->p_filesz) != p->p_filesz)) {
            snprintf(msg, size, "a segment cannot be loaded");
            return false;
        }
    }
    return true;
}

/* Relocations that need no other file: addresses of the image's own. */
static void relocate(const ElfFile *e, uint64_t base)
{
    const ElfGuest *g = elf_guest(e->header.e_machine);
    for (unsigned i = 0; g && i < e->nb_sections; i++) {
        size_t bytes;
        Elf64_Rela *r = e->sections[i].sh_type == SHT_RELA
                            ? elf_file_contents(e, &e->sections[i], &bytes)
                            : NULL;
        for (size_t k = 0; r && k < bytes / sizeof(*r); k++) {
            if (ELF64_R_TYPE(r[k].r_info) == g->relative &&
                r[k].r_offset < STACK_TOP) {
                memcpy((void *)(base + r[k].r_offset), &r[k].r_addend, 8);
            }
        }
        free(r);
    }
}

static bool load_image(Machine *m, const Program *image, char *msg, size_t size)
{
    if (machine_needs_base(image)) {
        void *space = map(0, space_bytes, msg, size);
        m->base = (uintptr_t)space;
        if (!space) {
            return false;
        }
    } else if (!map_segments(&image->file, msg, size) ||
               !map(STACK_TOP - STACK_BYTES, STACK_BYTES, msg, size)) {
        return false;
    }
    if (!read_segments(&image->file, m->base, msg, size)) {
        return false;
    }
    relocate(&image->file, m->base);
    return true;
}

/* Machines ---------------------------------------------------------------- */

enum { STATE_BYTES = 8192 }; /* of a guest that may be of no frontend */

static bool make_cpu(Machine *m, char *msg, size_t size)
{
    const Backend *be = m->compiler->backend;
    void *memory = map(0, backend_cpu_bytes(be, STATE_BYTES), msg, size);
    if (!memory) {
        return false;
    }
    m->cpu = backend_cpu_init(m->compiler->ctx, be, memory);
    if (!m->cpu) {
        snprintf(msg, size, "%s", strerror(errno));
        return false;
    }
    jump_cache_init(m->cpu, 1);
    return true;
}

Machine *machine_new(const Compiler *c, const Guest *guest,
                     const Program *image, char *msg, size_t size)
{
    Machine *m = calloc(1, sizeof(*m));
    check(m, "out of memory");
    m->compiler = c;
    m->guest = guest;
    m->image = image;
    bool ok = make_cpu(m, msg, size) &&
              (image ? load_image(m, image, msg, size)
                     : map(MEMORY_BASE, MEMORY_BYTES, msg, size) != NULL);
    if (!ok) {
        machine_free(m);
        return NULL;
    }
    return m;
}

void machine_free(Machine *m)
{
    for (size_t i = 0; i < m->nb_blocks; i++) {
        free(m->blocks[i]->slots);
        free(m->blocks[i]);
    }
    free(m->blocks);
    free(m);
}

void machine_add(Machine *m, uint64_t pc, const CompiledBlock *cb)
{
    RunBlock *b = calloc(1, sizeof(*b));
    check(b, "out of memory");
    size_t bytes = cb->nb_slots * sizeof(ExitSlot);
    *b = (RunBlock){pc, m->compiler->buf.rx + cb->offset, malloc(bytes + 1),
                    cb->nb_slots};
    check(b->slots, "out of memory");
    memcpy(b->slots, cb->slots, bytes);
    memcpy(m->compiler->buf.rw + cb->offset - sizeof(b), &b, sizeof(b));
    if (m->nb_blocks == m->room) {
        m->room = m->room * 2 + 64;
        m->blocks = reallocarray(m->blocks, m->room, sizeof(b));
        check(m->blocks, "out of memory");
    }
    m->blocks[m->nb_blocks++] = b;
}

static int compare(const void *x, const void *y)
{
    const RunBlock *a = *(RunBlock *const *)x, *b = *(RunBlock *const *)y;
    return a->pc != b->pc      ? (a->pc < b->pc ? -1 : 1)
           : a->code < b->code ? -1
                               : 1;
}

/* The first of those at the pc, or NULL. */
static RunBlock *find_block(const Machine *m, uint64_t pc)
{
    size_t low = 0, high = m->nb_blocks;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->blocks[middle]->pc < pc) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < m->nb_blocks && m->blocks[low]->pc == pc ? m->blocks[low]
                                                          : NULL;
}

static void link_block(const Machine *m, const RunBlock *b)
{
    for (uint32_t i = 0; i < b->nb_slots; i++) {
        const ExitSlot *s = &b->slots[i];
        const RunBlock *to = find_block(m, s->guest_pc);
        if (s->site && !s->inner && !s->plain && to) {
            size_t at = (size_t)(b->code - m->compiler->buf.rx) + s->site;
            m->compiler->backend->patch(m->compiler->buf.rw + at,
                                        m->compiler->buf.rx + at, to->code);
        }
    }
}

void machine_link(Machine *m)
{
    if (m->nb_blocks) {
        qsort(m->blocks, m->nb_blocks, sizeof(*m->blocks), compare);
    }
    for (size_t i = 0; i < m->nb_blocks; i++) {
        link_block(m, m->blocks[i]);
    }
}

/* Running ------------------------------------------------------------------ */

static uint64_t *guest_pc(const Machine *m)
{
    return (uint64_t *)(void *)(m->cpu->guest + m->guest->frontend->pc_offset);
}

/* The slot that was left by. */
static const ExitSlot *left_slot(const Machine *m)
{
    const ExitRecord *rec = (const ExitRecord *)(uintptr_t)m->cpu->exit_site;
    const uint8_t *code = (const uint8_t *)rec - rec->block_offset;
    const RunBlock *b;
    memcpy(&b, code - sizeof(b), sizeof(b));
    return &b->slots[rec->slot];
}

/* Of a block of no guest, which has no pc. */
static void show_exit(const Machine *m, int left, FILE *f)
{
    const ExitRecord *rec = (const ExitRecord *)(uintptr_t)m->cpu->exit_site;
    switch (left) {
    case LEFT_BY_SLOT:
        fprintf(f, "left by slot %" PRIu32 "\n", rec->slot);
        break;
    case LEFT_BY_LOOKUP: fprintf(f, "left by lookup\n"); break;
    case LEFT_BY_ALIGN: fprintf(f, "left by a misaligned access\n"); break;
    default: fprintf(f, "left by exit_tb %d\n", left);
    }
}

/* Why code was left, if not for another block. */
static void show_left(const Machine *m, int left, FILE *f)
{
    static const char *const reasons[] = {
        [EXIT_SYSCALL] = "a system call",
        [EXIT_BREAK] = "a breakpoint",
        [EXIT_ILLEGAL] = "an illegal instruction",
        [EXIT_MISALIGNED] = "a misaligned instruction",
        [EXIT_CODE_CHANGED] = "changed code",
    };
    if (left == LEFT_BY_ALIGN) {
        fprintf(f, "left by a misaligned access\n");
    } else if (left < 0) {
        fprintf(f, "left to 0x%" PRIx64 "\n", *guest_pc(m));
    } else if ((size_t)left < sizeof(reasons) / sizeof(reasons[0]) &&
               reasons[left]) {
        fprintf(f, "left by exit_tb %d, %s, at 0x%" PRIx64 "\n", left,
                reasons[left], *guest_pc(m));
    } else {
        fprintf(f, "left by exit_tb %d\n", left);
    }
}

/* From block to block, as far as there are any. */
static int run_blocks(Machine *m, const RunBlock *b)
{
    const Backend *be = m->compiler->backend;
    int left = LEFT_BY_LOOKUP;
    while (b) {
        left = be->native->enter(m->compiler->ctx, m->cpu, b->code);
        if (left == LEFT_BY_SLOT) {
            *guest_pc(m) = left_slot(m)->guest_pc;
        } else if (left != LEFT_BY_LOOKUP) {
            return left;
        }
        *guest_pc(m) &= m->guest->frontend->pc_mask;
        b = find_block(m, *guest_pc(m));
    }
    return left < 0 ? left : LEFT_BY_LOOKUP;
}

static void set_register(Machine *m, const IR *ir, const char *name,
                         uint64_t value)
{
    char setting[64], msg[64];
    snprintf(setting, sizeof(setting), "%s=%" PRIu64, name, value);
    ir_set_global(ir, m->cpu->guest, setting, msg, sizeof(msg));
}

static void set_pointers(Machine *m, const IR *ir)
{
    const Guest *g = m->guest;
    const Symbol *s =
        g->gp ? symbols_named(m->image->symbols, g->gp_symbol) : NULL;
    set_register(m, ir, g->sp, STACK_TOP - STACK_SLACK);
    if (s) {
        set_register(m, ir, g->gp, s->addr);
    }
}

static void fault(int signo, siginfo_t *info, void *uc)
{
    (void)uc;
    die(EXIT_FAULT, "the code faults (%s) at host address %p", strsignal(signo),
        info->si_addr);
}

static void catch_faults(void)
{
    static uint8_t stack[64 << 10];
    stack_t alt = {.ss_sp = stack, .ss_size = sizeof(stack)};
    struct sigaction sa = {.sa_sigaction = fault,
                           .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigaltstack(&alt, NULL);
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
}

bool machine_run(Machine *m, const IR *ir, uint64_t pc, char **settings,
                 FILE *f, char *msg, size_t size)
{
    const RunBlock *b = find_block(m, pc);
    if (!b) {
        snprintf(msg, size, "no block at 0x%" PRIx64, pc);
        return false;
    }
    if (m->image) {
        set_pointers(m, ir);
    }
    catch_faults();
    for (; *settings; settings++) {
        if (!ir_set_global(ir, m->cpu->guest, *settings, msg, size)) {
            return false;
        }
    }
    if (m->guest) {
        show_left(m, run_blocks(m, b), f);
    } else {
        const Backend *be = m->compiler->backend;
        show_exit(m, be->native->enter(m->compiler->ctx, m->cpu, b->code), f);
    }
    ir_show_globals(f, ir, m->cpu->guest);
    return true;
}
