/* The vDSO's image: see vdso.S. */
#include "linux-user/riscv64/target.h"

#include "linux-user/riscv64/vdso.inc"

const TargetVdso target_vdso = {
    .image = vdso_image,
    .size = sizeof(vdso_image),
    .sigreturn = VDSO_RT_SIGRETURN,
};
