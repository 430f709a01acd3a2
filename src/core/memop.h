/* MemOp: how a guest memory access is made, packed in a constant. */
#ifndef CORE_MEMOP_H
#define CORE_MEMOP_H

#include <stdint.h>

typedef uint32_t MemOp;

enum {
    MO_8,
    MO_16,
    MO_32,
    MO_64,
    MO_128,
    MO_256,             /* vectors only */
    MO_SIZE = 7,        /* log2 of the size in bytes */
    MO_SIGN = 1 << 3,   /* a load narrower than its type is sign-extended */
    MO_BSWAP = 1 << 4,  /* bytes in the order opposite to the host's */
    MO_ALIGN = 1 << 5,  /* a misaligned address is a SIGBUS (BUS_ADRALN) */
    MO_ATOMIC = 1 << 6, /* single-copy atomic when aligned to its size;
                           else atomic for each byte */

    MO_UB = MO_8,
    MO_UW = MO_16,
    MO_UL = MO_32,
    MO_UQ = MO_64,
    MO_SB = MO_8 | MO_SIGN,
    MO_SW = MO_16 | MO_SIGN,
    MO_SL = MO_32 | MO_SIGN,
};

static inline unsigned memop_bytes(MemOp m)
{
    return 1u << (m & MO_SIZE);
}

/* Constants of the op mb: which accesses before and after it are ordered. */
enum {
    MB_LD_LD = 1,
    MB_ST_LD = 2,
    MB_LD_ST = 4,
    MB_ST_ST = 8,
    MB_ALL = 15,
};

/* Constant of bswap16 and bswap32. */
enum { BSWAP_ZERO, BSWAP_SIGN };

#endif
