/*
 * Functions on fields that insn32.decode and insn16.decode name.
 *
 * To be included before the generated decoders. Values are instruction
 * fields already extended to int.
 */
#ifndef FRONTEND_RISCV_DECODE_FIELDS_H
#define FRONTEND_RISCV_DECODE_FIELDS_H

typedef struct DisasContext DisasContext;

static inline int field_shl1(DisasContext *ctx, int value)
{
    (void)ctx;
    return (int)((unsigned)value << 1);
}

static inline int field_shl2(DisasContext *ctx, int value)
{
    (void)ctx;
    return (int)((unsigned)value << 2);
}

static inline int field_shl3(DisasContext *ctx, int value)
{
    (void)ctx;
    return (int)((unsigned)value << 3);
}

static inline int field_shl4(DisasContext *ctx, int value)
{
    (void)ctx;
    return (int)((unsigned)value << 4);
}

static inline int field_shl12(DisasContext *ctx, int value)
{
    (void)ctx;
    return (int)((unsigned)value << 12);
}

/* The eight registers of compressed formats, x8-x15 and f8-f15. */
static inline int field_reg8(DisasContext *ctx, int number)
{
    (void)ctx;
    return 8 + number;
}

#endif
