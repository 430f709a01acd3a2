/*
 * The debugger's server and guest threads, at moments that seldom come: a
 * client of the real server, and a host thread that says what guest threads
 * say, and when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "frontend/riscv/cpu.h"
#include "gdbstub/internal.h"

enum { SOME_CALL = 100, ANSWER_SECONDS = 10 };

typedef struct World {
    Exec *exec;
    Gdb *gdb;
    GdbThread *th;
    CPUState *cpu;
    int client;
    pthread_t thread;
    void (*script)(struct World *);    /* what the thread does */
    atomic_bool kicked, told, ready;
    siginfo_t info;
    int given;
} World;

/* --- the guest --- */

static World *world;           /* whom kick() tells */

static void kick(CPUState *cpu, bool call)
{
    (void)cpu, (void)call;
    atomic_store(&world->kicked, true);
}

static size_t no_code(void *opaque, uint64_t addr, void *buf, size_t n)
{
    (void)opaque, (void)addr, (void)buf, (void)n;
    return 0;
}

static void await(atomic_bool *flag)
{
    while (!atomic_load(flag)) {
        usleep(1000);
    }
}

static void *thread_main(void *opaque)
{
    World *w = opaque;

    w->th = gdb_thread_new(w->gdb, w->cpu, gettid());
    gdb_point(w->th);
    w->script(w);
    return NULL;
}

/* --- the client --- */

static void send_packet(World *w, const char *text, size_t n)
{
    char frame[256];
    unsigned sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += (uint8_t)text[i];
    }
    frame[0] = '$';
    memcpy(frame + 1, text, n);
    sprintf(frame + 1 + n, "#%02x", sum & 0xff);
    assert_int_equal(send(w->client, frame, n + 4, 0), n + 4);
}

static char get_byte(World *w)
{
    char c = 0;

    assert_int_equal(recv(w->client, &c, 1, 0), 1);
    return c;
}

/* The next packet, '#' and all, begins so; there is one. */
static void expect(World *w, const char *start)
{
    char text[1024];
    size_t n = 0;

    while (get_byte(w) != '$') {
    }
    do {
        assert_true(n < sizeof(text));
        text[n++] = get_byte(w);
    } while (text[n - 1] != '#');
    get_byte(w);
    get_byte(w);
    assert_true(n >= strlen(start));
    text[strlen(start)] = '\0';
    assert_string_equal(text, start);
}

static void ask(World *w, const char *packet, const char *answer)
{
    send_packet(w, packet, strlen(packet));
    expect(w, answer);
}

static void go_on(World *w)
{
    send_packet(w, "vCont;c", 7);
}

static void interrupt(World *w)
{
    assert_int_equal(send(w->client, "\x03", 1, 0), 1);
    expect(w, "T02");
    atomic_store(&w->told, true);
}

/* --- one of each for a test --- */

static int connect_to(const char *path)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };
    struct timeval patience = { ANSWER_SECONDS, 0 };
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strcpy(addr.sun_path, path);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
    return fd;
}

static World *begin(void (*script)(World *))
{
    static Log log;
    char path[] = "/tmp/gdb-world-%d";
    World *w = calloc(1, sizeof(*w));
    GdbListen listen = { .where = path, .suspend = true };
    ExecConfig c;

    exec_config_default(&c);
    c.frontend = &riscv64_frontend;
    c.backend = &x86_64_backend;
    c.code = (CodeReader){ no_code, NULL };
    c.log = &log;
    w->exec = exec_new(&c);
    w->cpu = exec_cpu_new(w->exec);
    rv_reset(w->cpu);
    w->script = script;
    w->gdb = gdb_start(&listen, &(GdbTarget){
        .opaque = w, .exec = w->exec, .guest = riscv64_frontend.debug,
        .program = "program", .kick = kick,
    });
    assert_non_null(w->gdb);
    world = w;
    pthread_create(&w->thread, NULL, thread_main, w);
    w->client = connect_to(w->gdb->socket);
    ask(w, "QStartNoAckMode", "OK#");
    ask(w, "qSupported:multiprocess+;fork-events+;no-resumed+", "PacketSize");
    return w;
}

static void end(World *w)
{
    pthread_join(w->thread, NULL);
    close(w->client);
    unlink(w->gdb->socket);
}

/* --- the moments --- */

static void die_when_stopped(World *w)
{
    atomic_store(&w->ready, true);
    await(&w->kicked);
    gdb_killed(w->th, SIGTERM);
}

/* A signal ends the program while the server waits for its threads. */
static void test_killed(void **state)
{
    World *w = begin(die_when_stopped);

    (void)state;
    go_on(w);
    await(&w->ready);
    interrupt(w);
    go_on(w);
    expect(w, "X0f");
    end(w);
}

static void stop_behind_vfork(World *w)
{
    long result;

    assert_true(gdb_call_begin(w->th, SOME_CALL, &result));
    assert_true(gdb_vfork_begin(w->th));
    gdb_vfork_wait(w->th);
    atomic_store(&w->ready, true);
    while (!atomic_load(&w->told) && !atomic_load(&w->kicked)) {
        usleep(1000);
    }
    assert_true(gdb_call_end(w->th, true, 0));
    gdb_exit(w->th, 3);
}

/* A stop between the end of vfork's child and the end of the call. */
static void test_behind_vfork(void **state)
{
    World *w = begin(stop_behind_vfork);

    (void)state;
    go_on(w);
    await(&w->ready);
    interrupt(w);
    go_on(w);
    expect(w, "W03");
    end(w);
}

static void end_in_call(World *w)
{
    long result;

    assert_true(gdb_call_begin(w->th, SOME_CALL, &result));
    atomic_store(&w->ready, true);
    await(&w->told);
    gdb_call_end(w->th, true, 0);
    gdb_thread_end(w->th);
}

/* Registers are written of a thread whose last call is under way. */
static void test_last_call(void **state)
{
    World *w = begin(end_in_call);

    (void)state;
    go_on(w);
    await(&w->ready);
    interrupt(w);
    ask(w, "P1=0000000000000000", "OK#");
    ask(w, "p1", "0000000000000000#");
    go_on(w);
    expect(w, "N#");
    end(w);
}

static void take_signal(World *w)
{
    w->info.si_signo = SIGUSR1;
    w->info.si_code = 7;
    w->given = gdb_signal(w->th, &w->info);
}

/* What the client makes of a siginfo: its number is none of it. */
static void test_siginfo(void **state)
{
    static const char bad[] = "qXfer:siginfo:write::0:\xff\xff\xff\x7f";
    World *w = begin(take_signal);

    (void)state;
    go_on(w);
    expect(w, "T1e");
    send_packet(w, bad, sizeof(bad) - 1);
    expect(w, "4#");
    ask(w, "D", "OK#");
    end(w);
    assert_int_equal(w->given, SIGUSR1);
    assert_int_equal(w->info.si_signo, SIGUSR1);
    assert_int_equal(w->info.si_code, 7);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed),
        cmocka_unit_test(test_behind_vfork),
        cmocka_unit_test(test_last_call),
        cmocka_unit_test(test_siginfo),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
