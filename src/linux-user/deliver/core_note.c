/* NT_PRSTATUS and the others, as Linux lays them out for 64-bit guests. */
#include "linux-user/deliver/core_note.h"

#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <unistd.h>

/* struct elf_prstatus up to the registers, and what is behind them */
typedef struct PrStatus {
    int32_t signo, code, error;
    int16_t current;
    uint64_t pending, blocked;
    int32_t pid, ppid, pgrp, sid;
    struct timeval utime, stime, cutime, cstime;
} PrStatus;

typedef struct PrStatusEnd {
    int32_t fp_valid, pad;
} PrStatusEnd;

/* struct elf_prpsinfo */
typedef struct PrPsInfo {
    char state, sname, zombie, nice;
    uint64_t flag;
    uint32_t uid, gid;
    int32_t pid, ppid, pgrp, sid;
    char name[16], args[80];
} PrPsInfo;

_Static_assert(sizeof(PrStatus) == 112, "struct elf_prstatus");
_Static_assert(sizeof(PrPsInfo) == 136, "struct elf_prpsinfo");

static void put_note(FILE *out, uint32_t type, const void *data, size_t n)
{
    static const char name[8] = "CORE";
    Elf64_Nhdr h = {sizeof("CORE"), (Elf64_Word)n, type};

    fwrite(&h, sizeof(h), 1, out);
    fwrite(name, sizeof(name), 1, out);
    fwrite(data, 1, n, out);
    fwrite("\0\0\0", 1, -n & 3, out);
}

static void put_status(FILE *out, Task *t, const siginfo_t *info)
{
    const AbiRegset *regs = &task_abi(t)->regsets[0];
    PrStatusEnd end = {.fp_valid = 1};
    _Alignas(8) uint8_t note[sizeof(PrStatus) + ABI_REGSET_BYTES + sizeof(end)];
    PrStatus p = {
        .signo = info->si_signo,
        .code = info->si_code,
        .error = info->si_errno,
        .current = (int16_t)info->si_signo,
        .blocked = t->sigmask,
        .pid = t->tid,
        .ppid = getppid(),
        .pgrp = getpgrp(),
        .sid = getsid(0),
    };

    memcpy(note, &p, sizeof(p));
    regs->get(t->cpu, note + sizeof(p));
    memcpy(note + sizeof(p) + regs->bytes, &end, sizeof(end));
    put_note(out, NT_PRSTATUS, note, sizeof(p) + regs->bytes + sizeof(end));
}

static void put_psinfo(FILE *out, Task *t)
{
    PrPsInfo p = {
        .sname = 'R',
        .uid = getuid(),
        .gid = getgid(),
        .pid = getpid(),
        .ppid = getppid(),
        .pgrp = getpgrp(),
        .sid = getsid(0),
    };
    size_t n = t->proc->placed.arg_end - t->proc->placed.arg_start;

    prctl(PR_GET_NAME, p.name);
    n = n < sizeof(p.args) ? n : sizeof(p.args);
    if (mm_read(task_mm(t), p.args, t->proc->placed.arg_start, n)) {
        for (size_t i = 0; i + 1 < n; i++) {
            p.args[i] = p.args[i] ? p.args[i] : ' ';
        }
    }
    p.args[sizeof(p.args) - 1] = '\0';
    put_note(out, NT_PRPSINFO, &p, sizeof(p));
}

static void put_auxv(FILE *out, Task *t)
{
    uint64_t auxv[128];
    size_t n = t->proc->placed.auxv_end - t->proc->placed.auxv;

    if (n <= sizeof(auxv) &&
        mm_read(task_mm(t), auxv, t->proc->placed.auxv, n)) {
        put_note(out, NT_AUXV, auxv, n);
    }
}

/* All registers but those of the status. */
static void put_regsets(FILE *out, Task *t)
{
    const GuestAbi *abi = task_abi(t);
    _Alignas(8) uint8_t bytes[ABI_REGSET_BYTES];

    for (unsigned i = 1; i < abi->nb_regsets; i++) {
        abi->regsets[i].get(t->cpu, bytes);
        put_note(out, abi->regsets[i].note, bytes, abi->regsets[i].bytes);
    }
}

/* --- NT_FILE --- */

/* Which part of which file a mapping shows, and its end in the text. */
typedef struct FilePart {
    uint64_t start, end, offset;
    const char *name, *next;
} FilePart;

/* The first mapping of a file in the text of /proc/self/maps. */
static bool next_file(const char *maps, FilePart *f)
{
    for (; *maps; maps = f->next) {
        unsigned long inode = 0;
        int name = 0;

        f->next = strchrnul(maps, '\n');
        f->next += *f->next == '\n';
        if (sscanf(maps, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %lu %n",
                   &f->start, &f->end, &f->offset, &inode, &name) == 4 &&
            inode) {
            f->name = maps + name;
            return true;
        }
    }
    return false;
}

/* count, page size; of each its start, end and page in the file; names. */
static void put_parts(FILE *out, const char *maps)
{
    uint64_t head[2] = {0, GUEST_PAGE};
    FilePart f;

    for (const char *at = maps; next_file(at, &f); at = f.next) {
        head[0]++;
    }
    fwrite(head, sizeof(head), 1, out);
    for (const char *at = maps; next_file(at, &f); at = f.next) {
        uint64_t part[3] = {f.start, f.end, f.offset / GUEST_PAGE};

        fwrite(part, sizeof(part), 1, out);
    }
    for (const char *at = maps; next_file(at, &f); at = f.next) {
        fwrite(f.name, 1, strcspn(f.name, "\n"), out);
        fputc('\0', out);
    }
}

static void put_files(FILE *out, const char *maps)
{
    char *note = NULL;
    size_t size;
    FILE *data = open_memstream(&note, &size);

    if (data) {
        put_parts(data, maps);
        fclose(data);
    }
    if (note) {
        put_note(out, NT_FILE, note, size);
    }
    free(note);
}

/* --- all notes --- */

typedef struct Notes {
    FILE *out;
    const siginfo_t *info;
} Notes;

static void put_thread(void *opaque, CPUState *cpu)
{
    const Notes *n = opaque;
    Task *t = __atomic_load_n(&cpu->user, __ATOMIC_ACQUIRE);

    if (t) { /* else it begins */
        put_status(n->out, t, n->info);
        put_regsets(n->out, t);
    }
}

char *core_notes(Task *t, const siginfo_t *info, const char *maps, size_t *size)
{
    char *notes = NULL;
    Notes n = {open_memstream(&notes, size), info};

    if (!n.out) {
        return NULL;
    }
    put_status(n.out, t, info);
    put_psinfo(n.out, t);
    put_note(n.out, NT_SIGINFO, info, sizeof(*info));
    put_auxv(n.out, t);
    put_files(n.out, maps);
    put_regsets(n.out, t);
    if (!t->vfork) {
        exec_stop_others(t->cpu, put_thread, &n);
    }
    fclose(n.out);
    return notes;
}
