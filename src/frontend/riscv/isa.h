/*
 * Which instructions there are: a set of extensions, RV_*, by which code is
 * translated.  One that is not in the set is an illegal instruction.  Beside
 * them in the set is how far addresses go.
 */
#ifndef FRONTEND_RISCV_ISA_H
#define FRONTEND_RISCV_ISA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "frontend/frontend.h"

enum {
#define EXT(name, needs, text) RV_BIT_##name,
#include "frontend/riscv/isa.def"
    RV_NB_EXTS,
    RV_LAST_EXT = RV_NB_EXTS - 1,
#define BITS(name, text) RV_BIT_##name,
#include "frontend/riscv/isa.def"
    RV_NB_FEATURES,
};

enum {
#define EXT(name, needs, text) RV_##name = 1 << RV_BIT_##name,
#define BITS(name, text)       RV_##name = 1 << RV_BIT_##name,
#include "frontend/riscv/isa.def"
    RV_ALL = (1 << RV_NB_EXTS) - 1,
};

/* "rv64imafdc_zicntr_zicsr_zifencei", cut at size; returns buf. */
const char *rv_isa_string(uint64_t features, char *buf, size_t size);
/* "m" of RV_m; the first of several. */
const char *rv_ext_name(uint64_t features);

/* Frontend.address_bits */
AddressBits rv_address_bits(uint64_t features);

extern const CpuModels rv_models;

#endif
