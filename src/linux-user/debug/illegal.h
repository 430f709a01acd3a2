/* A line on an instruction that the processor does not have. */
#ifndef LINUX_USER_ILLEGAL_H
#define LINUX_USER_ILLEGAL_H

#include "linux-user/task/process.h"

/*
 * The instruction at pc is why signo is about to be sent: says so to the log
 * (-d unimp), or where that is off and the signal ends the program, on stderr
 * if it is a terminal.
 */
void illegal_note(Task *t, int signo);

#endif
