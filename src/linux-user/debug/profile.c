/* The profile's timers, its samples and its file. */
#include "linux-user/debug/profile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/debug/profile_file.h"
#include "linux-user/proc/proc.h"
#include "linux-user/task/regs.h"
#include "util/fd.h"

enum {
    DEFAULT_RATE = 1000,
    MAX_RATE = 100000,
    DEFAULT_STACK = 32 << 10,
    MAX_STACK = 1 << 20,
    BUFFER_BYTES = 256 << 10,
};

struct Profile {
    char *inherited;
    int fd;
    unsigned long rate, stack_bytes;
    pthread_mutex_t lock; /* of what follows */
    uint8_t *buf;
    size_t used, size;
    uint64_t maps;         /* the number of the last, 0: none yet */
    uint64_t maps_version; /* Mm.code_version then */
};

/* --- the file --- */

static void write_out(Profile *p)
{
    const uint8_t *at = p->buf;

    while (p->used > 0) {
        ssize_t n = write(p->fd, at, p->used);

        if (n < 0 && errno != EINTR) {
            break;
        }
        at += n > 0 ? n : 0;
        p->used -= n > 0 ? (size_t)n : 0;
    }
    p->used = 0;
}

/* Room for a record; NULL if it is larger than the buffer. */
static void *add_record(Profile *p, ProfileKind kind, size_t bytes, int32_t pid,
                        int32_t tid)
{
    ProfileHead *h;

    bytes = (bytes + 7) & ~(size_t)7;
    if (p->used + bytes > p->size) {
        write_out(p);
    }
    if (bytes > p->size) {
        return NULL;
    }
    h = (ProfileHead *)(p->buf + p->used);
    memset(h, 0, bytes);
    *h = (ProfileHead){kind, (uint32_t)bytes, pid, tid};
    p->used += bytes;
    return h;
}

static void add_start(Profile *p, const Task *t)
{
    const char *exe = t->proc->program.path;
    size_t n = strlen(exe) + 1;
    ProfileStart *s =
        add_record(p, PROFILE_START, sizeof(*s) + n, t->tgid, t->tid);

    s->magic = PROFILE_MAGIC;
    s->version = PROFILE_VERSION;
    s->unit = 1000000000 / p->rate;
    memcpy(s + 1, exe, n);
}

static void add_maps(Profile *p, Task *t)
{
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    ProfileMaps *m;

    if (!f) {
        return;
    }
    p->maps_version = task_mm(t)->code_version;
    proc_maps(t, f, NULL);
    fclose(f);
    m = add_record(p, PROFILE_MAPS, sizeof(*m) + n + 1, t->tgid, t->tid);
    if (m) {
        m->number = ++p->maps;
        snprintf(m->guest, sizeof(m->guest), "%s",
                 t->proc->options->exec.frontend->name);
        memcpy(m + 1, text, n);
    }
    free(text);
}

void profile_flush(Profile *p)
{
    pthread_mutex_lock(&p->lock);
    write_out(p);
    pthread_mutex_unlock(&p->lock);
}

/* --- arguments --- */

static bool parse_number(const char *word, const char *name,
                         unsigned long limit, unsigned long *n)
{
    size_t len = strlen(name);
    char *end;

    if (strncmp(word, name, len) != 0 || word[len] != '=') {
        return false;
    }
    *n = strtoul(word + len + 1, &end, 0);
    return *n > 0 && *n <= limit && !*end;
}

static char *absolute(const char *path)
{
    char *cwd = path[0] == '/' ? NULL : getcwd(NULL, 0), *whole = NULL;

    if (asprintf(&whole, "%s%s%s", cwd ? cwd : "", cwd ? "/" : "", path) < 0) {
        whole = NULL;
    }
    free(cwd);
    return whole;
}

static bool open_file(Profile *p, const char *path)
{
    bool more = path[0] == '+';
    char *whole = absolute(path + more);

    p->fd = whole ? open(whole,
                         O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC |
                             (more ? 0 : O_TRUNC),
                         0666)
                  : -1;
    p->fd = p->fd < 0 ? -1 : fd_out_of_reach(p->fd);
    if (p->fd >= 0 && asprintf(&p->inherited, "+%s,rate=%lu,stack=%lu", whole,
                               p->rate, p->stack_bytes) < 0) {
        p->fd = -1;
    }
    free(whole);
    return p->fd >= 0;
}

static bool parse(Profile *p, char *words)
{
    char *word;

    while ((word = strsep(&words, ","))) {
        if (!parse_number(word, "rate", MAX_RATE, &p->rate) &&
            !parse_number(word, "stack", MAX_STACK, &p->stack_bytes)) {
            return false;
        }
    }
    return true;
}

Profile *profile_new(const char *spec, char *msg, size_t size)
{
    Profile *p = calloc(1, sizeof(*p));
    char *words = strdup(spec), *path = words ? strsep(&words, ",") : NULL;

    msg[0] = '\0';
    if (!p || !path) {
        snprintf(msg, size, "out of memory");
        return NULL;
    }
    *p =
        (Profile){.fd = -1, .rate = DEFAULT_RATE, .stack_bytes = DEFAULT_STACK};
    if (!parse(p, words)) {
        snprintf(msg, size, "write FILE,rate=1..%d,stack=1..%d (bytes)",
                 MAX_RATE, MAX_STACK);
    } else if (!open_file(p, path)) {
        snprintf(msg, size, "%s: %s", path, strerror(errno));
    }
    p->size = BUFFER_BYTES + p->stack_bytes;
    p->buf = malloc(p->size);
    pthread_mutex_init(&p->lock, NULL);
    free(path);
    return msg[0] || !p->buf ? NULL : p;
}

const char *profile_inherited(const Profile *p)
{
    return p->inherited;
}

int profile_fd(const Profile *p)
{
    return p->fd;
}

/* --- timers --- */

static Profile *profile_of(const Task *t)
{
    return t->proc->options->profile;
}

void profile_thread_start(Task *t)
{
    long ns = 1000000000 / (long)profile_of(t)->rate;
    struct itimerspec its = {
        .it_interval = {ns / 1000000000, ns % 1000000000},
    };
    struct sigevent ev;

    its.it_value = its.it_interval;
    memset(&ev, 0, sizeof(ev));
    ev.sigev_notify = SIGEV_THREAD_ID;
    ev.sigev_signo = SIGBUS;
    ev.sigev_value.sival_ptr = &t->tick;
    ev._sigev_un._tid = t->tid;
    t->tick = (Tick){0};
    t->tick.has_timer =
        raw_syscall(SYS_timer_create, CLOCK_THREAD_CPUTIME_ID, (long)&ev,
                    (long)&t->tick.timer, 0, 0, 0) == 0;
    if (t->tick.has_timer) {
        raw_syscall(SYS_timer_settime, t->tick.timer, 0, (long)&its, 0, 0, 0);
    }
}

void profile_thread_end(Task *t)
{
    if (t->tick.has_timer) {
        raw_syscall(SYS_timer_delete, t->tick.timer, 0, 0, 0, 0, 0);
        t->tick.has_timer = false;
    }
}

void profile_start(Task *t)
{
    Profile *p = profile_of(t);

    pthread_mutex_lock(&p->lock);
    add_start(p, t);
    pthread_mutex_unlock(&p->lock);
}

/* What is buffered is the parent's to write. */
void profile_forked(Task *t)
{
    Profile *p = profile_of(t);

    pthread_mutex_init(&p->lock, NULL);
    p->used = 0;
    p->maps = 0;
    profile_start(t);
    profile_thread_start(t);
}

/* --- samples --- */

static const ProfilePlace places[] = {
    [EXEC_IN_CODE] = PROFILE_CODE,
    [EXEC_RUNNING] = PROFILE_EMULATOR,
    [EXEC_OUTSIDE] = PROFILE_SYSCALL,
};

/* From sp on, page by page until there is no more. */
static size_t copy_stack(Task *t, uint8_t *to, uint64_t sp, size_t size)
{
    size_t n = 0;

    while (n < size) {
        size_t part = GUEST_PAGE - ((sp + n) & GUEST_PAGE_MASK);

        part = part < size - n ? part : size - n;
        if (!mm_read(task_mm(t), to + n, sp + n, part)) {
            break;
        }
        n += part;
    }
    return n;
}

/* A sample with its registers, without a stack. */
static ProfileSample *add_registers(Profile *p, Task *t,
                                    const GuestDebug *debug)
{
    size_t bytes = sizeof(ProfileSample) + debug->nb_regs * sizeof(uint64_t);
    ProfileSample *s =
        add_record(p, PROFILE_SAMPLE, bytes + p->stack_bytes, t->tgid, t->tid);

    p->used -= p->stack_bytes;
    s->head.bytes = (uint32_t)bytes;
    s->nb_regs = debug->nb_regs;
    for (uint32_t i = 0; i < debug->nb_regs; i++) {
        s->regs[i] = debug_read_number(debug, t->cpu, i);
    }
    return s;
}

static void add_sample(Profile *p, Task *t, const Tick *tick)
{
    const GuestDebug *debug = t->proc->options->exec.frontend->debug;
    ProfileSample *s = add_registers(p, t, debug);
    size_t stack = copy_stack(t, (uint8_t *)(s->regs + s->nb_regs),
                              s->regs[debug->sp_reg], p->stack_bytes) &
                   ~(size_t)7;

    s->head.bytes += (uint32_t)stack;
    p->used += stack;
    s->maps = p->maps;
    s->place = places[tick->place];
    s->weight = tick->weight;
    s->pc = tick->pc;
    s->exact_pc = s->regs[debug->pc_reg];
}

void profile_take(Task *t)
{
    Profile *p = profile_of(t);
    Tick tick = t->tick;

    tick.weight = __atomic_exchange_n(&t->tick.weight, 0, __ATOMIC_RELAXED);
    pthread_mutex_lock(&p->lock);
    if (!p->maps || p->maps_version != task_mm(t)->code_version) {
        add_maps(p, t);
    }
    add_sample(p, t, &tick);
    pthread_mutex_unlock(&p->lock);
}
