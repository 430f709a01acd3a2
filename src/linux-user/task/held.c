#include "linux-user/task/held.h"
#include "util/check.h"

static void put(HeldSignal *h, const siginfo_t *info)
{
    int empty = HELD_EMPTY;

    check(info->si_signo == SIGSEGV || info->si_signo == SIGBUS,
          "signal %d is held", info->si_signo);
    if (atomic_compare_exchange_strong(&h->state, &empty, HELD_BUSY)) {
        h->info = *info;
        atomic_store(&h->state, HELD_FULL);
    }
}

/* Mostly there is none, and then a kick's handler has nothing to lock. */
static bool take(HeldSignal *h, siginfo_t *info)
{
    int full = HELD_FULL;

    if (atomic_load_explicit(&h->state, memory_order_relaxed) != full ||
        !atomic_compare_exchange_strong(&h->state, &full, HELD_BUSY)) {
        return false;
    }
    check(atomic_load(&h->state) == HELD_BUSY, "signal %d is taken twice",
          h->info.si_signo);
    *info = h->info;
    atomic_store(&h->state, HELD_EMPTY);
    return true;
}

static bool has(uint64_t set, int signo)
{
    check(signo > 0 && signo <= 64, "signal %d", signo);
    return set >> (signo - 1) & 1;
}

void held_put(Held *h, const siginfo_t *info)
{
    put(info->si_signo == SIGSEGV ? &h->segv : &h->bus, info);
}

/* SIGBUS first: of the signals of faults Linux takes the lowest number. */
bool held_take(Held *h, uint64_t which, siginfo_t *info)
{
    return (has(which, SIGBUS) && take(&h->bus, info)) ||
           (has(which, SIGSEGV) && take(&h->segv, info));
}

void held_clear(Held *h)
{
    atomic_store(&h->segv.state, HELD_EMPTY);
    atomic_store(&h->bus.state, HELD_EMPTY);
}

bool held_by_process(const siginfo_t *info)
{
    return info->si_code != SI_TKILL && info->si_code != SI_KERNEL;
}
