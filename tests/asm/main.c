/*
 * rows write TEXT BYTES: writes every row's text and our encoding of it.
 * rows compare TEXT BYTES REFERENCE: compares ours with the assembler's.
 */
#include "rows.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SHOWN = 20, MAX_LINE = 256 };

static FILE *open_or_exit(const char *path, const char *mode)
{
    FILE *f = fopen(path, mode);

    if (!f) {
        perror(path);
        exit(2);
    }
    return f;
}

static int write_rows(const char *text, const char *bytes)
{
    Rows r = {0};

    r.text = open_or_exit(text, "w");
    r.bytes = open_or_exit(bytes, "wb");
    x86_asm_init(&r.a, r.buf, sizeof(r.buf), 0);
    fprintf(r.text, ".intel_syntax noprefix\n");
    gpr_rows(&r);
    gpr_def_rows(&r);
    vec_rows(&r);
    return fclose(r.text) || fclose(r.bytes) ? 2 : 0;
}

static void print_bytes(const char *who, const uint8_t *b)
{
    printf("  %-4s", who);
    for (int i = 0; i < ROW_BYTES; i++) {
        printf(" %02x", b[i]);
    }
    printf("\n");
}

static void show(const char *line, const uint8_t *ours, const uint8_t *theirs)
{
    printf("%.*s\n", (int)strcspn(line, ";"), line);
    print_bytes("ours", ours);
    print_bytes("as", theirs);
}

static int compare_rows(char **paths)
{
    FILE *text = open_or_exit(paths[0], "r");
    FILE *ours = open_or_exit(paths[1], "rb");
    FILE *theirs = open_or_exit(paths[2], "rb");
    uint8_t x[ROW_BYTES], y[ROW_BYTES] = {0};
    char line[MAX_LINE];
    unsigned passed = 0, failed = 0;

    (void)!fgets(line, sizeof(line), text); /* .intel_syntax */
    while (fread(x, sizeof(x), 1, ours) == 1) {
        if (!fgets(line, sizeof(line), text)) {
            break;
        }
        if (fread(y, sizeof(y), 1, theirs) == 1 && !memcmp(x, y, sizeof(x))) {
            passed++;
        } else if (failed++ < MAX_SHOWN) {
            show(line, x, y);
        }
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && !strcmp(argv[1], "write")) {
        return write_rows(argv[2], argv[3]);
    }
    if (argc == 5 && !strcmp(argv[1], "compare")) {
        return compare_rows(argv + 2);
    }
    fprintf(stderr, "usage: rows write TEXT BYTES\n"
                    "       rows compare TEXT BYTES REFERENCE\n");
    return 2;
}
