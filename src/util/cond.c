#include "util/cond.h"
#include <time.h>

enum { WAIT_NS = 1000000, SECOND_NS = 1000000000 };

void cond_wait_a_little(pthread_cond_t *changed, pthread_mutex_t *lock)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    ts.tv_nsec += WAIT_NS;
    if (ts.tv_nsec >= SECOND_NS) {
        ts.tv_nsec -= SECOND_NS;
        ts.tv_sec++;
    }
    pthread_cond_timedwait(changed, lock, &ts);
}

bool lock_is_held(pthread_mutex_t *lock)
{
    if (pthread_mutex_trylock(lock) != 0) {
        return true;
    }
    pthread_mutex_unlock(lock);
    return false;
}
