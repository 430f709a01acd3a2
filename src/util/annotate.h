/*
 * For ThreadSanitizer, which does not see that generated code is written and
 * run: who runs it after annotate_run(p) has seen all that was written before
 * annotate_written(p).
 *
 * annotate_clone is libc's clone() for a child in its parent's memory.  TSan
 * takes each child for a fork and stops watching: here that is the parent's
 * thread, in whose stead the child runs while it waits.
 *
 * For AddressSanitizer: annotate_stack() forgets what it knows of memory that
 * becomes a stack; who ran there before has ended without returning.
 */
#ifndef UTIL_ANNOTATE_H
#define UTIL_ANNOTATE_H

#ifdef __SANITIZE_THREAD__
void __tsan_acquire(void *);
void __tsan_release(void *);
#define annotate_clone __clone

static inline void annotate_written(void *p)
{
    __tsan_release(p);
}

static inline void annotate_run(void *p)
{
    __tsan_acquire(p);
}
#else
#define annotate_clone clone

static inline void annotate_written(void *p)
{
    (void)p;
}

static inline void annotate_run(void *p)
{
    (void)p;
}
#endif

#ifdef __SANITIZE_ADDRESS__
void __asan_unpoison_memory_region(const volatile void *, unsigned long);
#define annotate_stack(p, size) __asan_unpoison_memory_region(p, size)
#else
#define annotate_stack(p, size) ((void)(p), (void)(size))
#endif

#endif
