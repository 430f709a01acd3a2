/*
 * ptrace between processes of the emulator.
 *
 * The host's ptrace carries the guest's: the emulator of the tracer traces
 * the host's threads of the tracee, so that waiting, zombies, permissions and
 * the end of either are the kernel's.  What the guest is to see of a stop
 * stands in the tracee's TraceBlock, which the tracer finds by the host's
 * registers (ptrace/host.h) and reads and writes in the tracee's memory.
 *
 * A stop that the guest's tracer sees is made by the tracee itself, at a safe
 * point where it holds no lock of the emulator: it fills its block, sets
 * `parked` and sends itself a SIGBUS, at which the host stops it.  All other
 * stops of the host (faults of generated code, kicks, signals that have just
 * arrived, new threads) are internal: the tracer's emulator goes on from them
 * at once.  A signal becomes a SIGBUS with TRACE_SI_SIGNAL there, whatever
 * its action, and the tracee delivers it at its next safe point, by way of a
 * stop.
 *
 * This is what both sides agree on.
 */
#ifndef LINUX_USER_TRACE_BLOCK_H
#define LINUX_USER_TRACE_BLOCK_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include "linux-user/abi/abi.h"

/* si_code of a SIGBUS: only a kick, or the signal in signal[si_status]. */
enum { TRACE_SI_KICK = -1000, TRACE_SI_SIGNAL = -1001 };

/* Where the thread is stopped; TRACE_RUNNING: at no safe point. */
typedef enum TracePark {
    TRACE_RUNNING,
    TRACE_PARKED,     /* by its own SIGBUS */
    TRACE_GROUP_STOP, /* in the host's group stop */
    TRACE_IN_VFORK,   /* in the host's clone, with its event */
} TracePark;

typedef enum TraceMode {
    TRACE_CONT,
    TRACE_SYSCALL,
    TRACE_STEP,
} TraceMode;

/* What the tracer has changed when the thread goes on. */
enum {
    TRACE_SET_MASK = 1,
    TRACE_SET_INFO = 2,
    TRACE_SET_CALL = 4,
    TRACE_SET_REGSET = 8, /* << which of GuestAbi.regsets */
};

/* Stops that the tracer asks for; each is a word of its own. */
typedef struct TraceWants {
    volatile uint32_t stop;      /* SIGSTOP arrives: stop_info */
    volatile uint32_t interrupt; /* an event stop */
    volatile uint32_t group;     /* the signal of a group stop of others */
    volatile uint32_t exec;      /* a new program starts */
} TraceWants;

_Static_assert(sizeof(TraceWants) == 16, "each is a word of its own");

/* Written by the tracer before the thread goes on. */
typedef struct TraceOrders {
    volatile uint32_t parked; /* TracePark; the tracer's 0 comes last */
    volatile uint32_t resumed;
    int32_t signo; /* to be delivered */
    uint32_t mode; /* TraceMode */
    uint32_t set;  /* TRACE_SET_* */
} TraceOrders;

/* struct ptrace_syscall_info, but for its head. */
typedef struct TraceCall {
    uint32_t op; /* PTRACE_SYSCALL_INFO_* */
    uint64_t nr, args[6], data;
    int64_t result;
} TraceCall;

/*
 * Set by the tracer while the thread is in any stop of the host's (`on` to
 * `options`, wants), by the thread while it runs; all else as it says.
 */
typedef struct TraceBlock {
    struct TraceBlock *outer; /* of a vfork child: its parent's */
    int32_t tid;              /* 0: the thread has ended */
    uint32_t on;              /* it is traced */
    uint32_t seized, options; /* PTRACE_O_* of the guest's */
    int32_t tracer;           /* its process */
    TraceWants want;
    siginfo_t stop_info; /* of want.stop */
    TraceOrders orders;
    uint32_t status;   /* of this stop: signal | event << 8 */
    uint32_t has_info; /* or info is not valid */
    siginfo_t info;
    uint64_t message;
    uint64_t sigmask;
    _Alignas(8) uint8_t regs[ABI_REGSET_BYTES];
    TraceCall call;
    siginfo_t signal[2];       /* on their way; [0]: SIGSTOP */
    volatile uint32_t passing; /* a signal that the host is to act on */
    uint32_t in_call;          /* a call's entry was shown, not its exit */
    uint32_t own_thread;       /* a clone under way is not the guest's */
} TraceBlock;

/* What execve hands on (process/inherit.h). */
typedef struct TraceSaved {
    uint32_t on, seized, options, mode;
    int32_t tracer;
} TraceSaved;

/* The name of a host's thread that the guest knows nothing of. */
#define TRACE_OWN_THREAD "\1emulator"

#endif
