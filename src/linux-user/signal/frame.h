/* Signal frames on the guest's stack; what is in one is its ABI's to say. */
#ifndef LINUX_USER_FRAME_H
#define LINUX_USER_FRAME_H

#include "linux-user/task/process.h"

enum { ALTSTACK_AUTODISARM = INT32_MIN }; /* SS_AUTODISARM */

/*
 * Pushes a frame from which sigreturn restores the registers and `mask`, and
 * makes the cpu start the handler.  False, nothing changed, if the stack
 * cannot be written.
 */
bool frame_push(Task *t, const siginfo_t *info, const GuestAction *act,
                uint64_t mask);

/*
 * sigreturn: the mask in the frame at sp, then the reverse of frame_push().
 * False, nothing changed, if there is no frame that can be read.
 */
bool frame_mask(Task *t, uint64_t *mask);
bool frame_pop(Task *t);

/* Is the guest, with this sp, on its alternate stack (sas_ss_flags)? */
bool on_altstack(const Task *t, uint64_t sp);

#endif
