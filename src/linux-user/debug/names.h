/*
 * Functions that the user has named, to -dfilter or a plugin.  A program that
 * loads no libraries has all of its names at once; in others one may come
 * later, so that they are judged at the end.
 */
#ifndef LINUX_USER_NAMES_H
#define LINUX_USER_NAMES_H

#include "linux-user/task/process.h"

/*
 * False, after one line on stderr, if no file of the program has one of them.
 * Always true of processes that the user has not started himself.
 */
bool names_check(const Process *proc);

#endif
