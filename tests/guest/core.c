/*
 * Core files.  Natively the file may go elsewhere (core_pattern), so what is
 * looked for in it is looked for under emulation only.
 */
#include <elf.h>
#include <glob.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char cookie[] = "nothing yet";

#ifdef __riscv
static void *contents(size_t *size)
{
    glob_t g;
    FILE *f;
    char *p;

    if (glob("core*", 0, NULL, &g) || !(f = fopen(g.gl_pathv[0], "r"))) {
        return NULL;
    }
    fseek(f, 0, SEEK_END);
    *size = ftell(f);
    rewind(f);
    p = malloc(*size);
    fread(p, 1, *size, f);
    fclose(f);
    remove(g.gl_pathv[0]);
    return p;
}

/* The descriptor of the first note of that type. */
static const char *note(const char *at, size_t n, unsigned type)
{
    for (const char *end = at + n; at < end;) {
        const Elf64_Nhdr *h = (const void *)at;

        at += sizeof(*h) + (h->n_namesz + 3 & ~3);
        if (h->n_type == type) {
            return at;
        }
        at += h->n_descsz + 3 & ~3;
    }
    return NULL;
}

/* A note of that type for each thread. */
static int count_notes(const char *at, size_t n, unsigned type)
{
    const char *end = at + n;
    int found = 0;

    while ((at = note(at, end - at, type))) {
        found++;
        at += 376;             /* struct elf_prstatus */
    }
    return found;
}

static int good(int signo)
{
    size_t size = 0;
    char *file = contents(&size);
    const Elf64_Ehdr *e = (void *)file;
    const Elf64_Phdr *p;
    const char *status, *at = NULL;
    uint64_t pc;

    if (!file || e->e_type != ET_CORE || e->e_machine != EM_RISCV) {
        return 0;
    }
    p = (void *)(file + e->e_phoff);
    status = note(file + p->p_offset, p->p_filesz, NT_PRSTATUS);
    for (int i = 1; i < e->e_phnum; i++) {
        if ((uintptr_t)cookie - p[i].p_vaddr < p[i].p_filesz) {
            at = file + p[i].p_offset + (uintptr_t)cookie - p[i].p_vaddr;
        }
    }
    memcpy(&pc, status + 112, sizeof(pc));
    return *(int *)status == signo && at && !strcmp(at, "as it died") &&
           pc > 0x10000 && note(file + p->p_offset, p->p_filesz, NT_AUXV) &&
           note(file + p->p_offset, p->p_filesz, NT_FPREGSET) &&
           note(file + p->p_offset, p->p_filesz, NT_SIGINFO) &&
           note(file + p->p_offset, p->p_filesz, NT_FILE) &&
           count_notes(file + p->p_offset, p->p_filesz, NT_PRSTATUS) == 3;
}
#else
static int good(int signo)
{
    return 1;
}
#endif

static void *computes(void *arg)
{
    for (;;) {
    }
}

static void *waits(void *arg)
{
    for (;;) {
        pause();
    }
}

static void die(const char *how)
{
    pthread_t thread;

    pthread_create(&thread, NULL, computes, NULL);
    pthread_create(&thread, NULL, waits, NULL);
    strcpy(cookie, "as it died");
    if (strcmp(how, "segv") == 0) {
        *(volatile int *)8 = 1;
    } else if (strcmp(how, "abort") == 0) {
        abort();
    } else {
        kill(getpid(), SIGQUIT);
        pause();
    }
}

/* Does the kernel put core files in the current folder? */
static int plain_pattern(void)
{
    char pattern[256] = "|";
    FILE *f = fopen("/proc/sys/kernel/core_pattern", "r");

    fgets(pattern, sizeof(pattern), f);
    fclose(f);
    return !strpbrk(pattern, "|/");
}

static void run(const char *how, int limit)
{
    struct rlimit lim = { limit ? RLIM_INFINITY : 0, RLIM_INFINITY };
    pid_t pid;
    int status;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &lim);
        die(how);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    printf("%s: signal %d, core %s, %d\n", how, WTERMSIG(status),
           !limit || good(WTERMSIG(status)) ? "as expected" : "bad",
           plain_pattern() && WCOREDUMP(status));
}

int main(void)
{
    run("segv", 1);
    run("abort", 1);
    run("quit", 1);
    run("segv", 0);
    return 0;
}
