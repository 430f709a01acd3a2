/* The Linux of riscv64. */
#ifndef LINUX_USER_ABI_RISCV64_ABI_H
#define LINUX_USER_ABI_RISCV64_ABI_H

#include "linux-user/abi/abi.h"
#include "linux-user/task/sys.h"

extern const GuestAbi riscv64_abi;

#define OWN(number, name, arguments, handler) SysFn handler;
#include "linux-user/abi/riscv64/numbers.def"

#endif
