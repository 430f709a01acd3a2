/* The registers as debuggers know them. */
#ifndef FRONTEND_RISCV_DEBUG_H
#define FRONTEND_RISCV_DEBUG_H

#include "frontend/frontend.h"

extern const GuestDebug rv_debug;

#endif
