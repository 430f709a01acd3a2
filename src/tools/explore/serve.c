/* See serve.h. */
#include "tools/explore/serve.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { REQUEST_BYTES = 4096, SECONDS_TO_WAIT = 5 };

/* A socket that listens; -1 with errno. */
static int listen_at(unsigned port)
{
    struct sockaddr_in addr = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    socklen_t size = sizeof(addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
        bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
        listen(fd, 8) < 0 ||
        getsockname(fd, (struct sockaddr *)&addr, &size) < 0) {
        return -1;
    }
    printf("http://localhost:%u/\n", ntohs(addr.sin_port));
    fflush(stdout);
    return fd;
}

/* The first line, cut behind the path; "" if it is none. */
static char *read_path(FILE *f, char *line, int size)
{
    char rest[REQUEST_BYTES];
    if (!fgets(line, size, f) || strncmp(line, "GET /", 5) != 0) {
        return strcpy(line, "");
    }
    while (fgets(rest, sizeof(rest), f) && rest[0] != '\r' && rest[0] != '\n') {
    }
    char *path = line + 4;
    path[strcspn(path, " \r\n")] = '\0';
    return path;
}

static void unescape(char *s)
{
    char *to = s;
    for (; *s; s++) {
        unsigned c;
        if (*s == '%' && sscanf(s + 1, "%2x", &c) == 1) {
            *to++ = (char)c;
            s += s[1] && s[2] ? 2 : 0;
        } else {
            *to++ = *s;
        }
    }
    *to = '\0';
}

static void answer(FILE *f, const char *status, const char *type,
                   const char *body)
{
    fprintf(f,
            "HTTP/1.0 %s\r\nContent-Type: %s; charset=utf-8\r\n"
            "Content-Length: %zu\r\nConnection: close\r\n\r\n",
            status, type, strlen(body));
    fputs(body, f);
}

static void answer_request(FILE *f, ServePage *page, void *opaque)
{
    char line[REQUEST_BYTES], msg[512];
    char *path = read_path(f, line, sizeof(line)), *function = NULL;
    if (strncmp(path, "/?f=", 4) == 0) {
        function = path + 4;
        unescape(function);
    } else if (strcmp(path, "/") != 0) {
        answer(f, "404 Not Found", "text/plain", "There is no such page.\n");
        return;
    }
    char *body = page(opaque, function, msg, sizeof(msg));
    answer(f, body ? "200 OK" : "404 Not Found",
           body ? "text/html" : "text/plain", body ? body : msg);
    free(body);
}

void serve(unsigned port, ServePage *page, void *opaque)
{
    static const struct timeval patience = {.tv_sec = SECONDS_TO_WAIT};
    int fd = listen_at(port);
    signal(SIGPIPE, SIG_IGN);
    while (fd >= 0) {
        int client = accept(fd, NULL, NULL);
        FILE *f = client < 0 ? NULL : fdopen(client, "r+");
        if (!f) {
            continue;
        }
        setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience,
                   sizeof(patience));
        answer_request(f, page, opaque);
        fclose(f);
    }
}
