#include "util/die.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void die(int status, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fprintf(stderr, "%s: ", program_invocation_short_name);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(status);
}

/* What sanitizers' builds are told; their variables can say otherwise. */
#ifdef __SANITIZE_ADDRESS__
const char *__asan_default_options(void);

/* What a process has when it ends, its end frees. */
const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif

#ifdef __SANITIZE_THREAD__
const char *__tsan_default_options(void);

/* Guests fork with threads, and make new ones then. */
const char *__tsan_default_options(void)
{
    return "die_after_fork=0";
}
#endif

void name_for_getopt(char **argv)
{
    argv[0] = program_invocation_short_name;
}
