/* The fault handler's view of threads; private to exec. */
#ifndef EXEC_FAULT_H
#define EXEC_FAULT_H

#include "exec/internal.h"

/* t runs in the calling host thread from now on. */
void fault_set_thread(ExecThread *t);

/* It is out of code: slots that its kick turned to stubs may be linked. */
void kick_done(ExecThread *t);

#endif
