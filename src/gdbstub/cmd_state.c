/* Packets about registers, memory, breakpoints and watchpoints. */
#include "gdbstub/internal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* --- registers --- */

void cmd_read_regs(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    const GuestDebug *guest = g->target.guest;
    const GdbThread *th = general_thread(g, r);

    (void)args, (void)bytes;
    for (uint32_t n = 0; th && n < guest->nb_regs; n++) {
        uint8_t value[DEBUG_REG_MAX];

        thread_reg(th, n, value);
        put_hex(r, value, reg_bytes(g, n));
    }
}

void cmd_read_reg(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    const GuestDebug *guest = g->target.guest;
    const GdbThread *th = general_thread(g, r);
    uint8_t value[DEBUG_REG_MAX];
    uint64_t n;

    (void)bytes;
    if (!th) {
        return;
    }
    if (!take_number(&args, &n) || n >= guest->nb_regs) {
        reply_error(r, EINVAL);
        return;
    }
    thread_reg(th, (uint32_t)n, value);
    put_hex(r, value, reg_bytes(g, (uint32_t)n));
}

/* The general thread, out of the call that it may be in. */
static GdbThread *writable_thread(Gdb *g, Reply *r)
{
    GdbThread *th = general_thread(g, r);

    if (th && th->state == THREAD_IN_CALL && !world_break_call(g, th)) {
        reply_error(r, EBUSY);
        return NULL;
    }
    return th;
}

/* One value of the register's size; false: there is less. */
static bool write_one(const GdbThread *th, uint32_t n, const char **s)
{
    const GuestDebug *guest = th->gdb->target.guest;
    uint32_t bytes = reg_bytes(th->gdb, n);
    uint8_t value[DEBUG_REG_MAX];

    if (take_hex(s, value, bytes) != bytes) {
        return false;
    }
    guest->write(th->cpu, n, value);
    return true;
}

void cmd_write_regs(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    GdbThread *th = writable_thread(g, r);

    (void)bytes;
    for (uint32_t n = 0; th && n < g->target.guest->nb_regs; n++) {
        if (!write_one(th, n, &args)) {
            reply_error(r, EINVAL);
            return;
        }
    }
    if (th) {
        put(r, "OK");
    }
}

void cmd_write_reg(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    GdbThread *th = writable_thread(g, r);
    uint64_t n;

    (void)bytes;
    if (!th) {
        return;
    }
    if (take_number_before(&args, '=', &n) && n < g->target.guest->nb_regs &&
        write_one(th, (uint32_t)n, &args)) {
        put(r, "OK");
    } else {
        reply_error(r, EINVAL);
    }
}

/* --- memory --- */

/* "ADDR,LENGTH" */
static bool take_span(const char **s, uint64_t *addr, uint64_t *n)
{
    return take_number_before(s, ',', addr) && take_number(s, n);
}

void cmd_read_memory(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    uint8_t buf[PACKET_MAX / 2 - 1];
    uint64_t addr, n;
    size_t got;

    (void)bytes;
    if (!take_span(&args, &addr, &n) || *args) {
        reply_error(r, EINVAL);
        return;
    }
    n = n < sizeof(buf) ? n : sizeof(buf);
    got = g->target.read(g->target.opaque, addr, buf, n);
    if (n && !got) {
        reply_error(r, EFAULT);
    } else {
        put_hex(r, buf, got);
    }
}

static void write_memory(Gdb *g, uint64_t addr, const void *buf, size_t n,
                         Reply *r)
{
    if (!n || g->target.write(g->target.opaque, g->cpu, addr, buf, n)) {
        put(r, "OK");
    } else {
        reply_error(r, EFAULT);
    }
}

void cmd_write_memory(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    uint8_t buf[PACKET_MAX / 2];
    uint64_t addr, n;

    (void)bytes;
    if (take_span(&args, &addr, &n) && take_char(&args, ':') &&
        n <= sizeof(buf) && take_hex(&args, buf, n) == n) {
        write_memory(g, addr, buf, n, r);
    } else {
        reply_error(r, EINVAL);
    }
}

void cmd_write_binary(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    const char *start = args;
    char buf[PACKET_MAX + 1];
    uint64_t addr, n;

    if (!take_span(&args, &addr, &n) || !take_char(&args, ':')) {
        reply_error(r, EINVAL);
        return;
    }
    bytes -= (size_t)(args - start);
    memcpy(buf, args, bytes);
    if (unescape(buf, bytes) == n) {
        write_memory(g, addr, buf, n, r);
    } else {
        reply_error(r, EINVAL);
    }
}

/* --- breakpoints and watchpoints --- */

/* "TYPE,ADDR,KIND"; of a watchpoint KIND is its length. */
static bool take_point(const char *s, Point *p)
{
    uint64_t type;

    *p = (Point){0};
    if (!take_number_before(&s, ',', &type) || type > POINT_ACCESS ||
        !take_span(&s, &p->addr, &p->bytes) || p->addr + p->bytes < p->addr) {
        return false;
    }
    p->type = (PointType)type;
    return p->type <= POINT_HARD || p->bytes;
}

static bool same_point(const Point *a, const Point *b)
{
    return a->type == b->type && a->addr == b->addr && a->bytes == b->bytes;
}

static uint32_t find_point(const Gdb *g, const Point *p)
{
    uint32_t i = 0;

    while (i < g->nb_points && !same_point(&g->points[i], p)) {
        i++;
    }
    return i;
}

/* Of a child that waits for its fate there is nothing to be changed here. */
static bool is_ours(const Gdb *g)
{
    return g->general_pid <= 0 || g->general_pid == (int)getpid();
}

void cmd_set_point(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    Point p;

    (void)bytes;
    if (!take_point(args, &p)) {
        reply_error(r, EINVAL);
        return;
    }
    if (is_ours(g) && find_point(g, &p) == g->nb_points) {
        if (g->nb_points == MAX_POINTS) {
            reply_error(r, ENOSPC);
            return;
        }
        g->points[g->nb_points++] = p;
    }
    put(r, "OK");
}

void cmd_clear_point(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    uint32_t i;
    Point p;

    (void)bytes;
    if (!take_point(args, &p)) {
        reply_error(r, EINVAL);
        return;
    }
    i = find_point(g, &p);
    if (is_ours(g) && i < g->nb_points) {
        memmove(&g->points[i], &g->points[i + 1],
                (g->nb_points - i - 1) * sizeof(p));
        g->nb_points--;
    }
    put(r, "OK");
}
