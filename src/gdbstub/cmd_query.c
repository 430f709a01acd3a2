/* Packets by which client and stub learn of each other and of the program. */
#include "gdbstub/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- features --- */

static bool has_feature(const char *list, const char *feature)
{
    size_t n = strlen(feature);

    for (const char *at = list; (at = strstr(at, feature)); at += n) {
        if ((at == list || at[-1] == ';' || at[-1] == ':') &&
            (at[n] == ';' || at[n] == '\0')) {
            return true;
        }
    }
    return false;
}

void cmd_supported(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    Client *c = &g->client;

    (void)bytes;
    c->multiprocess = has_feature(args, "multiprocess+");
    c->swbreak = has_feature(args, "swbreak+");
    c->hwbreak = has_feature(args, "hwbreak+");
    c->fork_events = c->multiprocess && has_feature(args, "fork-events+");
    c->exec_events = has_feature(args, "exec-events+");
    c->no_resumed = has_feature(args, "no-resumed+");
    put(r,
        "PacketSize=%x;qXfer:features:read+;qXfer:auxv:read+;"
        "qXfer:exec-file:read+;qXfer:threads:read+;qXfer:siginfo:read+;"
        "qXfer:siginfo:write+;QStartNoAckMode+;QPassSignals+;"
        "QCatchSyscalls+;vContSupported+;swbreak+;hwbreak+;no-resumed+;"
        "multiprocess+;fork-events+;exec-events+",
        PACKET_MAX);
}

void cmd_no_ack(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    (void)args, (void)bytes;
    g->client.no_ack = true;
    put(r, "OK");
}

/* --- what is reported --- */

/* GDB's numbers, by ";". */
void cmd_pass_signals(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    uint64_t number, pass = 0;

    (void)bytes;
    while (take_number(&args, &number)) {
        int signo = number < 256 ? signal_from_gdb((int)number) : 0;

        if (signo) {
            pass |= 1ull << (signo - 1);
        }
        take_char(&args, ';');
    }
    g->client.pass = pass;
    put(r, "OK");
}

/* "0", "1" for all calls, or "1;N;N...". */
void cmd_catch_calls(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    Client *c = &g->client;
    uint64_t number;

    (void)bytes;
    c->catch_calls = *args == '1';
    args += *args != '\0';
    memset(c->caught, *args ? 0 : -1, sizeof(c->caught));
    while (take_char(&args, ';') && take_number(&args, &number)) {
        if (number < MAX_CALLS) {
            c->caught[number / 64] |= 1ull << number % 64;
        }
    }
    put(r, "OK");
}

/* --- threads --- */

void cmd_current_thread(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    if (!*args && bytes == 0) { /* not qCRC and the like */
        put(r, "QC");
        put_thread(g, r, g->told_tid);
    }
}

void cmd_first_threads(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    (void)args, (void)bytes;
    for (const GdbThread *th = g->threads; th; th = th->next) {
        put(r, th == g->threads ? "m" : ",");
        put_thread(g, r, th->tid);
    }
}

void cmd_more_threads(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    (void)g, (void)args, (void)bytes;
    put(r, "l");
}

static void thread_name(int tid, char name[32])
{
    char path[64];
    FILE *f;

    snprintf(path, sizeof(path), "/proc/self/task/%d/comm", tid);
    f = fopen(path, "re");
    if (!f || !fgets(name, 32, f)) {
        name[0] = '\0';
    }
    name[strcspn(name, "\n")] = '\0';
    if (f) {
        fclose(f);
    }
}

void cmd_thread_name(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    char name[32];
    int pid, tid;

    (void)bytes;
    if (!take_thread(&args, &pid, &tid) || tid <= 0 || !world_find(g, tid)) {
        reply_error(r, ESRCH);
        return;
    }
    thread_name(tid, name);
    put_hex(r, name, strlen(name));
}

void cmd_attached(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    (void)args, (void)bytes;
    put(r, g->listen.suspend ? "0" : "1");
}

/* --- qXfer --- */

/* "OFFSET,LENGTH" of bytes: 'm' and a part, or 'l' and the last one. */
static void reply_part(Reply *r, const char *range, const void *bytes, size_t n)
{
    uint64_t at, length;
    size_t left, done;

    if (!take_number_before(&range, ',', &at) ||
        !take_number(&range, &length)) {
        reply_error(r, EINVAL);
        return;
    }
    left = at < n ? n - at : 0;
    left = left < length ? left : length;
    put(r, "m");
    done = put_binary(r, (const char *)bytes + at, left);
    r->at[0] = at + done < n ? 'm' : 'l';
}

void cmd_features(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    (void)bytes;
    reply_part(r, args, g->description, g->description_bytes);
}

void cmd_auxv(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    char auxv[2048];

    (void)bytes;
    reply_part(r, args, auxv,
               g->target.auxv(g->target.opaque, auxv, sizeof(auxv)));
}

/* The annex is a process's id, or nothing. */
void cmd_exec_file(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    const char *range = strchr(args, ':');

    (void)bytes;
    if (!range) {
        reply_error(r, EINVAL);
        return;
    }
    reply_part(r, range + 1, g->target.program, strlen(g->target.program));
}

/* Names hold anything: what XML would not take is left out. */
static void put_name(FILE *out, const char *name)
{
    for (; *name; name++) {
        if (*name >= ' ' && *name < 127 && !strchr("<>&\"'", *name)) {
            fputc(*name, out);
        }
    }
}

static void put_threads(const Gdb *g, FILE *out)
{
    fputs("<?xml version=\"1.0\"?>\n<threads>\n", out);
    for (const GdbThread *th = g->threads; th; th = th->next) {
        Reply id = {0};
        char name[32];

        put_thread(g, &id, th->tid);
        thread_name(th->tid, name);
        fprintf(out, "<thread id=\"%.*s\" name=\"", (int)id.n, id.at);
        put_name(out, name);
        fputs("\"/>\n", out);
    }
    fputs("</threads>\n", out);
}

void cmd_threads(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    (void)bytes;
    if (!out) {
        reply_error(r, ENOMEM);
        return;
    }
    put_threads(g, out);
    fclose(out);
    reply_part(r, args, text, n);
    free(text);
}

/* --- siginfo: the same on both machines --- */

void cmd_read_siginfo(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    const GdbThread *th = general_thread(g, r);

    (void)bytes;
    if (th) {
        reply_part(r, args, &th->stop.info, sizeof(th->stop.info));
    }
}

/* "OFFSET:DATA"; vCont says which signal is given, not this. */
void cmd_write_siginfo(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    GdbThread *th = general_thread(g, r);
    const char *start = args;
    char data[PACKET_MAX + 1];
    uint64_t at;
    size_t n;
    int signo;

    if (!th) {
        return;
    }
    if (!take_number_before(&args, ':', &at)) {
        reply_error(r, EINVAL);
        return;
    }
    bytes -= (size_t)(args - start);
    memcpy(data, args, bytes);
    n = unescape(data, bytes);
    if (at > sizeof(th->stop.info) || n > sizeof(th->stop.info) - at) {
        reply_error(r, EINVAL);
        return;
    }
    signo = th->stop.info.si_signo;
    memcpy((char *)&th->stop.info + at, data, n);
    th->stop.info.si_signo = signo;
    put(r, "%zx", n);
}
