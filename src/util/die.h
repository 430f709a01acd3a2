/* The end of a program for wrong use or wrong input: one line on stderr. */
#ifndef UTIL_DIE_H
#define UTIL_DIE_H

/* "PROGRAM: message", PROGRAM as it was called; exits with the status. */
void die(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

/* What getopt says of the arguments begins as what die() says. */
void name_for_getopt(char **argv);

#endif
