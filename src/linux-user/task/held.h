/*
 * SIGSEGV and SIGBUS that a process sent while the guest blocks them.  The
 * host cannot block them, since generated code needs them: they wait here,
 * one of each as in Linux, for a thread or for any thread of the process.
 *
 * For handlers of signals too.  A signal that comes while one like it is put
 * or taken counts as having come before that.
 */
#ifndef LINUX_USER_HELD_H
#define LINUX_USER_HELD_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { HELD_EMPTY, HELD_BUSY, HELD_FULL };

typedef struct HeldSignal {
    _Atomic int state; /* who makes it HELD_BUSY may use info */
    siginfo_t info;
} HeldSignal;

typedef struct Held {
    HeldSignal segv, bus;
} Held;

static inline uint64_t held_bit(const HeldSignal *h, int signo)
{
    return atomic_load(&h->state) == HELD_FULL ? 1ull << (signo - 1) : 0;
}

/* Those that wait, as a signal mask. */
static inline uint64_t held_set(const Held *h)
{
    return held_bit(&h->segv, SIGSEGV) | held_bit(&h->bus, SIGBUS);
}

void held_put(Held *h, const siginfo_t *info);
/* One of those in the set `which`, if there is one. */
bool held_take(Held *h, uint64_t which, siginfo_t *info);
void held_clear(Held *h);

/* May any thread of the process take it? */
bool held_by_process(const siginfo_t *info);

#endif
