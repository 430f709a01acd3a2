/*
 * The connection: sockets, and packets "$text#checksum" on them, which are
 * acknowledged by "+" or asked for again by "-" unless no_ack is set.
 */
#include "gdbstub/internal.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "util/check.h"
#include "util/fd.h"

/* --- bytes --- */

void conn_close(Conn *c)
{
    if (c->fd >= 0) {
        close(c->fd);
    }
    c->fd = -1;
    c->at = c->end = 0;
}

int conn_get_byte(Conn *c)
{
    check(c->at <= c->end && c->end <= sizeof(c->buf), "byte %zu of %zu", c->at,
          c->end);
    if (c->at == c->end) {
        ssize_t n;

        do {
            n = recv(c->fd, c->buf, sizeof(c->buf), 0);
        } while (n < 0 && errno == EINTR);
        if (n <= 0) {
            return -1;
        }
        c->at = 0;
        c->end = (size_t)n;
    }
    return (uint8_t)c->buf[c->at++];
}

static void put_bytes(Conn *c, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = send(c->fd, bytes, n, MSG_NOSIGNAL);

        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return; /* the next read finds it closed */
        }
        bytes += done;
        n -= (size_t)done;
    }
}

/* --- packets --- */

static uint8_t checksum(const char *bytes, size_t n)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        sum += (uint8_t)bytes[i];
    }
    return sum;
}

/* Behind '$': the text up to '#'.  -1: closed; -2: too long. */
static long get_text(Conn *c, char *packet)
{
    size_t n = 0;
    int byte;

    while ((byte = conn_get_byte(c)) != '#') {
        if (byte < 0) {
            return -1;
        }
        if (byte == '$') { /* another begins: this one was cut off */
            n = 0;
        } else if (n <= PACKET_MAX) {
            packet[n++] = (char)byte;
        }
    }
    if (n > PACKET_MAX) {
        return -2;
    }
    packet[n] = '\0';
    return (long)n;
}

/* The two digits behind '#' are those of the text; -1: closed. */
static int check_sum(Conn *c, const char *packet, size_t n)
{
    char digits[3] = "", *end;
    long sum;

    for (int i = 0; i < 2; i++) {
        int byte = conn_get_byte(c);

        if (byte < 0) {
            return -1;
        }
        digits[i] = (char)byte;
    }
    sum = strtol(digits, &end, 16);
    return end == digits + 2 && sum == checksum(packet, n);
}

long conn_get_packet(Conn *c, char packet[PACKET_MAX + 1])
{
    for (;;) {
        int byte = conn_get_byte(c), good;
        long n;

        if (byte < 0) {
            return -1;
        }
        if (byte != '$') {
            continue; /* an acknowledgement, or noise */
        }
        n = get_text(c, packet);
        if (n == -1) {
            return -1;
        }
        good = check_sum(c, packet, n < 0 ? 0 : (size_t)n);
        if (good < 0) {
            return -1;
        }
        good = good && n >= 0;
        if (!c->no_ack) {
            put_bytes(c, good ? "+" : "-", 1);
        }
        if (good) {
            return n;
        }
    }
}

/* Sends it again while the client answers "-". */
void conn_put_packet(Conn *c, const char *packet, size_t n)
{
    char frame[PACKET_MAX + 5];
    int answer;

    check(n <= PACKET_MAX, "a packet of %zu bytes", n);
    frame[0] = '$';
    memcpy(frame + 1, packet, n);
    snprintf(frame + 1 + n, 4, "#%02x", checksum(packet, n));
    do {
        put_bytes(c, frame, n + 4);
        answer = '+';
        if (!c->no_ack) {
            do {
                answer = conn_get_byte(c);
            } while (answer == 3);
        }
    } while (answer == '-');
    if (answer == '$') {
        check(c->at > 0, "a byte goes back that was not taken");
        c->at--; /* it does without */
    }
}

/* --- sockets --- */

bool conn_port(const char *where, unsigned *port)
{
    size_t digits = strspn(where, "0123456789");

    *port = digits <= 5 ? (unsigned)atoi(where) : UINT_MAX;
    return *where && !where[digits];
}

/* With what went wrong before still in errno. */
static int close_failed(int fd)
{
    int error = errno;

    close(fd);
    errno = error;
    return -1;
}

static int bind_port(uint16_t port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
        listen(fd, 1) < 0) {
        return close_failed(fd);
    }
    return fd;
}

/* The path, with the process's id for "%d"; false: too long. */
static bool expand(char *path, size_t room, const char *where)
{
    const char *id = strstr(where, "%d");
    int n = id ? snprintf(path, room, "%.*s%d%s", (int)(id - where), where,
                          (int)getpid(), id + 2)
               : snprintf(path, room, "%s", where);

    return n >= 0 && (size_t)n < room;
}

/*
 * Takes away a socket that nobody has any more.  A datagram socket cannot
 * connect to one of another kind, so who listens is not disturbed.
 */
static void remove_left_over(const struct sockaddr_un *addr)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct stat st;

    if (fd < 0) {
        return;
    }
    if (stat(addr->sun_path, &st) == 0 && S_ISSOCK(st.st_mode) &&
        connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0 &&
        errno == ECONNREFUSED) {
        unlink(addr->sun_path);
    }
    close(fd);
}

/* A new socket of this name that listens. */
static int listen_at(const struct sockaddr_un *addr)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return -1;
    }
    if (bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) < 0) {
        return close_failed(fd);
    }
    if (listen(fd, 1) < 0) {
        fd = close_failed(fd);
        unlink(addr->sun_path);
    }
    return fd;
}

/* False: it has a name already, or cannot have one. */
static bool rename_to_new(const char *from, const char *to)
{
    bool done = link(from, to) == 0;
    int error = errno == EEXIST ? EADDRINUSE : errno;

    unlink(from);
    errno = error;
    return done;
}

/*
 * Who sees the name can connect: until it listens the socket has another one,
 * beside it, unless that would be too long.
 */
static int listen_unseen(const struct sockaddr_un *addr)
{
    struct sockaddr_un early = {.sun_family = AF_UNIX};
    int n = snprintf(early.sun_path, sizeof(early.sun_path), "%s.%d",
                     addr->sun_path, (int)getpid());
    int fd;

    if ((size_t)n >= sizeof(early.sun_path)) {
        return listen_at(addr);
    }
    remove_left_over(&early);
    fd = listen_at(&early);
    if (fd >= 0 && !rename_to_new(early.sun_path, addr->sun_path)) {
        return close_failed(fd);
    }
    return fd;
}

static int bind_path(const char *where, char socket_path[SOCKET_PATH_MAX])
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    char absolute[PATH_MAX];
    int fd;

    if (!expand(addr.sun_path, sizeof(addr.sun_path), where)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    remove_left_over(&addr);
    fd = listen_unseen(&addr);
    if (fd >= 0 && realpath(addr.sun_path, absolute) &&
        strlen(absolute) < SOCKET_PATH_MAX) {
        strcpy(socket_path, absolute);
    }
    return fd;
}

int conn_listen(const char *where, char socket_path[SOCKET_PATH_MAX])
{
    unsigned port;
    bool is_port = conn_port(where, &port);
    int fd;

    check(!is_port || port <= UINT16_MAX, "port %u was let through", port);
    fd = is_port ? bind_port((uint16_t)port) : bind_path(where, socket_path);
    return fd < 0 ? -1 : fd_out_of_reach(fd);
}

int conn_accept(int listen_fd)
{
    int fd = accept4(listen_fd, NULL, NULL, SOCK_CLOEXEC), on = 1;

    if (fd >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    }
    return fd < 0 ? -1 : fd_out_of_reach(fd);
}
