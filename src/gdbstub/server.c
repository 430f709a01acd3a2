/*
 * The server's thread: waits for a client, stops the program, answers
 * packets until one lets it go on, waits for what stops it.
 */
#include "gdbstub/internal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "util/check.h"
#include "util/fd.h"

enum { SERVER_STACK_BYTES = 512 << 10, INTERRUPT = 3 };
_Static_assert(SERVER_STACK_BYTES >= 8 * PACKET_MAX, "what handlers hold");

const char *gdb_listen_parse(GdbListen *l, char *text)
{
    char *option = strchr(text, ',');
    unsigned port;

    l->where = text;
    l->suspend = true;
    if (option) {
        *option++ = '\0';
        l->suspend = strcmp(option, "suspend=n") != 0;
    }
    if (!*text || (option && l->suspend && strcmp(option, "suspend=y") != 0)) {
        return "write PORT or PATH, and perhaps ,suspend=n";
    }
    if (conn_port(text, &port) && (port < 1 || port > UINT16_MAX)) {
        return "a port is a number from 1 to 65535";
    }
    return NULL;
}

/* --- packets --- */

typedef struct Row {
    const char *name;
    Command *fn;
} Row;

static const Row rows[] = {
#define COMMAND(name, fn) {name, fn},
#include "gdbstub/commands.def"
};

static const Row *find_row(const char *packet)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strncmp(packet, rows[i].name, strlen(rows[i].name)) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

void reply_error(Reply *r, int number)
{
    r->n = 0;
    put(r, "E%02x", number & 0xff);
}

static void answer(Gdb *g, const char *packet, size_t n)
{
    const Row *row = find_row(packet);
    Reply r = {0};

    if (row) {
        size_t name = strlen(row->name);

        row->fn(g, packet + name, n - name, &r);
    }
    if (r.full) {
        reply_error(&r, ENOBUFS);
    }
    if (!g->resumed) {
        conn_put_packet(&g->conn, r.at, r.n);
    }
    g->conn.no_ack = g->client.no_ack;
}

/* --- while the program runs --- */

static void tell(Gdb *g, const char *format, int number)
{
    char text[64];
    int n = snprintf(text, sizeof(text), format, number);

    if (g->client.multiprocess) {
        n += snprintf(text + n, sizeof(text) - (size_t)n, ";process:%x",
                      getpid());
    }
    check((size_t)n < sizeof(text), "told in %d bytes", n);
    conn_put_packet(&g->conn, text, (size_t)n);
}

static void tell_end(Gdb *g, EndKind kind, int number)
{
    if (kind == END_EXIT) {
        tell(g, "W%02x", number & 0xff);
    } else {
        tell(g, "X%02x", signal_to_gdb(number));
    }
    pthread_mutex_lock(&g->lock);
    g->end_told = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

static void tell_stop(Gdb *g, GdbThread *th)
{
    Reply r = {0};

    check(world_stands(g), "a stop is told of a program that runs");
    th->told = true;
    g->told_tid = g->general_tid = th->tid;
    g->general_pid = (int)getpid();
    reply_stop(g, &r, th);
    conn_put_packet(&g->conn, r.at, r.n);
}

/* The last thread that was to run has ended. */
static void tell_held(Gdb *g)
{
    GdbThread *th = world_find(g, 0);

    if (g->client.no_resumed || !th) {
        conn_put_packet(&g->conn, "N", 1);
    } else {
        tell_stop(g, th);
    }
}

/* Something to tell, told; false: nothing yet. */
static bool look(Gdb *g)
{
    GdbThread *th;
    EndKind end;
    bool all_held;

    pthread_mutex_lock(&g->lock);
    end = g->end_told ? END_NONE : g->end;
    th = world_pick(g);
    all_held = g->all_held;
    g->all_held = false;
    pthread_mutex_unlock(&g->lock);
    if (end) {
        tell_end(g, end, g->end_number);
    } else if (th) {
        world_stop(g);
        tell_stop(g, th);
    } else if (all_held) {
        world_stop(g);
        tell_held(g);
    }
    return end || th || all_held;
}

/* By the client's ^C; what a thread has to tell comes first. */
static void interrupt(Gdb *g)
{
    GdbThread *th;

    world_stop(g);
    if (look(g)) {
        return;
    }
    th = world_find(g, g->told_tid);
    th = th ? th : world_find(g, 0);
    if (th) {
        g->interrupted = true;
        tell_stop(g, th);
    }
}

/* False: the client is gone.  A packet now is none that has an answer. */
static bool hear(Gdb *g, bool *stopped)
{
    int byte = conn_get_byte(&g->conn);

    *stopped = byte == INTERRUPT;
    if (*stopped) {
        interrupt(g);
    }
    return byte >= 0;
}

static bool has_input(const Gdb *g)
{
    return g->conn.at < g->conn.end;
}

/* Until the program stops; false: the client is gone. */
static bool run_on(Gdb *g)
{
    for (bool stopped = false; !stopped;) {
        struct pollfd p[] = {{.fd = g->conn.fd, .events = POLLIN},
                             {.fd = g->wake_fd, .events = POLLIN}};
        uint64_t count;

        if (look(g)) {
            return true;
        }
        if (!has_input(g) && poll(p, 2, -1) < 0 && errno != EINTR) {
            return false;
        }
        if (p[1].revents && read(g->wake_fd, &count, sizeof(count)) < 0) {
            return false;
        }
        if ((has_input(g) || p[0].revents) && !hear(g, &stopped)) {
            return false;
        }
    }
    return true;
}

/* --- clients --- */

static void attach(Gdb *g)
{
    world_stop(g);
    pthread_mutex_lock(&g->lock);
    check(!g->attached, "one client on top of another");
    g->attached = true;
    g->told_tid = g->threads ? g->threads->tid : 0;
    pthread_mutex_unlock(&g->lock);
    g->general_tid = g->told_tid;
    g->general_pid = (int)getpid();
    g->interrupted = false;
}

/* An execve has brought the client along: it waits for a stop. */
static bool tell_exec(Gdb *g)
{
    GdbThread *th;

    g->exec_told = false;
    world_stop(g);
    th = world_find(g, 0);
    if (th) {
        th->stop.kind = STOP_EXEC;
        tell_stop(g, th);
    }
    return th;
}

static void serve(Gdb *g)
{
    char packet[PACKET_MAX + 1];
    bool there = true;

    if (g->exec_told) {
        there = tell_exec(g);
    } else if (g->stop) {
        world_stop(g);
    } else {
        there = run_on(g);
    }
    while (there && !g->detached) {
        long n = conn_get_packet(&g->conn, packet);

        if (n < 0) {
            break;
        }
        g->resumed = false;
        answer(g, packet, (size_t)n);
        there = !g->resumed || run_on(g);
    }
    fork_answer(&g->heir, true);
}

/* There is nothing to tell of a program without a thread. */
static void wait_for_thread(Gdb *g)
{
    pthread_mutex_lock(&g->lock);
    while (!g->threads) {
        pthread_cond_wait(&g->changed, &g->lock);
    }
    pthread_mutex_unlock(&g->lock);
}

static void *server_main(void *opaque)
{
    Gdb *g = opaque;

    wait_for_thread(g);
    g->cpu = exec_cpu_new(g->target.exec);
    while (g->cpu) {
        if (g->conn.fd < 0) {
            if (g->listen_fd < 0) {
                break;
            }
            g->conn.fd = conn_accept(g->listen_fd);
            if (g->conn.fd < 0) {
                continue;
            }
            g->conn.no_ack = false;
            attach(g);
        }
        g->detached = false;
        serve(g);
        conn_close(&g->conn);
        world_release(g);
    }
    return NULL;
}

bool server_start(Gdb *g)
{
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, old;
    int error;

    g->wake_fd = fd_out_of_reach(eventfd(0, EFD_CLOEXEC));
    if (g->wake_fd < 0) {
        return false;
    }
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, SERVER_STACK_BYTES);
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    error = pthread_create(&thread, &attr, server_main, g);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attr);
    errno = error;
    return !error;
}

static void make_description(Gdb *g)
{
    FILE *out = open_memstream(&g->description, &g->description_bytes);

    if (out) {
        g->target.guest->describe(out);
        fclose(out);
    }
}

Gdb *gdb_new(const GdbTarget *target)
{
    Gdb *g = calloc(1, sizeof(*g));

    if (g) {
        g->target = *target;
        g->conn.fd = g->listen_fd = g->wake_fd = g->heir = -1;
        pthread_mutex_init(&g->lock, NULL);
        pthread_cond_init(&g->changed, NULL);
        make_description(g);
    }
    return g;
}

/* Leaves errno, and no socket. */
static void free_unstarted(Gdb *g)
{
    int error = errno;

    if (g->listen_fd >= 0) {
        close(g->listen_fd);
        if (*g->socket) {
            unlink(g->socket);
        }
    }
    free(g->description);
    free(g);
    errno = error;
}

Gdb *gdb_start(const GdbListen *listen, const GdbTarget *target)
{
    Gdb *g = gdb_new(target);

    if (!g) {
        return NULL;
    }
    g->listen = *listen;
    g->stop = listen->suspend;
    g->listen_fd = conn_listen(listen->where, g->socket);
    if (g->listen_fd >= 0 && server_start(g)) {
        return g;
    }
    free_unstarted(g);
    return NULL;
}

/* The smaller of found and fd, of those that are from `from` on. */
static int lower(int found, int fd, int from)
{
    return fd >= from && (found < 0 || fd < found) ? fd : found;
}

int gdb_own_fd(Gdb *g, int from)
{
    int found = lower(-1, g->conn.fd, from);

    found = lower(found, g->listen_fd, from);
    found = lower(found, g->wake_fd, from);
    pthread_mutex_lock(&g->lock);
    for (const GdbThread *th = g->threads; th; th = th->next) {
        for (int end = 0; end < 2; end++) {
            found = lower(found, th->fork_pipe[end], from);
            found = lower(found, th->vfork_pipe[end], from);
        }
    }
    pthread_mutex_unlock(&g->lock);
    return found;
}
