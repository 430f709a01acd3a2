/* Vectors of buffers in guest memory. */
#ifndef LINUX_USER_IOVEC_H
#define LINUX_USER_IOVEC_H

#include <sys/uio.h>
#include "linux-user/task/process.h"

enum { IOV_LIMIT = 1024 };

/* Reads n iovecs, checked and converted to host addresses; 0 or -errno. */
long iovec_read(Task *t, struct iovec *iov, uint64_t addr, uint64_t n);
/* What is below a stack that grows, and will be accessed, is to be there. */
void iovec_grow(Task *t, const struct iovec *iov, uint64_t n);

#endif
