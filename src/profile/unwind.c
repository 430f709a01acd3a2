/*
 * Unwinding.
 *
 * A sample says where the signal came, and has the registers of a later point:
 * behind the end of the block that ran then.  The stack is unwound from there,
 * and its innermost frames are made to fit where the signal came:
 *   - control has entered a function since: that frame goes;
 *   - what is innermost then is the function in which the signal came: that is
 *     its pc; else it has returned: it is put in front.
 */
#include "profile/unwind.h"

#include <dlfcn.h>
#include <elfutils/libdwfl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "disas/elf_file.h"
#include "guest/tables.h"
#include "profile/intern.h"
#include "profile/reader.h"
#include "profile/starts.h"
#include "util/check.h"

enum { TID = 1, MAX_FILES = 256, MAX_PROLOGUE = 8192, MAX_CALL = 16 };

typedef char *DemangleFn(const char *, char *, size_t *, int *);

/* A file that is mapped. */
typedef struct File {
    ElfFile elf;
    uint64_t bias;    /* guest address minus the file's own */
    Symbols *symbols; /* for what elfutils has no name for; */
    Starts *starts;   /* NULL: not yet asked for */
} File;

struct Unwinder {
    Dwfl *dwfl;
    Dwfl_Callbacks callbacks;
    char *debug_path; /* where elfutils looks; NULL: as it likes */
    Intern *text;
    DemangleFn *demangle; /* libstdc++'s, if there is one */
    File file[MAX_FILES]; /* those of the mappings */
    unsigned nb_files;
    uint64_t vdso, vdso_end;
    const GuestTables *tables;   /* whose program it is; */
    const GuestUnwind *guest;    /* NULL: of a guest that is not known */
    const ProfileSample *sample; /* in hand */
    uint64_t reg[UNWIND_MAX_REGS], start; /* the frame that elfutils goes on
                                from; then the last that it came to */
    uint64_t pc[MAX_FRAMES];              /* of callers: where they go on */
    unsigned nb_pcs;
};

/* A function at an address. */
typedef struct Place {
    const char *function, *module;
    uint64_t start; /* its address */
} Place;

/* ---- Files ------------------------------------------------------------------
 */

static Dwfl *begin_dwfl(Unwinder *u)
{
    u->callbacks = (Dwfl_Callbacks){
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
        .debuginfo_path = &u->debug_path,
    };
    return dwfl_begin(&u->callbacks);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Of what stands at a file offset. */
static bool find_bias(File *f, uint64_t addr, uint64_t offset)
{
    for (unsigned i = 0; i < f->elf.nb_segments; i++) {
        const Elf64_Phdr *p = &f->elf.segments[i];
        if (p->p_type == PT_LOAD && offset + 4096 > p->p_offset &&
            offset < p->p_offset + p->p_filesz) {
            f->bias = addr - offset + p->p_offset - p->p_vaddr;
            return true;
        }
    }
    return false;
}

static void report_file(Unwinder *u, const char *path, uint64_t start,
                        uint64_t offset)
{
    File *f = &u->file[u->nb_files];
    char msg[64];
    *f = (File){0};
    if (u->nb_files == MAX_FILES ||
        !elf_file_open(&f->elf, path, msg, sizeof(msg))) {
        return;
    }
    Dwfl_Module *m =
        find_bias(f, start, offset)
            ? dwfl_report_elf(u->dwfl, base_name(path), path, -1, f->bias, true)
            : NULL;
    void **file;
    if (!m) {
        elf_file_close(&f->elf);
        return;
    }
    dwfl_module_info(m, &file, NULL, NULL, NULL, NULL, NULL, NULL);
    *file = f;
    u->nb_files++;
}

/* Each file once, by the first of its mappings that is code. */
static void report_line(Unwinder *u, const char *line, char *done, size_t size)
{
    uint64_t start, end, offset;
    char perms[8], path[4096];
    if (sscanf(line,
               "%" SCNx64 "-%" SCNx64 " %7s %" SCNx64 " %*s %*s %4095[^\n]",
               &start, &end, perms, &offset, path) < 5) {
        return;
    }
    if (strcmp(path, "[vdso]") == 0) {
        u->vdso = start;
        u->vdso_end = end;
    }
    if (perms[2] != 'x' || path[0] != '/' || strcmp(path, done) == 0) {
        return;
    }
    snprintf(done, size, "%s", path);
    report_file(u, path, start, offset);
}

static void forget_files(Unwinder *u)
{
    while (u->nb_files > 0) {
        File *f = &u->file[--u->nb_files];
        starts_free(f->starts);
        symbols_free(f->symbols);
        elf_file_close(&f->elf);
    }
}

static File *file_of(Dwfl_Module *m)
{
    void **file;
    dwfl_module_info(m, &file, NULL, NULL, NULL, NULL, NULL, NULL);
    return *file;
}

/* n bytes of code in front of the address; false if there is no such. */
static bool read_code(Unwinder *u, uint64_t end, uint8_t *code, size_t n)
{
    Dwfl_Module *m = dwfl_addrmodule(u->dwfl, end - 1);
    if (!m) {
        return false;
    }
    const File *f = file_of(m);
    return elf_file_read(&f->elf, end - n - f->bias, code, n) == n;
}

/* ---- Functions
 * ------------------------------------------------------------------ */

/* A function without a name that elfutils knows: "puts@plt", "python3+0x1234".
 */
static const char *find_nameless(const Unwinder *u, File *f, const char *module,
                                 uint64_t pc, uint64_t *start, char *buf,
                                 size_t size)
{
    uint64_t addr = pc - f->bias;
    if (!f->starts) {
        f->symbols = symbols_read(&f->elf);
        f->starts = starts_find(&f->elf, f->symbols, u->guest);
    }
    const Symbol *s = symbols_find(f->symbols, addr);
    uint64_t own = s && s->is_code ? s->addr : starts_of(f->starts, addr);
    if (s && s->is_code) {
        snprintf(buf, size, "%s", s->name);
    } else if (own) {
        snprintf(buf, size, "%s+0x%" PRIx64, module, own);
    } else {
        return NULL;
    }
    *start = own + f->bias;
    return buf;
}

/* The function at pc: its name, perhaps in buf, and beginning; NULL: none. */
static const char *find_function(const Unwinder *u, Dwfl_Module *m, uint64_t pc,
                                 uint64_t *start, char *buf, size_t size)
{
    GElf_Off offset = 0;
    GElf_Sym sym;
    const char *name =
        dwfl_module_addrinfo(m, pc, &offset, &sym, NULL, NULL, NULL);
    const char *module =
        dwfl_module_info(m, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    *start = pc - offset;
    return name ? name
                : find_nameless(u, file_of(m), module, pc, start, buf, size);
}

/* ---- The sample
 * -------------------------------------------------------------- */

/* A register by DWARF's number. */
static uint64_t sampled(const Unwinder *u, unsigned reg)
{
    unsigned i = u->guest->debug ? u->guest->debug[reg] : reg;
    return i < u->sample->nb_regs ? u->sample->regs[i] : 0;
}

/* ---- The state that elfutils unwinds
 * ----------------------------------------- */

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread)
{
    (void)dwfl;
    if (*thread) {
        return 0;
    }
    *thread = arg;
    return TID;
}

static bool read_stack(const Unwinder *u, uint64_t addr, uint64_t *value)
{
    uint64_t at = addr - sampled(u, u->guest->sp);
    size_t bytes = profile_stack_bytes(u->sample);
    if (at > bytes || bytes - at < sizeof(*value)) {
        return false;
    }
    memcpy(value, profile_stack(u->sample) + at, sizeof(*value));
    return true;
}

static bool read_memory(Dwfl *dwfl, Dwarf_Addr addr, Dwarf_Word *result,
                        void *arg)
{
    (void)dwfl;
    return read_stack(arg, addr, result);
}

static bool set_registers(Dwfl_Thread *thread, void *arg)
{
    const Unwinder *u = arg;
    Dwarf_Word regs[UNWIND_MAX_REGS];
    memcpy(regs, u->reg, sizeof(regs));
    dwfl_thread_state_register_pc(thread, u->start);
    return dwfl_thread_state_registers(thread, 0, u->guest->nb_regs, regs);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
    .next_thread = next_thread,
    .memory_read = read_memory,
    .set_initial_registers = set_registers,
};

static bool add_pc(Unwinder *u, uint64_t pc)
{
    if (u->nb_pcs == MAX_FRAMES - 2) {
        return false;
    }
    u->pc[u->nb_pcs++] = pc;
    return true;
}

/* A register that a frame does not know keeps what it had. */
static int note_frame(Dwfl_Frame *frame, void *arg)
{
    Unwinder *u = arg;
    Dwarf_Addr pc;
    bool active;
    if (!dwfl_frame_pc(frame, &pc, &active) || pc == 0) {
        return DWARF_CB_ABORT;
    }
    for (unsigned i = 0; i < u->guest->nb_regs; i++) {
        Dwarf_Word value;
        if (dwfl_frame_reg(frame, i, &value) == 0) {
            u->reg[i] = value;
        }
    }
    return add_pc(u, pc) ? DWARF_CB_OK : DWARF_CB_ABORT;
}

/* ---- Frames that elfutils does not know
 * ----------------------------------------- */

static bool is_return_address(Unwinder *u, uint64_t pc)
{
    uint8_t code[MAX_CALL];
    size_t n = u->guest->call_bytes;
    return read_code(u, pc, code, n) && u->guest->is_call(code, n);
}

/* What the function at pc has set up of its frame; nothing if not known. */
static void read_prologue(Unwinder *u, uint64_t pc, Prologue *p)
{
    static const uint8_t none[1];
    Dwfl_Module *m = dwfl_addrmodule(u->dwfl, pc);
    uint8_t code[MAX_PROLOGUE];
    char name[256];
    uint64_t start;
    u->guest->prologue(p, none, 0);
    if (m && find_function(u, m, pc, &start, name, sizeof(name)) &&
        pc > start && pc - start <= sizeof(code) &&
        read_code(u, pc, code, pc - start)) {
        u->guest->prologue(p, code, pc - start);
    }
}

/* From the frame to its caller's; false: there is none. */
static bool step(Unwinder *u, bool innermost)
{
    Prologue p;
    const GuestUnwind *g = u->guest;
    uint64_t pc = u->pc[u->nb_pcs - 1], ra, value;
    read_prologue(u, pc, &p);
    if (!(p.saved >> g->ra & 1) && !innermost) {
        return false;
    }
    for (unsigned i = 0; i < g->nb_regs; i++) {
        if (p.saved >> i & 1 &&
            read_stack(u, u->reg[g->sp] + p.offset[i], &value)) {
            u->reg[i] = value;
        }
    }
    ra = u->reg[g->ra];
    u->reg[g->sp] += p.size;
    return (p.size || ra != pc) && is_return_address(u, ra) && add_pc(u, ra);
}

/* Elfutils as far as it comes, then a step of our own, and so on. */
static void unwind(Unwinder *u, const ProfileSample *s)
{
    u->sample = s;
    u->nb_pcs = 0;
    add_pc(u, s->exact_pc);
    if (!u->guest) {
        return;
    }
    for (unsigned i = 0; i < u->guest->nb_regs; i++) {
        u->reg[i] = sampled(u, i);
    }
    for (;;) {
        unsigned before = --u->nb_pcs;
        u->start = u->pc[before];
        dwfl_getthread_frames(u->dwfl, TID, note_frame, u);
        if (u->nb_pcs == before) {
            u->nb_pcs++;
        }
        if (!step(u, u->nb_pcs == 1)) {
            return;
        }
    }
}

/* ---- Names
 * -------------------------------------------------------------------- */

static const char *demangled(Unwinder *u, const char *name)
{
    int status;
    char *plain = u->demangle && strncmp(name, "_Z", 2) == 0
                      ? u->demangle(name, NULL, NULL, &status)
                      : NULL;
    const char *kept = intern(u->text, plain ? plain : name);
    free(plain);
    return kept;
}

static Place place_of(Unwinder *u, uint64_t pc)
{
    Dwfl_Module *m = dwfl_addrmodule(u->dwfl, pc);
    char text[256];
    uint64_t start;
    if (!m) {
        bool vdso = pc >= u->vdso && pc < u->vdso_end;
        return (Place){vdso ? "[vdso]" : "[unknown]", "", pc};
    }
    const char *module = intern(
        u->text, dwfl_module_info(m, NULL, NULL, NULL, NULL, NULL, NULL, NULL));
    const char *name = find_function(u, m, pc, &start, text, sizeof(text));
    if (!name) {
        snprintf(text, sizeof(text), "[%s]", module);
        return (Place){intern(u->text, text), module, pc};
    }
    return (Place){demangled(u, name), module, start};
}

static void set_line(Unwinder *u, uint64_t pc, Frame *f)
{
    Dwfl_Module *m = dwfl_addrmodule(u->dwfl, pc);
    Dwfl_Line *line = m ? dwfl_module_getsrc(m, pc) : NULL;
    const char *file =
        line ? dwfl_lineinfo(line, NULL, &f->line, NULL, NULL, NULL) : NULL;
    f->file = file ? intern(u->text, base_name(file)) : NULL;
}

/* ---- The whole
 * ------------------------------------------------------------------ */

static Frame frame_of(const Place *p)
{
    return (Frame){p->function, p->module, NULL, 0};
}

static Frame pseudo_frame(Unwinder *u, const ProfileSample *s)
{
    char text[64] = "[emulator]";
    if (s->place == PROFILE_SYSCALL && u->guest) {
        const char *name =
            guest_call_name(u->tables, sampled(u, u->guest->syscall));
        snprintf(text, sizeof(text), "[system call %s]", name ? name : "?");
    }
    return (Frame){intern(u->text, text), "", NULL, 0};
}

/* Of the pcs, those from `first` on: callers are found by their calls. */
static unsigned add_callers(Unwinder *u, unsigned first, Frame *to)
{
    for (unsigned i = first; i < u->nb_pcs; i++) {
        Place p = place_of(u, u->pc[i] - (i != 0));
        *to++ = frame_of(&p);
    }
    return u->nb_pcs - first;
}

unsigned unwinder_run(Unwinder *u, const ProfileSample *s,
                      Frame frame[MAX_FRAMES])
{
    unwind(u, s);
    if (s->place != PROFILE_CODE) {
        frame[0] = pseudo_frame(u, s);
        return 1 + add_callers(u, 0, frame + 1);
    }
    Place here = place_of(u, s->pc), after = place_of(u, u->pc[0]);
    unsigned first = u->nb_pcs > 1 && after.start == u->pc[0];
    if (first < u->nb_pcs &&
        place_of(u, u->pc[first] - (first != 0)).start == here.start) {
        first++;
    }
    frame[0] = frame_of(&here);
    set_line(u, s->pc, &frame[0]);
    return 1 + add_callers(u, first, frame + 1);
}

void unwinder_set_maps(Unwinder *u, const char *guest, const char *maps)
{
    char done[4096] = "";
    u->tables = guest_tables(guest);
    u->guest = u->tables ? u->tables->unwind : NULL;
    if (u->dwfl) {
        dwfl_end(u->dwfl);
    }
    forget_files(u);
    u->dwfl = begin_dwfl(u);
    check(u->dwfl, "libdwfl: %s", dwfl_errmsg(-1));
    dwfl_report_begin(u->dwfl);
    while (*maps) {
        report_line(u, maps, done, sizeof(done));
        maps += strcspn(maps, "\n");
        maps += *maps == '\n';
    }
    dwfl_report_end(u->dwfl, NULL, NULL);
    dwfl_attach_state(u->dwfl, NULL, TID, &thread_callbacks, u);
}

Unwinder *unwinder_new(void)
{
    Unwinder *u = calloc(1, sizeof(*u));
    void *cxx = dlopen("libstdc++.so.6", RTLD_LAZY);
    check(u, "out of memory");
    u->text = intern_new();
    u->demangle = cxx ? (DemangleFn *)dlsym(cxx, "__cxa_demangle") : NULL;
    unwinder_set_maps(u, "", "");
    return u;
}

void unwinder_free(Unwinder *u)
{
    dwfl_end(u->dwfl);
    forget_files(u);
    intern_free(u->text);
    free(u);
}
