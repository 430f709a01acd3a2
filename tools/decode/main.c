/*
 * decode: turn descriptions of instructions into a decoder in C.
 *
 *     decode -o decode_insn32.inc --static-decode decode_insn32 insn32.decode
 *
 * The stages, each with its rules in its header:
 *
 *     options.h   command line
 *     lines.h     text -> words
 *     parse.h     words -> model (model.h)
 *     check.h     rules between definitions
 *     tree.h      patterns -> decision trees
 *     emit.h      trees -> C
 *     emit_table.h  patterns -> a table (--table)
 *
 * The first error ends the program; output is written only without any.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "emit.h"
#include "emit_table.h"
#include "options.h"
#include "parse.h"

typedef struct Text {
    char *data;
    size_t size;
} Text;

static Text generate(const Spec *spec)
{
    Text text = {0};
    FILE *out = open_memstream(&text.data, &text.size);

    if (!out) {
        fputs("decode: out of memory\n", stderr);
        exit(1);
    }
    if (spec->options->table) {
        emit_table(out, spec);
    } else {
        emit_decoder(out, spec);
    }
    fclose(out);
    return text;
}

static void write_output(const char *file, Text text)
{
    FILE *out = file ? fopen(file, "w") : stdout;

    if (!out || fwrite(text.data, 1, text.size, out) != text.size ||
        fflush(out)) {
        fprintf(stderr, "decode: %s: %s\n", file ? file : "standard output",
                strerror(errno));
        exit(1);
    }
}

int main(int argc, char **argv)
{
    Options options = options_parse(argc, argv);
    Spec *spec = model_new(&options);
    Text text;

    for (int i = 0; i < options.input_count; i++) {
        parse_file(spec, options.inputs[i]);
    }
    check_spec(spec);
    text = generate(spec);
    if (!options.output_null) {
        write_output(options.output, text);
    }
    return options.test_for_error ? 1 : 0;
}
