/*
 * What run.sh compares with objdump.
 *
 *     disas words16 FILE   every 16-bit instruction code, as a raw file
 *     disas words32 FILE   32-bit codes: all values of bits 31:20, 14:12 and
 *                          6:2, with rd and rs1 taken from a few at random
 *     disas                reads lines "ADDRESS CODE" (hexadecimal), writes
 *                          each instruction's text
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "disas/riscv.h"

static void put(FILE *f, uint32_t word, size_t bytes)
{
    fwrite(&word, bytes, 1, f);
}

static void words16(FILE *f)
{
    for (uint32_t word = 0; word < 1 << 16; word++) {
        if ((word & 3) != 3) {
            put(f, word, 2);
        }
    }
}

/* Opcodes whose bits 4:2 are ones begin longer instructions. */
static void words32(FILE *f)
{
    static const uint8_t reg[8] = {0, 1, 2, 5, 8, 10, 15, 31};
    uint32_t seed = 1;
    for (uint32_t opcode = 0; opcode < 32; opcode++) {
        for (uint32_t n = 0; n < 1 << 15 && (opcode & 7) != 7; n++) {
            seed = seed * 1664525 + 1013904223;
            put(f,
                n >> 3 << 20 | (uint32_t)reg[seed >> 29] << 15 | (n & 7) << 12 |
                    (uint32_t)reg[seed >> 24 & 7] << 7 | opcode << 2 | 3,
                4);
        }
    }
}

static void texts(void)
{
    char line[256];
    while (fgets(line, sizeof(line), stdin)) {
        char *word;
        GuestInsn insn;
        uint64_t pc = strtoull(line, &word, 16);
        uint32_t code = (uint32_t)strtoul(word, NULL, 16);
        riscv_disas((const uint8_t *)&code, sizeof(code), pc, true, &insn);
        puts(insn.text);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        texts();
        return 0;
    }
    FILE *f = fopen(argv[2], "wb");
    if (!f) {
        perror(argv[2]);
        return 1;
    }
    (strcmp(argv[1], "words16") == 0 ? words16 : words32)(f);
    return fclose(f) != 0;
}
