#!/bin/bash
# run.sh BUILD [SECONDS [SEED]]: every instruction, compared with qemu-riscv64
# over products of edge values, in the emulator's several settings; then, for
# SECONDS (40), random programs from SEED (1) on.
#   EMU=PROGRAM   another emulator      QEMU=PROGRAM   another reference
cd "$(dirname "$0")/../.." || exit 1
build=$1 seconds=${2:-40} seed=${3:-1}
emu=$(command -v "${EMU:-$build/tcg-riscv64}") || {
    echo "run.sh: there is no ${EMU:-$build/tcg-riscv64}"
    exit 1
}
qemu=${QEMU:-qemu-riscv64}
here=tests/insn
out=build/insn
mkdir -p $out
passed=0 failed=0

pass() { passed=$((passed + ${2:-1})); echo "PASS $1"; }
fail() { failed=$((failed + 1)); echo "FAIL $1"; }

# with SETTING COMMAND...: the command with TCG_SETTINGS.
with() {
    local setting=$1
    shift
    if [ "$setting" = default ]; then
        timeout 240 "$@"
    else
        TCG_SETTINGS=$setting timeout 240 "$@"
    fi
}

build_insn() {
    riscv64-linux-gnu-gcc -O1 -Wall -Wextra -fno-pie -static \
        -o $out/insn $here/*.c &&
    gcc -O1 -o $out/fuzz $here/fuzz/fuzz.c
}

# One line of output a row: a row that differs is a failure.
compare_rows() {
    local setting=$1 rows
    with "$setting" "$emu" $out/insn > $out/rows.txt 2> $out/rows.err
    local status=$?
    rows=$(comm -12 <(sort $out/expected.txt) <(sort $out/rows.txt) | wc -l)
    if cmp -s $out/expected.txt $out/rows.txt; then
        pass "rows ($setting): $rows" "$rows"
        return
    fi
    passed=$((passed + rows))
    failed=$((failed + $(wc -l < $out/expected.txt) - rows))
    echo "FAIL rows ($setting): status $status, $rows right; these are wrong:"
    diff $out/expected.txt $out/rows.txt | sed -n 's/^[<>] \([^:]*\):.*/    \1/p' |
        sort | uniq | head -n 40
    head -c 500 $out/rows.err
}

illegal() {
    if with default "$emu" $out/insn -illegal > $out/illegal.txt 2>&1; then
        pass "illegal instructions"
    else
        fail "illegal instructions"
        head $out/illegal.txt
    fi
}

fuzz_settings=(default hot=1 host=plain pinned=3 maxinsns=1
               pinned=3,codebuf=64k,hot=1 pinned=3,scratch=3,hot=1)

one_fuzz() {
    local n=$1 setting=${fuzz_settings[$1 % ${#fuzz_settings[@]}]}
    $out/fuzz "$n" 60 150 > $out/fuzz.s &&
    riscv64-linux-gnu-as -o $out/fuzz.o $out/fuzz.s &&
    riscv64-linux-gnu-ld -o $out/fuzz-guest $out/fuzz.o || return 1
    $qemu $out/fuzz-guest > $out/fuzz.expected
    with "$setting" "$emu" $out/fuzz-guest > $out/fuzz.got 2> $out/fuzz.err
    cmp -s $out/fuzz.expected $out/fuzz.got && return
    local first
    first=$(diff $out/fuzz.expected $out/fuzz.got | sed -n '1s/[^0-9].*//p')
    fail "fuzz seed $n ($setting): function $((first - 1))"
    with "$setting" "$emu" $out/fuzz-guest $((first - 1)) 2>&1 |
        od -An -v -w8 -tx8 > $out/fuzz.regs
    $qemu $out/fuzz-guest $((first - 1)) | od -An -v -w8 -tx8 |
        diff - $out/fuzz.regs | grep '^[0-9<>]' | head -n 12
    head -c 300 $out/fuzz.err
    cp $out/fuzz-guest "$out/fuzz-$n"
    return 1
}

fuzz() {
    local end=$(($(date +%s) + seconds)) good=0 bad=0 n=$seed
    while [ "$(date +%s)" -lt $end ] && [ $bad -lt 5 ]; do
        if one_fuzz $n; then good=$((good + 1)); else bad=$((bad + 1)); fi
        n=$((n + 1))
    done
    pass "fuzz: $good programs of 60 functions" $good
}

if ! build_insn; then
    fail "building the programs"
else
    $qemu $out/insn > $out/expected.txt
    for setting in default hot=1 host=plain pinned=3 maxinsns=1; do
        compare_rows $setting
    done
    illegal
    fuzz
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
