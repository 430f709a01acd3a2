/* A page that is asked for over HTTP, on this machine alone. */
#ifndef TOOLS_EXPLORE_SERVE_H
#define TOOLS_EXPLORE_SERVE_H

#include <stddef.h>

/*
 * The page for the function (a symbol or address; NULL: the default one),
 * malloc'ed; NULL with a message.
 */
typedef char *ServePage(void *opaque, const char *function, char *msg,
                        size_t size);

/*
 * Answers GET / and GET /?f=FUNCTION on 127.0.0.1, one request after another,
 * until the process is ended.  port 0: any that is free.  Comes back only if
 * it cannot listen, with errno.
 */
void serve(unsigned port, ServePage *page, void *opaque);

#endif
