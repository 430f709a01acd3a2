/* The end of a process. */
#ifndef LINUX_USER_END_H
#define LINUX_USER_END_H

#include "linux-user/task/process.h"

/* What has to happen before the process ends in any way. */
void process_end(Task *t);

#endif
