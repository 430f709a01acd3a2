/* Conditions of integer comparisons. */
#ifndef CORE_COND_H
#define CORE_COND_H

/* Inverting a condition flips bit 0. */
typedef enum Cond {
    COND_NEVER,
    COND_ALWAYS,
    COND_EQ,
    COND_NE,
    COND_LT,
    COND_GE, /* signed */
    COND_GT,
    COND_LE,
    COND_LTU,
    COND_GEU, /* unsigned */
    COND_GTU,
    COND_LEU,
    COND_TSTEQ,
    COND_TSTNE, /* (a & b) == 0, (a & b) != 0 */
    COND_COUNT
} Cond;

static inline Cond cond_invert(Cond c)
{
    return (Cond)(c ^ 1);
}

/* The condition that holds for (b, a) when c holds for (a, b). */
static inline Cond cond_swap(Cond c)
{
    switch (c) {
    case COND_LT: return COND_GT;
    case COND_GT: return COND_LT;
    case COND_GE: return COND_LE;
    case COND_LE: return COND_GE;
    case COND_LTU: return COND_GTU;
    case COND_GTU: return COND_LTU;
    case COND_GEU: return COND_LEU;
    case COND_LEU: return COND_GEU;
    default: return c;
    }
}

static inline int cond_is_tst(Cond c)
{
    return c == COND_TSTEQ || c == COND_TSTNE;
}

/* "never" "always" "eq" "ne" "lt" "ge" "gt" "le" "ltu" ... "tstne" */
const char *cond_name(Cond c);

#endif
