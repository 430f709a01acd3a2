/* check(): a bug of ours ends the program, saying where and what. */
#ifndef UTIL_CHECK_H
#define UTIL_CHECK_H

#include <stdio.h>
#include <stdlib.h>

/* check(cond, "format", values...); never for what a guest can cause. */
#define check(cond, ...)                                                       \
    do {                                                                       \
        if (__builtin_expect(!(cond), 0)) {                                    \
            fprintf(stderr, "%s:%d: check failed: %s: ", __FILE__, __LINE__,   \
                    #cond);                                                    \
            fprintf(stderr, __VA_ARGS__);                                      \
            fputc('\n', stderr);                                               \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* The same for what costs time: in builds with TCG_DEBUG only. */
#ifdef TCG_DEBUG
enum { DEBUG_CHECKS = 1 };
#else
enum { DEBUG_CHECKS = 0 };
#endif
#define debug_check(cond, ...) check(!DEBUG_CHECKS || (cond), __VA_ARGS__)

#endif
