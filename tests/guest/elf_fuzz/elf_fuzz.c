/*
 * elf_fuzz EMULATOR PROGRAM COUNT SEED: runs the emulator on COUNT mutated
 * copies of an ELF file. The guest may end as it likes; the emulator must not
 * fail a check of its own, nor hang. A guest that loops is told from a hang by
 * qemu-riscv64, where that is installed: there it loops too.
 * Prints PASS or FAIL; a failing copy is kept as elf_fuzz.N.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TIMEOUT_MS = 10000 };
typedef enum { FINE, CHECK_FAILED, HANG } Verdict;

static uint64_t state;

static uint64_t next(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 8) % below;
}

static unsigned char *read_all(const char *name, size_t *size)
{
    FILE *f = fopen(name, "rb");
    if (!f) {
        perror(name);
        exit(1);
    }
    fseek(f, 0, SEEK_END);
    *size = ftell(f);
    rewind(f);
    unsigned char *data = malloc(*size);
    if (fread(data, 1, *size, f) != *size)
        exit(1);
    fclose(f);
    return data;
}

/* Mostly the headers, where the loader looks; some code; some cut short. */
static size_t mutate(unsigned char *data, size_t size)
{
    static const unsigned char edge[] = { 0, 1, 0x7f, 0x80, 0xff };
    size_t span = next(4) ? 0x40 + 7 * 0x38 : size;
    for (uint64_t n = 1 + next(6); n; n--) {
        size_t at = next(span);
        data[at] = next(2) ? edge[next(5)] : next(256);
    }
    return next(8) ? size : next(next(2) ? size : 0x200);
}

static void write_file(const char *name, const unsigned char *data, size_t n)
{
    unlink(name);
    int fd = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
    if (fd < 0 || write(fd, data, n) != (ssize_t)n) {
        perror(name);
        exit(1);
    }
    close(fd);
}

static pid_t start(const char *emulator, const char *file, int *output)
{
    int p[2];
    if (pipe(p))
        exit(1);
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit cpu = { 20, 20 }, none = { 0, 0 };
        setrlimit(RLIMIT_CPU, &cpu);
        setrlimit(RLIMIT_CORE, &none);
        setsid();
        dup2(open("/dev/null", O_RDWR), 0);
        dup2(open("/dev/null", O_RDWR), 1);
        dup2(p[1], 2);
        close(p[0]);
        close(p[1]);
        execlp(emulator, emulator, file, (char *)NULL);
        _exit(127);
    }
    close(p[1]);
    *output = p[0];
    return pid;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads what it prints until it ends or the time is over. */
static int watch(pid_t pid, int fd, char *text, size_t size)
{
    int64_t end = now_ms() + TIMEOUT_MS;
    size_t n = 0;
    int hung = 0;
    for (;;) {
        struct pollfd p = { fd, POLLIN, 0 };
        int64_t left = end - now_ms();
        if (left <= 0 || poll(&p, 1, left) == 0) {
            hung = 1;
            break;
        }
        char sink[512];
        ssize_t got = read(fd, n < size - 1 ? text + n : sink,
                           n < size - 1 ? size - 1 - n : sizeof(sink));
        if (got <= 0)
            break;
        if (n < size - 1)
            n += got;
    }
    text[n] = 0;
    close(fd);
    if (hung)
        kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return hung;
}

static Verdict try(const char *emulator, const char *file, char *text,
                   size_t size)
{
    int fd;
    pid_t pid = start(emulator, file, &fd);
    int hung = watch(pid, fd, text, size);
    if (strstr(text, "check failed") || strstr(text, "Sanitizer"))
        return CHECK_FAILED;
    return hung ? HANG : FINE;
}

static Verdict judge(const char *emulator, const char *file, char *text,
                     size_t size)
{
    char other[64];
    Verdict v = try(emulator, file, text, size);
    if (v == HANG && try("qemu-riscv64", file, other, sizeof(other)) == HANG)
        return FINE;
    return v;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: elf_fuzz EMULATOR PROGRAM COUNT SEED\n");
        return 2;
    }
    size_t size;
    unsigned char *whole = read_all(argv[2], &size);
    unsigned char *copy = malloc(size);
    int count = atoi(argv[3]), bad = 0;
    state = 88172645463325252u + atoi(argv[4]) * 7919u;
    for (int i = 0; i < count; i++) {
        char name[32], text[2000];
        memcpy(copy, whole, size);
        size_t n = mutate(copy, size);
        snprintf(name, sizeof(name), "./elf_fuzz.%d", i);
        write_file(name, copy, n);
        Verdict v = judge(argv[1], name, text, sizeof(text));
        if (v == FINE) {
            unlink(name);
            continue;
        }
        bad++;
        printf("FAIL elf_fuzz: copy %d of seed %s: %s\n    %.300s\n", i,
               argv[4], v == HANG ? "hangs" : "check failed", text);
    }
    if (!bad)
        printf("PASS elf_fuzz: %d copies\n", count);
    return 0;
}
