#include "linux-user/abi/riscv64/abi.h"

#include <elf.h>
#include <stddef.h>
#include <sys/mman.h>
#include "frontend/riscv/cpu.h"
#include "linux-user/abi/layout.h"
#include "linux-user/abi/open_flags.h"

enum {
    EF_RVC = 1,
    EF_FLOAT_ABI_DOUBLE = 4,
    EF_RVE = 8,
    AUDIT_ARCH_RISCV64 = EM_RISCV | 0x80000000 | 0x40000000,
};

enum {
#define OWN(number, name, arguments, handler) OWN_##name,
#include "linux-user/abi/riscv64/numbers.def"
    NB_OWN
};

static const Syscall own[NB_OWN] = {
#define OWN(number, name, arguments, function)                                 \
    SYSCALL_ROW(name, arguments, .handler = function, .host = -1,              \
                .call = NB_CALLS)
#include "linux-user/abi/riscv64/numbers.def"
};

static const Syscall *const calls[] = {
#define NUMBER(number, name)                  [number] = &syscalls[CALL_##name],
#define OWN(number, name, arguments, handler) [number] = &own[OWN_##name],
#include "linux-user/abi/riscv64/numbers.def"
};

static const AbiRegset regsets[] = {
    {NT_PRSTATUS, RISCV64_REGS_BYTES, 8, 0, riscv64_regs_get, riscv64_regs_set},
    {NT_FPREGSET, RISCV64_FP_REGS_BYTES, 8, RISCV64_REGS_BYTES,
     riscv64_fp_regs_get, riscv64_fp_regs_set},
};

#define GPR(n) offsetof(RVState, gpr[n])

const GuestAbi riscv64_abi = {
    .machine = "riscv64",
    .elf_machine = EM_RISCV,
    .not_elf = "not a program for RISC-V",
    .elf_refused = {EF_RVE, "built for the RVE base, which has "
                            "16 registers; only RV64I is supported"},
    .core_flags = EF_RVC | EF_FLOAT_ABI_DOUBLE,
    .calls = calls,
    .nb_calls = sizeof(calls) / sizeof(calls[0]),
    .layout =
        {
            [LAYOUT_stat] = &layout_stat_generic,
            [LAYOUT_statfs] = &layout_statfs_generic,
            [LAYOUT_epoll_event] = &layout_epoll_event_aligned,
            [LAYOUT_semid_ds] = &layout_semid_ds_generic,
            [LAYOUT_loop_info] = &layout_loop_info_generic,
            [LAYOUT_sigaction] = &layout_sigaction_plain,
        },
    .open_flag = OPEN_FLAGS_GENERIC,
    .readable_prot = PROT_READ | PROT_WRITE,
    .regs =
        {
            .pc = offsetof(RVState, pc),
            .sp = GPR(RV_SP),
            .tls = GPR(RV_TP),
            .number = GPR(RV_A7),
            .result = GPR(RV_A0),
            .arg = {GPR(RV_A0), GPR(RV_A0 + 1), GPR(RV_A0 + 2), GPR(RV_A0 + 3),
                    GPR(RV_A0 + 4), GPR(RV_A0 + 5)},
        },
    .syscall_bytes = 4,
    .regsets = regsets,
    .nb_regsets = sizeof(regsets) / sizeof(regsets[0]),
    .regset_pc = 0,
    .regset_sp = 8 * RV_SP,
    .clone_tls = 3,
    .audit_arch = (uint32_t)AUDIT_ARCH_RISCV64,
    .audit_name = "AUDIT_ARCH_RISCV64",
    .prctls = riscv64_prctls,
    .vdso = &riscv64_vdso,
    .frame =
        {
            .bytes = RISCV64_FRAME_BYTES,
            .build = riscv64_frame_build,
            .enter = riscv64_frame_enter,
            .read = riscv64_frame_read,
            .restore = riscv64_frame_restore,
        },
    .min_signal_stack = 2048,
    .leave = riscv64_leave,
    .hwcap = riscv64_hwcap,
    .cpuinfo = riscv64_cpuinfo,
    .illegal = riscv64_illegal,
};
