/*
 * rsp SOCKET: a client of GDB's remote protocol that does what lines on
 * stdin say.
 *
 *   > TEXT      sends the packet TEXT
 *   < PATTERN   takes a packet, which must match (fnmatch)
 *   ! BYTES     sends bytes, with \xNN for any
 *   ack BYTE    takes one byte, which must be this
 *   noack       from now on packets are not acknowledged
 *   bulk N      sends N random packets, and noise between them
 *   storm N     N times: lets it run, mostly in steps or for a moment, and
 *               stops it again, with breakpoints set and taken away
 *   wait N      waits N milliseconds
 *   again       closes the connection and makes another
 *   end         the other side must close
 *
 * Status 0, or 1 after a line that says what was wrong.
 */
#include <errno.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PACKET = 65536, TIMEOUT = 20000 };

static int fd;
static int no_ack;
static const char *path;
static int line_number;

static _Noreturn void fail(const char *what, const char *got)
{
    printf("line %d: %s%s\n", line_number, what, got);
    exit(1);
}

static void connect_again(void)
{
    struct sockaddr_un addr = { .sun_family = AF_UNIX };

    strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        fail("connect: ", strerror(errno));
    }
}

static int get_byte(void)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    unsigned char byte;

    if (poll(&p, 1, TIMEOUT) <= 0) {
        fail("no answer", "");
    }
    return read(fd, &byte, 1) == 1 ? byte : -1;
}

static void put_bytes(const char *bytes, size_t n)
{
    if (send(fd, bytes, n, MSG_NOSIGNAL) != (ssize_t)n) {
        fail("cannot send", "");
    }
}

static void put_packet(const char *text, size_t n)
{
    static char frame[PACKET + 4];
    unsigned sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += (unsigned char)text[i];
    }
    frame[0] = '$';
    memcpy(frame + 1, text, n);
    snprintf(frame + 1 + n, 4, "#%02x", sum & 0xff);
    put_bytes(frame, n + 4);
}

static void get_packet(char *packet)
{
    size_t n = 0;
    int byte;

    do {
        byte = get_byte();
    } while (byte >= 0 && byte != '$');
    while (byte >= 0 && (byte = get_byte()) != '#' && byte >= 0) {
        if (n < PACKET - 1) {
            packet[n++] = (char)byte;
        }
    }
    packet[n] = '\0';
    get_byte();
    if (byte < 0 || get_byte() < 0) {
        fail("closed", "");
    }
    if (!no_ack) {
        put_bytes("+", 1);
    }
}

static void expect(const char *pattern)
{
    static char packet[PACKET];

    get_packet(packet);
    if (fnmatch(pattern, packet, 0) != 0) {
        printf("wanted %s\n", pattern);
        fail("got    ", packet);
    }
}

static void put_raw(const char *text)
{
    static char bytes[PACKET];
    size_t n = 0;

    while (*text) {
        if (text[0] == '\\' && text[1] == 'x') {
            char hex[3] = { text[2], text[3], '\0' };

            bytes[n++] = (char)strtol(hex, NULL, 16);
            text += 4;
        } else {
            bytes[n++] = *text++;
        }
    }
    put_bytes(bytes, n);
}

/* --- noise --- */

static uint32_t rnd(uint32_t below)
{
    static uint64_t state = 42;

    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(state >> 33) % below;
}

/* Not those that would let it run, or end it. */
static const char *const starts[] = {
    "?", "g", "G", "p", "P", "m", "M", "X", "Z0,", "Z1,", "Z2,", "Z3,",
    "Z9,", "z0,", "z2,", "Hg", "Hc", "T", "vCont?", "vCont;", "vCont;q",
    "vFile:", "vFile:open:", "vFile:pread:", "vFile:fstat:",
    "vFile:pwrite:", "vFile:readlink:", "vMustReplyEmpty", "vKill;0;",
    "qC", "qSupported:", "qXfer:features:read:target.xml:",
    "qXfer:auxv:read::", "qXfer:threads:read::", "qXfer:siginfo:read::",
    "qXfer:siginfo:write::", "qXfer:exec-file:read:", "qThreadExtraInfo,",
    "qAttached", "QPassSignals:", "QCatchSyscalls:", "D;", "!", "R", "\x80",
};

static const char letters[] = "0123456789abcdef,;:=-.pxR-}*";

static size_t make_packet(char *text)
{
    const char *start = starts[rnd(sizeof(starts) / sizeof(starts[0]))];
    size_t n = strlen(start), more = rnd(rnd(20) ? 40 : 20000);

    memcpy(text, start, n);
    while (more-- > 0) {
        text[n++] = rnd(8) ? letters[rnd(sizeof(letters) - 1)]
                           : (char)(rnd(250) + 4);
    }
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '#' || text[i] == '$') {
            text[i] = 'x';
        }
    }
    return n;
}

static int lets_run(const char *text, size_t n)
{
    return n == 0 || strchr("csk", text[0]) ||
           (text[0] == 'D' && n < 3) || memcmp(text, "vCont;c", 7) == 0 ||
           memcmp(text, "vCont;s", 7) == 0;
}

/* What comes back is taken in between, so that neither side must wait. */
static void drain(int milliseconds)
{
    static char bytes[PACKET];
    struct pollfd p = { .fd = fd, .events = POLLIN };

    while (poll(&p, 1, milliseconds) > 0) {
        if (read(fd, bytes, sizeof(bytes)) <= 0) {
            fail("closed after noise", "");
        }
        if (!no_ack) {
            put_bytes("+", 1);
        }
    }
}

static void bulk(long n)
{
    static char text[PACKET];

    while (n-- > 0) {
        size_t len = make_packet(text);

        if (!lets_run(text, len)) {
            if (rnd(10) == 0) {
                put_bytes("$m0,#zz$$", 9);
            }
            put_packet(text, len);
            drain(rnd(10) ? 1 : 0);
        }
    }
    drain(300);
}

/* --- stopping and going on --- */

/* The next stop, after ^C unless it comes by itself; 0: it has ended. */
static int stop(char *packet, int interrupt)
{
    if (interrupt) {
        usleep(rnd(3000));
        send(fd, "\x03", 1, MSG_NOSIGNAL);    /* or it has ended */
    }
    get_packet(packet);
    return packet[0] == 'T';
}

/* The thread that a stop reply names, or the one before. */
static const char *thread_of(const char *packet)
{
    static char thread[64];
    const char *id = strstr(packet, "thread:");

    if (id) {
        snprintf(thread, sizeof(thread), "%.*s", (int)strcspn(id + 7, ";"),
                 id + 7);
    }
    return thread;
}

static int one_move(char *packet)
{
    const char *thread = thread_of(packet);
    char move[128];

    switch (rnd(6)) {
    case 0:
        snprintf(move, sizeof(move), "vCont;s:%s", thread);
        break;
    case 1:
        snprintf(move, sizeof(move), "vCont;s:%s;c", thread);
        break;
    case 2:
        snprintf(move, sizeof(move), "vCont;r10000,%x:%s;c", rnd(1 << 18),
                 thread);
        break;
    default:
        strcpy(move, "vCont;c");
        break;
    }
    put_packet(move, strlen(move));
    return stop(packet, 1);
}

/* A signal that stopped it is given to it. */
static int pass_signal(char *packet)
{
    while (memcmp(packet, "T1e", 3) == 0) {
        char move[128];

        snprintf(move, sizeof(move), "vCont;C1e:%s;c", thread_of(packet));
        put_packet(move, strlen(move));
        if (!stop(packet, 1)) {
            return 0;
        }
    }
    return 1;
}

static void storm(const char *args)
{
    static char packet[PACKET], point[64];
    long n = strtol(args, (char **)&args, 10);
    int goes_on = 1;

    put_packet("?", 1);
    get_packet(packet);
    for (long i = 0; i < n && goes_on; i++) {
        if (*args) {
            snprintf(point, sizeof(point), "%c%s", rnd(2) ? 'Z' : 'z',
                     args + 1);
            put_packet(point, strlen(point));
            expect("OK");
        }
        goes_on = one_move(packet) && pass_signal(packet);
    }
    if (goes_on) {
        put_packet("D", 1);
        expect("OK");
    }
}

/* --- lines --- */

static int starts_with(char **s, const char *word)
{
    size_t n = strlen(word);

    if (strncmp(*s, word, n) != 0) {
        return 0;
    }
    *s += n;
    return 1;
}

static void do_line(char *s)
{
    if (starts_with(&s, "> ")) {
        put_packet(s, strlen(s));
    } else if (starts_with(&s, "< ")) {
        expect(s);
    } else if (starts_with(&s, "! ")) {
        put_raw(s);
    } else if (starts_with(&s, "ack ")) {
        if (get_byte() != *s) {
            fail("another byte than ", s);
        }
    } else if (starts_with(&s, "noack")) {
        no_ack = 1;
    } else if (starts_with(&s, "bulk ")) {
        bulk(atol(s));
    } else if (starts_with(&s, "storm ")) {
        storm(s);
    } else if (starts_with(&s, "wait ")) {
        usleep((useconds_t)atol(s) * 1000);
    } else if (starts_with(&s, "again")) {
        close(fd);
        no_ack = 0;
        connect_again();
    } else if (starts_with(&s, "end")) {
        while (get_byte() >= 0) {
        }
    } else if (*s && *s != '#') {
        fail("not understood: ", s);
    }
}

int main(int argc, char **argv)
{
    static char line[PACKET];

    setbuf(stdout, NULL);
    if (argc != 2) {
        fputs("usage: rsp SOCKET < SCRIPT\n", stderr);
        return 2;
    }
    path = argv[1];
    connect_again();
    while (fgets(line, sizeof(line), stdin)) {
        line_number++;
        line[strcspn(line, "\n")] = '\0';
        do_line(line);
    }
    return 0;
}
