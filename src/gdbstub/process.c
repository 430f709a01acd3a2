/*
 * Processes that come and go.
 *
 * fork: the child waits for a word on a pipe.  The client tells the parent's
 * server which of the two it leaves; the other one has the connection, whose
 * descriptor both processes have.
 * execve: the new program's emulator is given the descriptors, and what the
 * client has asked for.
 */
#include "gdbstub/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "util/check.h"
#include "util/fd.h"

/* --- fork --- */

/* Of a fork that the client wants to be told of, both ends; false: none. */
static bool open_pipe(const Gdb *g, int ends[2])
{
    int made[2];

    if (!g->attached || !g->client.fork_events || pipe2(made, O_CLOEXEC) < 0) {
        return false;
    }
    ends[0] = fd_out_of_reach(made[0]);
    ends[1] = fd_out_of_reach(made[1]);
    return true;
}

void gdb_fork_begin(GdbThread *th)
{
    pthread_mutex_lock(&th->gdb->lock);
    check(th->fork_pipe[0] < 0, "a fork within another");
    open_pipe(th->gdb, th->fork_pipe);
}

static void close_end(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

void fork_answer(int *pipe_end, bool follow)
{
    char word = follow ? 'f' : 'd';

    if (*pipe_end >= 0) {
        ssize_t done = write(*pipe_end, &word, 1);

        (void)done; /* the child is gone */
    }
    close_end(pipe_end);
}

void gdb_fork_parent(GdbThread *th, int child)
{
    Gdb *g = th->gdb;

    close_end(&th->fork_pipe[0]);
    if (child < 0) {
        close_end(&th->fork_pipe[1]);
    } else if (th->fork_pipe[1] >= 0) {
        th->met.kind = STOP_FORK;
        th->met.number = child;
    }
    pthread_mutex_unlock(&g->lock);
}

/* Under the lock, so that a child of another thread can close its ends. */
bool gdb_vfork_begin(GdbThread *th)
{
    bool made;

    pthread_mutex_lock(&th->gdb->lock);
    check(th->vfork_pipe[0] < 0, "a vfork within another");
    made = open_pipe(th->gdb, th->vfork_pipe);
    pthread_mutex_unlock(&th->gdb->lock);
    return made;
}

static void wait_for_end(int pipe_end)
{
    char byte;

    while (read(pipe_end, &byte, 1) < 0 && errno == EINTR) {
    }
}

/* The fork is reported first: the child waits for what becomes of it. */
void gdb_vfork_wait(GdbThread *th)
{
    Gdb *g = th->gdb;

    pthread_mutex_lock(&g->lock);
    close_end(&th->vfork_pipe[1]);
    if (th->met.kind) {
        thread_report(th);
    }
    thread_park(th);
    pthread_mutex_unlock(&g->lock);

    wait_for_end(th->vfork_pipe[0]);

    pthread_mutex_lock(&g->lock);
    close_end(&th->vfork_pipe[0]);
    while (thread_stands_still(th)) {
        thread_await_change(th);
    }
    th->state = THREAD_IN_CALL; /* gdb_call_end() is next */
    pthread_mutex_unlock(&g->lock);
}

static bool told_to_follow(GdbThread *th)
{
    char word = 'd';
    ssize_t n;

    close_end(&th->fork_pipe[1]);
    if (th->fork_pipe[0] >= 0) {
        do {
            n = read(th->fork_pipe[0], &word, 1);
        } while (n < 0 && errno == EINTR);
        close_end(&th->fork_pipe[0]);
    }
    return word == 'f';
}

/* An end that is held open here would keep others waiting. */
static void forget_thread(GdbThread *th)
{
    for (int end = 0; end < 2; end++) {
        close_end(&th->fork_pipe[end]);
        close_end(&th->vfork_pipe[end]);
    }
    free(th);
}

/* Of a vfork the child has the writing end, and its own children have none. */
static void keep_vfork_end(GdbThread *th)
{
    bool is_child = th->vfork_pipe[0] >= 0;

    close_end(&th->vfork_pipe[is_child ? 0 : 1]);
}

/* Nobody else is there: no lock is held, nobody waits. */
static void become_only_thread(GdbThread *th)
{
    Gdb *g = th->gdb;

    check(g->threads, "a child of no thread");
    pthread_mutex_init(&g->lock, NULL);
    pthread_cond_init(&g->changed, NULL);
    for (GdbThread *o = g->threads, *next; o; o = next) {
        next = o->next;
        if (o != th) {
            forget_thread(o);
        }
    }
    keep_vfork_end(th);
    g->threads = th;
    th->next = NULL;
    th->tid = (int)getpid();
    th->mode = MODE_RUN;
    th->stop.kind = STOP_NONE;
    th->met.kind = STOP_NONE;
    close_end(&g->listen_fd);
    close_end(&g->wake_fd);
    close_end(&g->heir);
    g->socket[0] = '\0';
}

static void leave_alone(Gdb *g, CPUState *cpu)
{
    conn_close(&g->conn);
    exec_set_stops(cpu, NULL, 0);
    if (g->watched.bytes) {
        exec_set_watch(cpu, 0, 0);
    }
    g->watched = (Point){0};
    g->nb_points = 0;
    g->client = (Client){0};
    g->attached = g->stop = false;
}

/* Where the process's id is part of the address, the child has its own. */
static bool listen_too(Gdb *g)
{
    if (g->listen.where && strstr(g->listen.where, "%d")) {
        g->listen_fd = conn_listen(g->listen.where, g->socket);
    }
    return g->listen_fd >= 0 && server_start(g);
}

bool gdb_fork_child(GdbThread *th, int *stays_open)
{
    Gdb *g = th->gdb;

    become_only_thread(th);
    if (told_to_follow(th)) {
        g->conn.at = g->conn.end = 0;
        g->general_pid = g->general_tid = 0;
        g->told_tid = th->tid;
        g->stop = true;
        if (server_start(g)) {
            return true;
        }
    }
    leave_alone(g, th->cpu);
    if (listen_too(g)) {
        return true;
    }
    *stays_open = th->vfork_pipe[1] >= 0 ? th->vfork_pipe[1] : 0;
    free(th);
    return false;
}

/* --- execve --- */

typedef struct Saved {
    int conn_fd, listen_fd;
    bool attached, suspend;
    Client client;
    char socket[SOCKET_PATH_MAX];
} Saved;

_Static_assert(sizeof(Saved) <= GDB_SAVED_MAX, "room for it");
_Static_assert(sizeof(((Saved *)0)->socket) == sizeof(((Gdb *)0)->socket),
               "room for the path");

static void set_inherited(int fd, bool inherited)
{
    if (fd >= 0) {
        fcntl(fd, F_SETFD, inherited ? 0 : FD_CLOEXEC);
    }
}

/* Until it is over the server leaves the program alone. */
void gdb_exec_begin(GdbThread *th)
{
    Gdb *g = th->gdb;

    pthread_mutex_lock(&g->lock);
    while (thread_stands_still(th) || g->in_exec) {
        thread_await_change(th);
    }
    g->in_exec = true;
    pthread_mutex_unlock(&g->lock);
}

size_t gdb_save(GdbThread *th, void *buf)
{
    Gdb *g = th->gdb;
    Saved s = {.conn_fd = g->attached ? g->conn.fd : -1,
               .listen_fd = g->listen_fd,
               .attached = g->attached,
               .suspend = g->listen.suspend,
               .client = g->client};

    check(g->in_exec, "saved for no execve");
    strcpy(s.socket, g->socket);
    set_inherited(s.conn_fd, true);
    set_inherited(s.listen_fd, true);
    memcpy(buf, &s, sizeof(s));
    return sizeof(s);
}

void gdb_exec_failed(GdbThread *th)
{
    Gdb *g = th->gdb;

    set_inherited(g->conn.fd, false);
    set_inherited(g->listen_fd, false);
    pthread_mutex_lock(&g->lock);
    check(g->in_exec, "an execve fails that has not begun");
    g->in_exec = false;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

Gdb *gdb_resume(const void *saved, size_t size, const GdbTarget *target)
{
    Gdb *g = gdb_new(target);
    Saved s;

    if (!g || size != sizeof(s)) {
        free(g);
        return NULL;
    }
    memcpy(&s, saved, sizeof(s));
    set_inherited(s.conn_fd, false);
    set_inherited(s.listen_fd, false);
    g->conn.fd = s.conn_fd;
    g->conn.no_ack = s.client.no_ack;
    g->listen_fd = s.listen_fd;
    g->listen.suspend = s.suspend;
    memcpy(g->socket, s.socket, sizeof(g->socket));
    g->client = s.client;
    g->attached = s.attached;
    g->stop = g->exec_told = s.attached && s.client.exec_events;
    return server_start(g) ? g : NULL;
}

/* --- the end --- */

static void end(GdbThread *th, EndKind kind, int number)
{
    Gdb *g = th->gdb;

    check(kind != END_NONE, "an end that is none");
    pthread_mutex_lock(&g->lock);
    thread_park(th);
    while (g->attached && thread_stands_still(th)) {
        thread_await_change(th);
    }
    if (g->attached && !g->end) {
        g->end = kind;
        g->end_number = number;
        server_wake(g);
    }
    while (g->attached && !g->end_told) {
        thread_await_change(th);
    }
    if (g->socket[0]) {
        unlink(g->socket);
        g->socket[0] = '\0';
    }
    pthread_mutex_unlock(&g->lock);
}

void gdb_exit(GdbThread *th, int status)
{
    end(th, END_EXIT, status);
}

void gdb_killed(GdbThread *th, int signo)
{
    end(th, END_KILLED, signo);
}
