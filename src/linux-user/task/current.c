#include "linux-user/task/current.h"

/* The one global of a thread in linux-user. */
static __thread Task *this_task;

Task *task_current(void)
{
    return this_task;
}

void task_set_current(Task *t)
{
    this_task = t;
}

const void *task_current_place(void)
{
    return &this_task;
}
