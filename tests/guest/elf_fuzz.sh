#!/bin/sh
# elf_fuzz.sh BUILD: 1,000 mutated copies of hello (see elf_fuzz.c).
gcc -O1 -o "$work/elf_fuzz" "$HERE/elf_fuzz/elf_fuzz.c" || exit 1
cd "$work" || exit 1
"./elf_fuzz" "$EMU" "$OUT/riscv64/hello" 1000 1
