/* Stop replies and thread-ids. */
#include "gdbstub/internal.h"

#include <string.h>
#include <unistd.h>
#include "util/check.h"

static void put_thread_of(const Gdb *g, Reply *r, int pid, int tid)
{
    if (g->client.multiprocess) {
        put(r, "p%x.%x", pid, tid);
    } else {
        put(r, "%x", tid);
    }
}

void put_thread(const Gdb *g, Reply *r, int tid)
{
    put_thread_of(g, r, (int)getpid(), tid);
}

/* "-1" is all. */
static bool take_id(const char **s, int *id)
{
    uint64_t value;

    if ((*s)[0] == '-' && (*s)[1] == '1') {
        *s += 2;
        *id = -1;
        return true;
    }
    if (!take_number(s, &value)) {
        return false;
    }
    *id = (int)value;
    return true;
}

bool take_thread(const char **s, int *pid, int *tid)
{
    *pid = (int)getpid();
    if (!take_char(s, 'p')) {
        return take_id(s, tid);
    }
    *tid = -1;
    return take_id(s, pid) && (!take_char(s, '.') || take_id(s, tid));
}

static void put_reg(const Gdb *g, Reply *r, const GdbThread *th, uint32_t n)
{
    uint8_t value[DEBUG_REG_MAX];

    thread_reg(th, n, value);
    put(r, "%x:", n);
    put_hex(r, value, reg_bytes(g, n));
    put(r, ";");
}

static void put_break(const Gdb *g, Reply *r, PointType type)
{
    if (type == POINT_SOFT && g->client.swbreak) {
        put(r, "swbreak:;");
    } else if (type == POINT_HARD && g->client.hwbreak) {
        put(r, "hwbreak:;");
    }
}

static void put_watch(Reply *r, const Stop *stop)
{
    static const char *const names[] = {
        [POINT_WRITE] = "watch",
        [POINT_READ] = "rwatch",
        [POINT_ACCESS] = "awatch",
    };

    check(stop->point >= POINT_WRITE && stop->point <= POINT_ACCESS,
          "a watchpoint of type %d", stop->point);
    put(r, "%s:%lx;", names[stop->point], stop->addr);
}

static void put_reason(const Gdb *g, Reply *r, const Stop *stop)
{
    switch (stop->kind) {
    case STOP_BREAK: put_break(g, r, stop->point); break;
    case STOP_WATCH: put_watch(r, stop); break;
    case STOP_CALL: put(r, "syscall_entry:%x;", stop->number); break;
    case STOP_RETURN: put(r, "syscall_return:%x;", stop->number); break;
    case STOP_FORK:
        put(r, "fork:");
        put_thread_of(g, r, stop->number, stop->number);
        put(r, ";");
        break;
    case STOP_EXEC:
        put(r, "exec:");
        put_hex(r, g->target.program, strlen(g->target.program));
        put(r, ";");
        break;
    case STOP_NONE:
    case STOP_SIGNAL:
    case STOP_STEP: break;
    }
}

void reply_stop(Gdb *g, Reply *r, const GdbThread *th)
{
    const GuestDebug *guest = g->target.guest;
    int signo = th->stop.kind == STOP_SIGNAL ? th->stop.info.si_signo
                : g->interrupted             ? SIGINT
                                             : SIGTRAP;

    put(r, "T%02x", signal_to_gdb(signo));
    put_reason(g, r, &th->stop);
    put(r, "thread:");
    put_thread(g, r, th->tid);
    put(r, ";");
    put_reg(g, r, th, guest->pc_reg);
    put_reg(g, r, th, guest->sp_reg);
}
