/* Waiting for what may not be signalled. */
#ifndef UTIL_COND_H
#define UTIL_COND_H

#include <pthread.h>
#include <stdbool.h>

/* pthread_cond_wait() for a millisecond at most; the lock is held. */
void cond_wait_a_little(pthread_cond_t *, pthread_mutex_t *lock);

/* For checks: a thread holds the lock, maybe another one than this. */
bool lock_is_held(pthread_mutex_t *lock);

#endif
