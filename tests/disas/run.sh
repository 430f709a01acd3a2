#!/bin/sh
# run.sh BUILD: our disassembler against objdump, on every 16-bit code, on
# 900,000 32-bit codes, and on every instruction of real programs.  Programs of
# the riscv64 tree (make real) are compared if it is there, and some of this
# with its newer objdump too, which tcg-riscv64 runs.
cd "$(dirname "$0")/../.." || exit 1
build=$1
work=$build/disas
root=${ROOTFS:-build/rootfs}
mkdir -p "$work"
passed=0 failed=0

skip() {
    echo "SKIP: $1"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}

command -v riscv64-linux-gnu-objdump > "$work/log" ||
    skip "no riscv64-linux-gnu-objdump"

# objdump of the tree, by tcg-riscv64.
tree_objdump() {
    "$build/tcg-riscv64" -L "$root" "$root/usr/bin/objdump" "$@"
}

# compare OBJDUMP NAME FILE OPTIONS...: one file.
compare() {
    objdump=$1 name=$2 file=$3
    shift 3
    "$objdump" "$@" "$file" | awk -F'\t' '$1 ~ /^ *[0-9a-f]+:$/ {
        gsub(/[ :]/, "", $1); gsub(/ /, "", $2); print $1 "\t" $2 "\t" $3 "\t" $4
    }' > "$work/want"
    cut -f1,2 "$work/want" | "$work/disas" > "$work/got"
    if awk -v old="$old" -v name="$name" -f tests/disas/compare.awk \
        tests/disas/explained "$work/want" "$work/got"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $name"
    fi
}

# all OBJDUMP LABEL FILE...: all codes and these programs, with this objdump.
all() {
    "$1" -b binary -m riscv:rv64 -D "$work/words16" |
        grep -q '1141 .*addi' && old=0 || old=1
    compare "$1" "$2, all 16-bit codes" "$work/words16" \
        -b binary -m riscv:rv64 -D
    compare "$1" "$2, 32-bit codes" "$work/words32" -b binary -m riscv:rv64 -D
    objdump=$1 label=$2
    shift 2
    for file; do
        [ ! -e "$file" ] ||
            compare "$objdump" "$label, ${file#"$root"}" "$file" -d
    done
}

cc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Isrc -I"$build" \
    -o "$work/disas" tests/disas/main.c src/disas/riscv.c \
    src/frontend/riscv/cpu.c src/frontend/riscv/isa.c -lm || exit 1
"$work/disas" words16 "$work/words16"
"$work/disas" words32 "$work/words32"
riscv64-linux-gnu-gcc -O2 -static -o "$work/dhrystone" bench/dhrystone/*.c ||
    exit 1
libs=$root/usr/lib/riscv64-linux-gnu
all riscv64-linux-gnu-objdump "$(riscv64-linux-gnu-objdump --version |
    sed -n '1s/.* /objdump /p')" \
    "$work/dhrystone" "$build/insn/insn" \
    /usr/riscv64-linux-gnu/lib/libc.so.6 "$libs/libc.so.6" \
    "$libs/libm.so.6" "$root/usr/bin/python3" "$root/usr/bin/perl"
if [ -e "$root/usr/bin/objdump" ]; then
    all tree_objdump "$(tree_objdump --version | sed -n '1s/.* /objdump /p')" \
        "$libs/libc.so.6"
else
    echo "SKIP: no $root: make real fetches it"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
