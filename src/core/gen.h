/*
 * The builder: one function for each row of opcode.def,
 *
 *     gen_NAME(ir, type, outs..., ins..., consts...)
 *     gen_NAME(ir, type, vece, outs..., ins..., consts...)   vector ops
 *
 * which appends that op.  Nothing is simplified here.  Ops without typed
 * arguments (br, insn_start...) take TYPE_I64.  Ops with a label keep its
 * record.
 */
#ifndef CORE_GEN_H
#define CORE_GEN_H

#include "core/ir.h"
#include "util/check.h"

/* Parameters by the columns types, outs, ins, consts, and their values. */
#define GEN_VECE_ANY
#define GEN_VECE_SCALAR
#define GEN_VECE_NUM
#define GEN_VECE_INT
#define GEN_VECE_I32
#define GEN_VECE_I64
#define GEN_VECE_I128
#define GEN_VECE_FP
#define GEN_VECE_F32
#define GEN_VECE_VEC , unsigned vece
#define GEN_SET_ANY
#define GEN_SET_SCALAR
#define GEN_SET_NUM
#define GEN_SET_INT
#define GEN_SET_I32
#define GEN_SET_I64
#define GEN_SET_I128
#define GEN_SET_FP
#define GEN_SET_F32
#define GEN_SET_VEC op->vece = (uint8_t)vece;

#define GEN_OUTS_0
#define GEN_OUTS_1 , TempId o
#define GEN_OUTS_2 , TempId o, TempId o2
#define GEN_INS_0
#define GEN_INS_1 , TempId a
#define GEN_INS_2 , TempId a, TempId b
#define GEN_INS_3 , TempId a, TempId b, TempId c
#define GEN_INS_4 , TempId a, TempId b, TempId c, TempId d
#define GEN_CONSTS_0
#define GEN_CONSTS_1 , Arg k
#define GEN_CONSTS_2 , Arg k, Arg k2
#define GEN_CONSTS_3 , Arg k, Arg k2, Arg k3
#define GEN_CONSTS_4 , Arg k, Arg k2, Arg k3, Arg k4
#define GEN_CONSTS_5 , Arg k, Arg k2, Arg k3, Arg k4, Arg k5

#define GEN_OUT_VALUES_0
#define GEN_OUT_VALUES_1 *arg++ = o;
#define GEN_OUT_VALUES_2                                                       \
    *arg++ = o;                                                                \
    *arg++ = o2;
#define GEN_IN_VALUES_0
#define GEN_IN_VALUES_1 *arg++ = a;
#define GEN_IN_VALUES_2                                                        \
    *arg++ = a;                                                                \
    *arg++ = b;
#define GEN_IN_VALUES_3                                                        \
    *arg++ = a;                                                                \
    *arg++ = b;                                                                \
    *arg++ = c;
#define GEN_IN_VALUES_4                                                        \
    *arg++ = a;                                                                \
    *arg++ = b;                                                                \
    *arg++ = c;                                                                \
    *arg++ = d;
#define GEN_CONST_VALUES_0
#define GEN_CONST_VALUES_1 *arg++ = k;
#define GEN_CONST_VALUES_2                                                     \
    *arg++ = k;                                                                \
    *arg++ = k2;
#define GEN_CONST_VALUES_3                                                     \
    *arg++ = k;                                                                \
    *arg++ = k2;                                                               \
    *arg++ = k3;
#define GEN_CONST_VALUES_4                                                     \
    *arg++ = k;                                                                \
    *arg++ = k2;                                                               \
    *arg++ = k3;                                                               \
    *arg++ = k4;
#define GEN_CONST_VALUES_5 GEN_CONST_VALUES_4 *arg++ = k5;

#define OP(name, outs, ins, consts, sig, types, flags, semantics)              \
    static inline void gen_##name(IR *ir,                                      \
                                  Type type GEN_VECE_##types GEN_OUTS_##outs   \
                                      GEN_INS_##ins GEN_CONSTS_##consts)       \
    {                                                                          \
        Op *op = ir_emit(ir, OP_##name, type);                                 \
        Arg *arg = op->arg;                                                    \
        GEN_SET_##types GEN_OUT_VALUES_##outs GEN_IN_VALUES_##ins              \
            GEN_CONST_VALUES_##consts(void) arg;                               \
        if (opcode_label(OP_##name) >= 0) {                                    \
            ir_note_label(ir, op);                                             \
        }                                                                      \
    }
#define OP_CALL(...)
#include "core/opcode.def"

/* Calls h with n arguments; ret is 0 when its result is not wanted. */
static inline void gen_call(IR *ir, const Helper *h, TempId ret, unsigned n,
                            const TempId args[])
{
    check(n == h->nb_args, "%s takes %u arguments, not %u", h->name, h->nb_args,
          n);
    check(!ret || h->ret >= 0, "%s returns nothing", h->name);
    Op *op = ir_emit(ir, OP_call, h->ret < 0 ? TYPE_I64 : (Type)h->ret);
    Arg *arg = op->arg;
    op->call_outs = ret != 0;
    op->call_ins = (uint8_t)n;
    if (ret) {
        *arg++ = ret;
    }
    for (unsigned i = 0; i < n; i++) {
        *arg++ = args[i];
    }
    *arg = (uintptr_t)h;
}

#endif
