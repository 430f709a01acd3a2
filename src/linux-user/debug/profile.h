/*
 * -profile: samples of where the guest spends its CPU time.
 *
 * Each thread has a timer of its CPU time, whose signal is a SIGBUS to that
 * thread: exec's own signal, which the guest never sees.  The handler
 * (signal/host.c) notes where it came and makes the cpu leave its block; at
 * the safe point behind that, where the guest's state is exact, registers and a
 * piece of the stack are copied.  Unwinding and symbols are tcg-profile's.
 */
#ifndef LINUX_USER_PROFILE_H
#define LINUX_USER_PROFILE_H

#include "linux-user/task/process.h"

typedef struct Profile Profile;

/*
 * "FILE[,rate=HZ][,stack=BYTES]"; FILE is emptied, or added to if it is
 * "+FILE".  NULL with a message for wrong use.
 */
Profile *profile_new(const char *spec, char *msg, size_t size);
/* The option for programs that this one executes: adds to the file. */
const char *profile_inherited(const Profile *);

int profile_fd(const Profile *);

/* For those of the program, and of a child of fork; by their own thread. */
void profile_start(Task *t);
void profile_forked(Task *t);
void profile_thread_start(Task *t);
void profile_thread_end(Task *t);
/* Before the process ends or executes another program. */
void profile_flush(Profile *);

/* At a safe point: takes the sample that a tick asked for. */
void profile_take(Task *t);

#endif
