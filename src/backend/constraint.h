/*
 * Constraints: where the operands of an op may be, as text that a host's
 * table of rows gives and that is parsed once, when a context is created.
 *
 *   "outputs : inputs : temporaries", each a list separated by commas
 *
 * An operand is a string of letters:
 *   r x a c d ...  registers, as HostDesc.letters says
 *   0 1            input: the register of that output, which starts with it
 *   &              output: written before all inputs are read
 *   !              input: its register is destroyed
 *   m              input: may stay in memory (a global's home or a spill
 *                  slot); output: may be changed in its home, where it is the
 *                  first input too and not read any more
 *   o              like m, but for one input of the op only
 *   b              the fixed temp env is taken as a base register
 *   e z i n        constants: simm32, zero, any, zero or all ones
 *   u              constants: unsigned 32 bits
 *   f              constants: below 2^30: an absolute address with room for a
 *                  displacement
 *
 * Temporaries are registers that the record may destroy; they differ from
 * every input and output.
 */
#ifndef BACKEND_CONSTRAINT_H
#define BACKEND_CONSTRAINT_H

#include <stdbool.h>
#include <stdint.h>
#include "core/ir.h"

typedef uint64_t RegSet;

#define REG_BIT(r) (1ull << (r))

enum { MAX_OUTS = 2, MAX_INS = 4, MAX_TEMPS = 3 };

/* Constants that an operand takes. */
enum {
    CONST_S32 = 1 << 0,
    CONST_ZERO = 1 << 1,
    CONST_ANY = 1 << 2,
    CONST_ZERO_ONES = 1 << 3,
    CONST_U32 = 1 << 4,
    CONST_ADDR = 1 << 5,
};

typedef struct Place {
    RegSet regs;
    int8_t alias; /* of an input: output, or -1 */
    bool early;
    bool destroyed;
    bool mem;
    bool mem_once; /* not if another such operand is in memory */
    bool env;
    uint8_t consts; /* CONST_* */
} Place;

typedef struct Constraint {
    uint8_t nb_outs, nb_ins, nb_temps;
    bool early;             /* temporaries, or an early output */
    uint8_t order[MAX_INS]; /* inputs, the most constrained first */
    RegSet fixed;           /* registers that some operand must be in */
    Place out[MAX_OUTS], in[MAX_INS], temp[MAX_TEMPS];
} Constraint;

/* letters: 'a' to 'z' as sets of registers, 0 where a letter is none. */
void constraint_parse(Constraint *c, const char *text,
                      const RegSet letters[26]);

bool const_fits(uint8_t consts, Type type, uint64_t value);

static inline bool regset_is_single(RegSet s)
{
    return s && (s & (s - 1)) == 0;
}

static inline int regset_first(RegSet s)
{
    return __builtin_ctzll(s);
}

#endif
