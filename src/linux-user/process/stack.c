/*
 * From high to low: the name of the program, the strings of environment and
 * arguments, 16 random bytes, AT_PLATFORM's name; then, 16-byte aligned,
 * argc, argv, envp and the auxiliary vector (Linux, create_elf_tables).
 *
 * The stack is mapped at its full size at once.  Nothing is placed in the
 * 4 GiB below mm_top() + stack unless told so, so an overflow hits unmapped
 * memory.
 */
#include "linux-user/process/stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>
#include "util/check.h"

enum {
    STACK_MIN = 128 << 10,
    STACK_DEFAULT = 8 << 20,
    STACK_MAX = 1 << 30,
    AUXV_MAX = 32,
};

typedef struct Builder {
    Mm *mm;
    uint64_t sp, bottom;
    bool bad; /* does not fit */
} Builder;

static uint64_t stack_size(const LinuxUserOptions *o)
{
    struct rlimit lim;
    uint64_t size = o->stack_size;

    if (size == 0) {
        size = STACK_DEFAULT;
        if (getrlimit(RLIMIT_STACK, &lim) == 0 &&
            lim.rlim_cur != RLIM_INFINITY) {
            size = lim.rlim_cur;
        }
    }
    size = size < STACK_MIN ? STACK_MIN : size;
    return page_up(size > STACK_MAX ? STACK_MAX : size);
}

static uint64_t push(Builder *b, const void *data, size_t n)
{
    check(b->bad || b->sp >= b->bottom, "sp %#lx, bottom %#lx", (long)b->sp,
          (long)b->bottom);
    if (b->bad || n > b->sp - b->bottom) {
        b->bad = true;
        return 0;
    }
    b->sp -= n;
    b->bad = !mm_write(b->mm, b->sp, data, n);
    return b->sp;
}

static uint64_t push_string(Builder *b, const char *s)
{
    return push(b, s, strlen(s) + 1);
}

static size_t count(char **list)
{
    size_t n = 0;

    while (list[n]) {
        n++;
    }
    return n;
}

/* The strings in ascending order, their addresses to at[]. */
static void push_strings(Builder *b, char **list, uint64_t *at)
{
    for (size_t i = count(list); i-- > 0;) {
        at[i] = push_string(b, list[i]);
    }
}

typedef struct Auxv {
    uint64_t pair[AUXV_MAX][2];
    size_t n;
} Auxv;

static void aux(Auxv *a, uint64_t type, uint64_t value)
{
    check(a->n < AUXV_MAX, "%zu entries before %lu", a->n, (long)type);
    a->pair[a->n][0] = type;
    a->pair[a->n++][1] = value;
}

static void fill_auxv(Auxv *a, const GuestAbi *abi, const StackInfo *info,
                      uint64_t random, uint64_t execfn, uint64_t platform)
{
    if (info->vdso) {
        aux(a, AT_SYSINFO_EHDR, info->vdso);
    }
    aux(a, AT_HWCAP, abi->hwcap(info->features));
    if (abi->hwcap2) {
        aux(a, AT_HWCAP2, abi->hwcap2(info->features));
    }
    if (platform) {
        aux(a, AT_PLATFORM, platform);
    }
    aux(a, AT_PAGESZ, GUEST_PAGE);
    aux(a, AT_CLKTCK, (uint64_t)sysconf(_SC_CLK_TCK));
    aux(a, AT_PHDR, elf_phdr_address(info->program));
    aux(a, AT_PHENT, sizeof(Elf64_Phdr));
    aux(a, AT_PHNUM, info->program->header.e_phnum);
    aux(a, AT_BASE, info->interp_base);
    aux(a, AT_FLAGS, 0);
    aux(a, AT_ENTRY, info->entry);
    aux(a, AT_UID, getuid());
    aux(a, AT_EUID, geteuid());
    aux(a, AT_GID, getgid());
    aux(a, AT_EGID, getegid());
    aux(a, AT_SECURE, getauxval(AT_SECURE));
    aux(a, AT_RANDOM, random);
    aux(a, AT_EXECFN, execfn);
    aux(a, AT_MINSIGSTKSZ, abi->min_signal_stack);
    aux(a, AT_NULL, 0);
}

/* argc, argv, envp and the auxiliary vector in one block at its final sp. */
static int64_t push_vectors(Builder *b, Process *proc, const Auxv *a,
                            const uint64_t *strings, size_t argc, size_t envc)
{
    size_t words = 1 + argc + 1 + envc + 1 + 2 * a->n, at = 0;
    uint64_t *block = calloc(words, sizeof(*block));

    if (!block) {
        return -ENOMEM;
    }
    block[at++] = argc;
    memcpy(block + at, strings, argc * sizeof(*block));
    at += argc + 1;
    memcpy(block + at, strings + argc, envc * sizeof(*block));
    at += envc + 1;
    check(at + 2 * a->n == words, "%zu of %zu words", at + 2 * a->n, words);
    memcpy(block + at, a->pair, a->n * sizeof(a->pair[0]));
    b->sp = (b->sp - words * sizeof(*block)) & ~15ull;
    b->sp += words * sizeof(*block);
    push(b, block, words * sizeof(*block));
    proc->placed.auxv = b->sp + at * sizeof(*block);
    proc->placed.auxv_end = b->sp + words * sizeof(*block);
    free(block);
    check(b->bad || !(b->sp & 15), "the program starts with sp %#lx",
          (long)b->sp);
    return b->bad ? -E2BIG : (int64_t)b->sp;
}

/* For -seed: splitmix64, whose numbers are as good as they need be. */
static uint64_t next_number(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static void fill_random(const LinuxUserOptions *o, uint8_t *bytes, size_t n)
{
    uint64_t state = o->seed;

    if (o->seeded) {
        for (size_t i = 0; i < n; i++) {
            bytes[i] = (uint8_t)next_number(&state);
        }
    } else if (getrandom(bytes, n, 0) < 0) {
        memset(bytes, 0, n);
    }
}

static int64_t fill(Builder *b, Process *proc, const StackInfo *info,
                    uint64_t *strings)
{
    const LinuxUserOptions *o = proc->options;
    size_t argc = count(o->argv), envc = count(o->envp);
    uint64_t execfn, random, platform;
    uint8_t bytes[16];
    Auxv auxv = {.n = 0};

    fill_random(o, bytes, sizeof(bytes));
    push(b, &(uint64_t){0}, sizeof(uint64_t));
    execfn = push_string(b, o->execfn ? o->execfn : o->program);
    proc->placed.env_end = b->sp;
    push_strings(b, o->envp, strings + argc);
    proc->placed.arg_end = b->sp;
    push_strings(b, o->argv, strings);
    proc->placed.arg_start = b->sp;
    b->sp &= ~15ull;
    random = push(b, bytes, sizeof(bytes));
    platform = proc->abi->platform ? push_string(b, proc->abi->platform) : 0;
    if (b->bad) {
        return -E2BIG;
    }
    fill_auxv(&auxv, proc->abi, info, random, execfn, platform);
    return push_vectors(b, proc, &auxv, strings, argc, envc);
}

int64_t stack_build(Process *proc, const StackInfo *info)
{
    const LinuxUserOptions *o = proc->options;
    uint64_t size = stack_size(o), top = proc->mm.end - GUEST_PAGE;
    MapRequest r = {
        .addr = top - size,
        .len = size,
        .fd = -1,
        .prot = PROT_READ | PROT_WRITE |
                (info->program->exec_stack ? PROT_EXEC : 0),
        .flags =
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
        .kind = MAPPING_STACK,
    };
    Builder b = {&proc->mm, top, top - size, false};
    uint64_t *strings;
    int64_t ret = mm_map(&proc->mm, &r);

    if (ret == -EEXIST || ret == -ENOMEM) {
        r.addr = 0; /* the host is there: anywhere */
        r.flags &= ~MAP_FIXED_NOREPLACE;
        ret = mm_map(&proc->mm, &r);
        b.bottom = (uint64_t)ret;
        b.sp = b.bottom + size;
    }
    if (ret < 0) {
        return ret;
    }
    strings = calloc(count(o->argv) + count(o->envp) + 1, sizeof(*strings));
    if (!strings) {
        return -ENOMEM;
    }
    ret = fill(&b, proc, info, strings);
    free(strings);
    proc->placed.stack_start = b.sp;
    return ret;
}
