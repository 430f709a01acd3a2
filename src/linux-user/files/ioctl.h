/* The table of ioctls that are passed on. */
#ifndef LINUX_USER_IOCTL_H
#define LINUX_USER_IOCTL_H

#include <stdint.h>

/* The name of one; NULL: it is not passed on. */
const char *ioctl_name(uint32_t number);

#endif
