/* NT_PRSTATUS and the others, as Linux/riscv64 lays them out. */
#include "linux-user/riscv64/core_note.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <unistd.h>

/* struct elf_prstatus */
typedef struct PrStatus {
    int32_t signo, code, error;
    int16_t current;
    uint64_t pending, blocked;
    int32_t pid, ppid, pgrp, sid;
    struct timeval utime, stime, cutime, cstime;
    uint64_t regs[32];         /* pc, x1 .. x31 */
    int32_t fp_valid;
} PrStatus;

/* struct elf_prpsinfo */
typedef struct PrPsInfo {
    char state, sname, zombie, nice;
    uint64_t flag;
    uint32_t uid, gid;
    int32_t pid, ppid, pgrp, sid;
    char name[16], args[80];
} PrPsInfo;

/* struct __riscv_d_ext_state */
typedef struct FpRegs {
    uint64_t f[32];
    uint32_t fcsr;
} FpRegs;

_Static_assert(sizeof(PrStatus) == 376, "struct elf_prstatus");
_Static_assert(sizeof(PrPsInfo) == 136, "struct elf_prpsinfo");
_Static_assert(sizeof(FpRegs) == 264, "struct __riscv_d_ext_state");

static void put_note(FILE *out, uint32_t type, const void *data, size_t n)
{
    static const char name[8] = "CORE";
    Elf64_Nhdr h = { sizeof("CORE"), (Elf64_Word)n, type };

    fwrite(&h, sizeof(h), 1, out);
    fwrite(name, sizeof(name), 1, out);
    fwrite(data, 1, n, out);
    fwrite("\0\0\0", 1, -n & 3, out);
}

static void put_status(FILE *out, Task *t, const siginfo_t *info)
{
    const RVState *s = rv_state(t->cpu);
    PrStatus p = {
        .signo = info->si_signo, .code = info->si_code,
        .error = info->si_errno, .current = (int16_t)info->si_signo,
        .blocked = t->sigmask, .pid = gettid(), .ppid = getppid(),
        .pgrp = getpgrp(), .sid = getsid(0), .fp_valid = 1,
    };

    memcpy(p.regs, s->gpr, sizeof(p.regs));
    p.regs[0] = s->pc;
    put_note(out, NT_PRSTATUS, &p, sizeof(p));
}

static void put_psinfo(FILE *out, Task *t)
{
    PrPsInfo p = {
        .sname = 'R', .uid = getuid(), .gid = getgid(), .pid = getpid(),
        .ppid = getppid(), .pgrp = getpgrp(), .sid = getsid(0),
    };
    size_t n = t->proc->arg_end - t->proc->arg_start;

    prctl(PR_GET_NAME, p.name);
    n = n < sizeof(p.args) ? n : sizeof(p.args);
    if (mm_read(task_mm(t), p.args, t->proc->arg_start, n)) {
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
    size_t n = t->proc->auxv_end - t->proc->auxv;

    if (n <= sizeof(auxv) &&
        mm_read(task_mm(t), auxv, t->proc->auxv, n)) {
        put_note(out, NT_AUXV, auxv, n);
    }
}

static void put_fp(FILE *out, Task *t)
{
    FpRegs f = { .fcsr = rv_get_fcsr(t->cpu) };

    memcpy(f.f, rv_state(t->cpu)->fpr, sizeof(f.f));
    put_note(out, NT_FPREGSET, &f, sizeof(f));
}

char *core_notes(Task *t, const siginfo_t *info, size_t *size)
{
    char *notes = NULL;
    FILE *out = open_memstream(&notes, size);

    if (!out) {
        return NULL;
    }
    put_status(out, t, info);
    put_psinfo(out, t);
    put_note(out, NT_SIGINFO, info, sizeof(*info));
    put_auxv(out, t);
    put_fp(out, t);
    fclose(out);
    return notes;
}
