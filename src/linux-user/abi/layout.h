/*
 * How structures of system calls are laid out.  A call whose structure guest
 * and host lay out alike is the host's to do (LAID, GIVES of calls.def); others
 * work with the host's structure, and convert by the tables here.
 */
#ifndef LINUX_USER_ABI_LAYOUT_H
#define LINUX_USER_ABI_LAYOUT_H

#include <stddef.h>
#include "linux-user/abi/abi.h"

typedef struct Member {
    uint16_t offset, bytes;
} Member;

typedef struct Layout {
    uint16_t bytes, nb_members;
    const Member *member; /* in the order of all layouts of a structure */
} Layout;

enum { LAYOUT_MAX_BYTES = 256 };

#define LAYOUT(structure, variant, type)                                       \
    extern const Layout layout_##structure##_##variant;
#include "linux-user/abi/layout.def"

/* By LAYOUT_*. */
extern const Layout *const host_layout[NB_LAYOUTS];

/* Bit LAYOUT_*: the guest's structure is the host's. */
uint32_t layouts_same(const GuestAbi *abi);
/* What does not fit is cut, what is new is 0. */
void layout_convert(const Layout *to, void *out, const Layout *from,
                    const void *in);

#endif
