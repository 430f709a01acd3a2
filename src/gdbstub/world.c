/* The server's power over guest threads. */
#include "gdbstub/internal.h"
#include "util/check.h"
#include "util/cond.h"

enum { BREAK_CALL_TRIES = 200 }; /* milliseconds */

static bool kick_running(Gdb *g)
{
    bool any = false;

    check(lock_is_held(&g->lock), "threads are looked at without the lock");
    for (GdbThread *th = g->threads; th; th = th->next) {
        if (th->state == THREAD_RUNNING) {
            g->target.kick(th->cpu, false);
            any = true;
        }
    }
    return any;
}

void world_stop(Gdb *g)
{
    pthread_mutex_lock(&g->lock);
    while (g->in_exec) {
        pthread_cond_wait(&g->changed, &g->lock);
    }
    g->stop = true;
    while (kick_running(g)) {
        cond_wait_a_little(&g->changed, &g->lock);
    }
    pthread_mutex_unlock(&g->lock);
}

bool world_stands(Gdb *g)
{
    bool stands;

    pthread_mutex_lock(&g->lock);
    stands = g->stop;
    for (const GdbThread *th = g->threads; th; th = th->next) {
        stands = stands && th->state != THREAD_RUNNING;
    }
    pthread_mutex_unlock(&g->lock);
    return stands;
}

void world_go(Gdb *g)
{
    pthread_mutex_lock(&g->lock);
    g->stop = false;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

GdbThread *world_pick(Gdb *g)
{
    GdbThread *first = NULL;

    for (GdbThread *th = g->threads; th; th = th->next) {
        if (th->stop.kind && th->mode != MODE_HOLD &&
            (!first || th->order < first->order)) {
            first = th;
        }
    }
    return first;
}

GdbThread *world_find(Gdb *g, int tid)
{
    GdbThread *th = g->threads;

    while (th && tid > 0 && th->tid != tid) {
        th = th->next;
    }
    return th;
}

bool world_break_call(Gdb *g, GdbThread *th)
{
    bool out;

    pthread_mutex_lock(&g->lock);
    th->break_call = th->state == THREAD_IN_CALL;
    for (int i = 0; i < BREAK_CALL_TRIES && th->state != THREAD_PARKED; i++) {
        pthread_cond_broadcast(&g->changed);
        g->target.kick(th->cpu, true);
        cond_wait_a_little(&g->changed, &g->lock);
    }
    out = th->state == THREAD_PARKED;
    th->break_call = false;
    pthread_mutex_unlock(&g->lock);
    return out;
}

/* --- breakpoints and watchpoints --- */

static uint32_t stops_of(const Point *p, uint32_t n, uint64_t *pc)
{
    uint32_t nb = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (p[i].type <= POINT_HARD) {
            pc[nb++] = p[i].addr;
        }
    }
    return nb;
}

/* The hull of what is watched. */
static Point watch_of(const Point *p, uint32_t n)
{
    uint64_t start = UINT64_MAX, end = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (p[i].type > POINT_HARD) {
            uint64_t last = p[i].addr + p[i].bytes;

            start = p[i].addr < start ? p[i].addr : start;
            end = last > end ? last : end;
        }
    }
    return end ? (Point){POINT_ACCESS, start, end - start} : (Point){0};
}

void world_apply_points(Gdb *g)
{
    uint64_t pc[MAX_POINTS];
    Point watched = watch_of(g->points, g->nb_points);

    check(g->nb_points <= MAX_POINTS, "%u points", g->nb_points);
    exec_set_stops(g->cpu, pc, stops_of(g->points, g->nb_points, pc));
    if (watched.addr != g->watched.addr || watched.bytes != g->watched.bytes) {
        exec_set_watch(g->cpu, watched.addr, watched.bytes);
        g->watched = watched;
    }
}

/* --- without a client --- */

static void release_thread(GdbThread *th)
{
    if (th->stop.kind == STOP_SIGNAL) {
        th->go_on_with = th->stop.info.si_signo;
    }
    fork_answer(&th->fork_pipe[1], false);
    th->stop.kind = STOP_NONE;
    th->told = false;
    th->mode = MODE_RUN;
}

void world_release(Gdb *g)
{
    check(g->conn.fd < 0, "a client is let down");
    world_stop(g);
    g->nb_points = 0;
    world_apply_points(g);
    pthread_mutex_lock(&g->lock);
    g->attached = false;
    g->client = (Client){0};
    for (GdbThread *th = g->threads; th; th = th->next) {
        release_thread(th);
    }
    g->stop = false;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}
