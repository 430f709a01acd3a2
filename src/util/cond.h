/* Waiting for what may not be signalled. */
#ifndef UTIL_COND_H
#define UTIL_COND_H

#include <pthread.h>

/* pthread_cond_wait() for a millisecond at most; the lock is held. */
void cond_wait_a_little(pthread_cond_t *, pthread_mutex_t *lock);

#endif
