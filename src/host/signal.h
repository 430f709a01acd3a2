/*
 * Dispositions of signals as the host's kernel has them, without what the C
 * library adds; may be called in a signal handler.
 */
#ifndef HOST_SIGNAL_H
#define HOST_SIGNAL_H

#include <stdint.h>

typedef struct HostSigaction {
    void *handler;
    uint64_t flags; /* SA_* */
    uint64_t mask;
} HostSigaction;

/* act, old: or NULL; -errno. */
long host_sigaction(int signo, const HostSigaction *act, HostSigaction *old);

#endif
