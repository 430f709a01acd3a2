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
 *   e z i n ...    constants that an instruction takes, as HostDesc.consts says
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

typedef struct Place {
    RegSet regs;
    int8_t alias; /* of an input: output, or -1 */
    bool early;
    bool destroyed;
    bool mem;
    bool mem_once; /* not if another such operand is in memory */
    bool env;
    uint16_t consts; /* kinds of constants, as HostDesc.const_fits has them */
} Place;

typedef struct Constraint {
    uint8_t nb_outs, nb_ins, nb_temps;
    bool early;             /* temporaries, or an early output */
    uint8_t order[MAX_INS]; /* inputs, the most constrained first */
    RegSet fixed;           /* registers that some operand must be in */
    Place out[MAX_OUTS], in[MAX_INS], temp[MAX_TEMPS];
} Constraint;

/*
 * regs: 'a' to 'z' as sets of registers, 0 where a letter is none; consts:
 * the letters that stand for constants, the i-th by bit i of Place.consts.
 */
void constraint_parse(Constraint *c, const char *text, const RegSet regs[26],
                      const char *consts);

static inline bool regset_is_single(RegSet s)
{
    return s && (s & (s - 1)) == 0;
}

static inline int regset_first(RegSet s)
{
    return __builtin_ctzll(s);
}

static inline unsigned regset_count(RegSet s)
{
    return (unsigned)__builtin_popcountll(s);
}

#endif
