#include "linux-user/abi/riscv64/abi.h"

enum {
#define OWN(number, name, arguments, handler) OWN_##name,
#include "linux-user/abi/riscv64/numbers.def"
    NB_OWN
};

static const Syscall own[NB_OWN] = {
#define OWN(number, name, arguments, handler) \
    { #name, arguments, handler, -1, SYSCALL_POINTERS(arguments), \
      SYSCALL_PATHS(arguments), NB_CALLS },
#include "linux-user/abi/riscv64/numbers.def"
};

static const Syscall *const calls[] = {
#define NUMBER(number, name) [number] = &syscalls[CALL_##name],
#define OWN(number, name, arguments, handler) [number] = &own[OWN_##name],
#include "linux-user/abi/riscv64/numbers.def"
};

const GuestAbi riscv64_abi = {
    .calls = calls,
    .nb_calls = sizeof(calls) / sizeof(calls[0]),
};
