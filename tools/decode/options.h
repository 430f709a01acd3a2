/*
 * The command line of the decoder generator, read once and constant after.
 *
 * insn_width is 16, 32 or 64; with `variable` it is the widest instruction
 * and shorter ones are left-aligned in it. Every name is a C identifier.
 */
#ifndef DECODE_OPTIONS_H
#define DECODE_OPTIONS_H

#include <stdbool.h>

typedef struct Options {
    const char *output;       /* NULL: standard output */
    const char *decode_name;  /* the generated function, prefix of others */
    const char *trans_prefix; /* of the trans functions, without the '_' */
    bool static_decode;
    bool static_trans;
    int insn_width;
    bool variable;
    bool test_for_error; /* succeed if and only if the input is wrong */
    bool output_null;    /* check and generate, write nothing */
    bool table;          /* write the patterns as a table (emit_table.h) */
    char **inputs;       /* at least one */
    int input_count;
} Options;

/* Ends the program on --help and on wrong use. */
Options options_parse(int argc, char **argv);

#endif
