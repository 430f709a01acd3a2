/*
 * What surrounds a generated decoder in these tests. The program reads one
 * instruction a line, in hexadecimal, and prints behind it which trans
 * functions were called with what.
 *
 * A trans function whose name starts with "refuse" returns false, shown by a
 * slash. A word of a fixed-width decoder is a number; a variable-width
 * instruction is its bytes, and the count of bytes loaded is printed too.
 *
 * Included before the decoder, called "decode"; HARNESS_MAIN goes after it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct DisasContext DisasContext;
struct DisasContext {
    char hex[64];
    int loaded;
};

__attribute__((unused)) static uint64_t
load_bytes(DisasContext *ctx, uint64_t insn, int have, int want, int width)
{
    for (int i = have; i < want; i++) {
        char digits[3] = { ctx->hex[2 * i], ctx->hex[2 * i + 1], 0 };

        insn |= strtoull(digits, NULL, 16) << (width - 8 - 8 * i);
    }
    ctx->loaded = want;
    return insn;
}

__attribute__((unused)) static bool end_trans(const char *name)
{
    bool refuse = !strncmp(name, "refuse", 6);

    fputs(refuse ? " /" : "", stdout);
    return !refuse;
}

#define decode_load_bytes(ctx, insn, have, want) \
    load_bytes(ctx, insn, have, want, WIDTH)

#define LOAD_FIXED(ctx) strtoull((ctx)->hex, NULL, 16)

#define HARNESS_MAIN(load)                                      \
    int main(void)                                              \
    {                                                           \
        DisasContext ctx = { "", 0 };                           \
                                                                \
        while (scanf("%63s", ctx.hex) == 1) {                   \
            printf("%s:", ctx.hex);                             \
            fputs(decode(&ctx, load(&ctx)) ? "" : " none", stdout); \
            if (ctx.loaded) {                                   \
                printf(" [%d]", ctx.loaded);                    \
            }                                                   \
            putchar('\n');                                      \
        }                                                       \
        return 0;                                               \
    }
