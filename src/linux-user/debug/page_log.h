/* -d page: the guest's memory map in the log. */
#ifndef LINUX_USER_PAGE_LOG_H
#define LINUX_USER_PAGE_LOG_H

#include "linux-user/task/process.h"

/* Writes the map if it is not as it was written last; cause: for the title. */
void page_log(Task *t, const char *cause);

#endif
