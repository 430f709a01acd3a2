/*
 * The two places where the emulator may be interrupted in host code of its
 * own: copies that may fault, and system calls that may wait.
 *
 * A fault in a copy makes it return false; usercopy_fixup(), called by the
 * SIGSEGV and SIGBUS handler, sees to that.  A signal that arrives between
 * the test of *pending and the call's entry, or for which the kernel would
 * restart the call, makes safe_syscall() return -RESTART_SYSCALL instead of
 * waiting: safe_syscall_fixup(), called by every signal handler, sees to it.
 *
 * They are written for each host, in its folder.
 */
#ifndef HOST_USERCOPY_H
#define HOST_USERCOPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kernel's own number for it, never seen by programs. */
enum { RESTART_SYSCALL = 512 };

/* False if a byte of either range cannot be accessed. */
bool user_copy(void *dst, const void *src, size_t n);
/* Length of the string copied with its NUL; -1: fault, n: no NUL within n. */
long user_strcpy(char *dst, const char *src, size_t n);

/* Atomically *dst = new if it is old: 1, or 0 if it is not; -1: fault. */
int user_cas(uint32_t *dst, uint32_t old, uint32_t new);

long safe_syscall(const volatile uint32_t *pending, long nr, long a, long b,
                  long c, long d, long e, long f);
/* The same without the care, errors as -errno. */
long raw_syscall(long nr, long a, long b, long c, long d, long e, long f);

bool usercopy_fixup(void *ucontext);
void safe_syscall_fixup(void *ucontext);
/* Did the signal end a call that the kernel, on return, will make again? */
bool safe_syscall_was_entered(const void *ucontext);

/* Addresses within those functions: a fault in front of _end goes on at _bad,
   a signal in [start, end) at _again. */
extern const char user_copy_end[], user_copy_bad[];
extern const char user_strcpy_end[], user_strcpy_bad[];
extern const char user_cas_end[], user_cas_bad[];
extern const char safe_syscall_start[], safe_syscall_end[];
extern const char safe_syscall_again[];

#endif
