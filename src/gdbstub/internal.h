/*
 * Private to gdbstub.
 *
 *   conn.c      bytes and packets of a connection
 *   text.c      the packets' notation: numbers, hex, escapes, signals
 *   control.c   guest threads: where they are, what they report
 *   process.c   fork, execve, exit as guest threads meet them
 *   world.c     the server stops threads and lets them go
 *   server.c    the server: clients come, packets go to their handlers
 *   reply.c     what is told of a stop
 *   cmd_*.c     handlers, by family; commands.def names them
 *
 * Gdb.lock guards what says so, and is never held while exec's functions are
 * called that wait for other threads.  What only the server changes while the
 * program is stopped, guest threads read without: they take the lock between
 * a stop and running on.
 */
#ifndef GDBSTUB_INTERNAL_H
#define GDBSTUB_INTERNAL_H

#include <pthread.h>
#include <stddef.h>
#include "gdbstub/gdbstub.h"

enum {
    PACKET_MAX = 16384, /* bytes of a packet, either way */
    MAX_POINTS = 256,   /* breakpoints and watchpoints */
    MAX_CALLS = 512,    /* numbers of system calls */
    SOCKET_PATH_MAX = 256,
};

/* --- text.c --- */

/* A packet in the making; what does not fit is lost, and full set. */
typedef struct Reply {
    size_t n;
    bool full;
    char at[PACKET_MAX];
} Reply;

void put(Reply *, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void put_hex(Reply *, const void *bytes, size_t n);
/* Binary, escaped; returns how many bytes found room. */
size_t put_binary(Reply *, const void *bytes, size_t n);

/* A hexadecimal number at *s, which is moved behind it; false: none. */
bool take_number(const char **s, uint64_t *value);
/* One that is followed by c; *s is moved behind that. */
bool take_number_before(const char **s, char c, uint64_t *value);
bool take_char(const char **s, char c);
/* Up to n bytes in hex, to the end of the text; how many. */
size_t take_hex(const char **s, void *bytes, size_t n);
/* In place; the new length. */
size_t unescape(char *bytes, size_t n);

/* Linux' number of a signal to GDB's, and back; 0: no such. */
int signal_to_gdb(int signo);
int signal_from_gdb(int number);

/* --- conn.c --- */

typedef struct Conn {
    int fd; /* -1: none */
    bool no_ack;
    size_t at, end; /* of buf: what is left to be looked at */
    char buf[4096];
} Conn;

/* A packet without its frame, NUL behind it: its length; -1: closed. */
long conn_get_packet(Conn *, char packet[PACKET_MAX + 1]);
/* One byte; -1: closed. */
int conn_get_byte(Conn *);
void conn_put_packet(Conn *, const char *packet, size_t n);
void conn_close(Conn *);
/* Is it a port?  *port is its number, or one that is too large. */
bool conn_port(const char *where, unsigned *port);
/*
 * A listening socket out of the guest's reach; -1 with errno.  If it is a
 * file, socket_path is set, unless it is too long.
 */
int conn_listen(const char *where, char socket_path[SOCKET_PATH_MAX]);
int conn_accept(int listen_fd);

/* --- state --- */

typedef enum StopKind {
    STOP_NONE,
    STOP_SIGNAL,
    STOP_BREAK,
    STOP_STEP,
    STOP_WATCH,
    STOP_CALL,
    STOP_RETURN,
    STOP_FORK,
    STOP_EXEC,
} StopKind;

/* A breakpoint or watchpoint: the types of the Z packet. */
typedef enum PointType {
    POINT_SOFT,
    POINT_HARD,
    POINT_WRITE,
    POINT_READ,
    POINT_ACCESS,
} PointType;

typedef struct Point {
    PointType type;
    uint64_t addr, bytes;
} Point;

typedef struct Stop {
    StopKind kind;
    PointType point; /* STOP_BREAK, STOP_WATCH */
    uint64_t addr;   /* STOP_WATCH: the watchpoint's */
    int number;      /* of the call, or the child's id */
    siginfo_t info;
} Stop;

typedef enum ThreadState {
    THREAD_RUNNING,
    THREAD_IN_CALL,
    THREAD_PARKED,
} ThreadState;

typedef enum ThreadMode { MODE_RUN, MODE_STEP, MODE_HOLD } ThreadMode;

/* A call that was made while its thread's registers were changed. */
typedef struct MadeCall {
    bool valid;
    uint64_t pc, sp;
    long result;
} MadeCall;

/* What is not said to be the thread's own is under Gdb.lock. */
struct GdbThread {
    Gdb *gdb;
    GdbThread *next;
    CPUState *cpu;
    int tid;
    ThreadState state;
    ThreadMode mode;
    uint64_t range_start, range_end; /* MODE_STEP: goes on within */
    Stop stop;                       /* reported, and not resumed */
    uint64_t order;                  /* of stop among the others' */
    bool told;                       /* the client knows of stop */
    int go_on_with;                  /* the signal that vCont gives */
    int injected;                    /* one sent to it by vCont */
    bool break_call;                 /* its registers were changed in a call */
    MadeCall made;
    uint64_t told_call; /* pc of the call whose entry has been told */
    Stop met;           /* its own: to be reported */
    bool stepped;       /* its own: a step has been made */
    int fork_pipe[2];   /* to tell the child; -1: none */
    int vfork_pipe[2];  /* its end tells the parent; of the child, the
                           writing end alone */
};

/* What a client has asked for; kept over fork and execve. */
typedef struct Client {
    bool no_ack, multiprocess, swbreak, hwbreak, fork_events, exec_events,
        no_resumed;
    uint64_t pass; /* bit N - 1: signal N is not reported */
    bool catch_calls;
    uint64_t caught[MAX_CALLS / 64];
} Client;

_Static_assert(_NSIG - 1 <= 64, "Client.pass: a bit for each signal");
_Static_assert(MAX_CALLS % 64 == 0, "Client.caught: a bit for each call");

typedef enum EndKind { END_NONE, END_EXIT, END_KILLED } EndKind;

struct Gdb {
    GdbTarget target;
    GdbListen listen;
    int listen_fd;                /* -1: none */
    char socket[SOCKET_PATH_MAX]; /* its file, "": none; goes with us */
    int wake_fd;                  /* an eventfd, for the server */
    CPUState *cpu;                /* the server's; never runs */
    char *description;            /* target.xml; owned */
    size_t description_bytes;

    /* The server's. */
    Conn conn;
    Client client;
    Point points[MAX_POINTS]; /* that the client has set */
    uint32_t nb_points;
    Point watched;                /* what exec watches; 0 bytes: nothing */
    int general_pid, general_tid; /* Hg */
    int told_tid;                 /* of the last stop reply */
    bool interrupted;             /* that was for the client's ^C */
    bool resumed, detached;       /* by the packet in hand */
    int heir;                     /* pipe to the child that the connection is
                                     left to; -1: none */
    bool exec_told;               /* a stop reply is due, for an execve */

    /* Under the lock. */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    GdbThread *threads;
    bool attached;
    bool stop;     /* threads are to stand still */
    bool in_exec;  /* execve is under way: the server waits */
    bool all_held; /* the last thread that was to run has ended */
    EndKind end;
    int end_number;
    bool end_told;
    uint64_t next_order;
};

/* --- control.c --- */

/* Under the lock: reports th->met, and waits until the client goes on. */
void thread_report(GdbThread *);
/* Under the lock: waits while th is to stand still. */
bool thread_stands_still(const GdbThread *);
void thread_wait(GdbThread *);
/*
 * Under the lock: th, whose state is exact, runs no more for now; and waits
 * for `changed`.  One that runs must not: the server would wait for it.
 */
void thread_park(GdbThread *);
void thread_await_change(GdbThread *);
void server_wake(Gdb *);
/* A register as the client sees it: in a call, pc is at its instruction. */
void thread_reg(const GdbThread *, uint32_t reg, uint8_t *value);
uint32_t reg_bytes(const Gdb *, uint32_t reg);
const Point *point_at(const Gdb *, uint64_t pc);

/* --- process.c --- */

/* Tells the child, if one waits, whether it is debugged from now on. */
void fork_answer(int *pipe_end, bool follow);

/* --- world.c: by the server --- */

/* Until no thread runs; then none does. */
void world_stop(Gdb *);
bool world_stands(Gdb *);
/* Lets go what has mode other than MODE_HOLD. */
void world_go(Gdb *);
/* Tells exec of breakpoints and watchpoints. */
void world_apply_points(Gdb *);
/* The thread that has something to tell, the first to have come; or NULL. */
GdbThread *world_pick(Gdb *);
GdbThread *world_find(Gdb *, int tid);
/* Makes the thread come out of the call that it waits in; false: cannot. */
bool world_break_call(Gdb *, GdbThread *);
/* No client any more: all go on as if there had been none. */
void world_release(Gdb *);

/* --- reply.c --- */

void reply_stop(Gdb *, Reply *, const GdbThread *);
void put_thread(const Gdb *, Reply *, int tid);
/* A thread-id; 0: any, -1: all.  A missing process is ours. */
bool take_thread(const char **s, int *pid, int *tid);

/* --- server.c --- */

bool server_start(Gdb *);
/* With the lock, lists and descriptors as after gdb_start(). */
Gdb *gdb_new(const GdbTarget *);

/* --- cmd_*.c --- */

/* What follows the packet's name, NUL behind it; bytes: its length. */
typedef void Command(Gdb *, const char *args, size_t bytes, Reply *);

#define COMMAND(name, fn) Command fn;
#include "gdbstub/commands.def"

void reply_error(Reply *, int number);
/* The thread that Hg has chosen, or NULL with an error in the reply. */
GdbThread *general_thread(Gdb *, Reply *);

#endif
