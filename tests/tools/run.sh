#!/bin/sh
# run.sh BUILD: tcg-irdump and tcg-irbackend on guest programs.
#   - what they write about small.S is what the files beside it hold
#   - whole programs, by way of both forms, are compiled for each processor;
#     those of the riscv64 tree (make real) if it is there
#   - functions run from their IR give what the program itself gives
#   - wrong uses are told in one line
#   - bare.sh: what is built without Capstone and libdw says so
# UPDATE=1 writes the expected files anew.
cd "$(dirname "$0")/../.." || exit 1
build=$1
work=$build/tools-suite
root=${ROOTFS:-build/rootfs}
irdump=$build/tcg-irdump irbackend=$build/tcg-irbackend
mkdir -p "$work"
: > "$work/verdicts"

# verdict NAME STATUS: also from a pipeline, whose variables are its own.
verdict() {
    if [ "$2" = 0 ]; then
        echo "PASS $1" >> "$work/verdicts"
    else
        echo "FAIL $1" | tee -a "$work/verdicts"
    fi
}

# expect NAME: the standard input is tests/tools/NAME.
expect() {
    sed "s|$work/||g" > "$work/$1"
    [ -z "$UPDATE" ] || cp "$work/$1" "tests/tools/$1"
    diff "tests/tools/$1" "$work/$1"
    verdict "$1" $?
}

# error NAME TEXT COMMAND...: fails, with just this line.
error() {
    name=$1 text=$2
    shift 2
    "$@" > "$work/got" 2>&1 < /dev/null
    status=$?
    sed "s|$work/||g" "$work/got" > "$work/line"
    echo "$text" | diff - "$work/line" && [ "$status" != 0 ]
    verdict "error: $name" $?
}

# whole PROGRAM: all of its code, in both forms.
whole() {
    timeout 120 "$irdump" --emit-bin "$work/p.tcgir" "$1" > "$work/counts" &&
        timeout 60 "$irbackend" --count "$work/p.tcgir" > "$work/binary" &&
        echo "${1#"$root"}: $(cat "$work/binary")"
    verdict "whole $1" $?
    timeout 120 "$irdump" "$1" |
        timeout 120 "$irbackend" --count - > "$work/text" &&
        diff "$work/binary" "$work/text"
    verdict "whole $1, as text" $?
}

# compiled CPU FILE: without a line that says why not.
compiled() {
    timeout 60 "$irbackend" --count --host-cpu "$1" "$2" > "$work/log" 2>&1
    status=$?
    [ "$status" = 0 ] || cat "$work/log"
    verdict "--host-cpu $1 $2" "$status"
}

# run_function FILE NAME A0 A1: a0 when it returns.
run_function() {
    timeout 20 "$irbackend" --run --start "$2" --image "$work/functions" "$1" \
        a0="$3" a1="$4" > "$work/run" 2>&1
    grep -q '^left to 0x0$' "$work/run" || cat "$work/run" >&2
    sed -n 's/^a0 = //p' "$work/run"
}

# run_functions FILE LINES: compared with these lines of the program's output.
run_functions() {
    while read -r name a b result; do
        got=$(run_function "$1" "$name" "$a" "$b")
        [ "$got" = "$result" ] || echo "$name $a $b: $got, not $result"
    done < "$2" > "$work/differences"
    [ -s "$2" ] && ! [ -s "$work/differences" ]
    verdict "$1 runs" $?
    cat "$work/differences"
}

as_flags="-nostdlib -static -march=rv64gc -Wl,-Ttext=0x10000,--build-id=none"
# The flags are meant to be split.
riscv64-linux-gnu-gcc $as_flags -o "$work/small" tests/tools/small.S &&
    riscv64-linux-gnu-gcc -O2 -static -o "$work/functions" \
        tests/tools/functions.c || exit 1

"$irdump" "$work/small" | expect text.out
"$irdump" --opt --start sum "$work/small" | expect opt.out
"$irdump" --region --start sum "$work/small" | expect region.out
"$irdump" --json --opt --start mean "$work/small" | expect json.out
"$irdump" --start sum+4 --count 1 --max-insns 1 "$work/small" | expect part.out
"$irdump" --start sum "$work/small" | "$irdump" - | expect again.out
"$irdump" --start mean "$work/small" |
    "$irbackend" --show-alloc --host-cpu x86-64 --pin 2,2 - | expect alloc.out

"$irdump" --start mean "$work/small" | "$irbackend" - > "$work/disas"
grep -q '# helper riscv_rmm' "$work/disas" &&
    grep -q 'call  *<call helper>' "$work/disas"
verdict "--disas names helpers" $?
"$irdump" --start sum "$work/small" | "$irbackend" --raw - > "$work/raw"
"$irdump" --start sum "$work/small" | "$irbackend" --count - > "$work/counts"
[ "$(wc -c < "$work/raw")" = "$(sed 's/.*code, \([0-9]*\) .*/\1/' \
    "$work/counts")" ]
verdict "--raw is the code" $?

riscv64-linux-gnu-gcc -O2 -static -o "$work/dhrystone" bench/dhrystone/*.c
for program in "$work/dhrystone" /usr/riscv64-linux-gnu/lib/libc.so.6 \
    "$root/usr/lib/riscv64-linux-gnu/libc.so.6" "$root/usr/bin/python3"; do
    [ ! -e "$program" ] || whole "$program"
done
[ -e "$root/usr/bin/python3" ] || echo "SKIP: no $root: make real fetches it"
timeout 120 "$irdump" --region --emit-bin "$work/r.tcgir" -o "$work/regions" \
    "$work/dhrystone" > "$work/counts" &&
    "$irbackend" --count "$work/r.tcgir" > "$work/binary" &&
    "$irbackend" --count "$work/regions" | diff - "$work/binary"
verdict "regions of dhrystone" $?
"$irdump" --emit-bin "$work/d.tcgir" "$work/dhrystone" > "$work/counts"
for cpu in plain x86-64 x86-64-v2 x86-64-v3 x86-64-v4 native,-fma; do
    compiled "$cpu" "$work/d.tcgir"
    compiled "$cpu" "$work/regions"
done

"$build/tcg-riscv64" "$work/functions" > "$work/functions.out"
"$irdump" --emit-bin "$work/functions.tcgir" "$work/functions" > "$work/counts"
run_functions "$work/functions.tcgir" "$work/functions.out"
"$irdump" --max-insns 1 "$work/functions" > "$work/functions.ir"
awk '!seen[$1]++' "$work/functions.out" > "$work/once.out"
run_functions "$work/functions.ir" "$work/once.out"

error "no file" "tcg-irdump: nosuch: No such file or directory" \
    "$irdump" nosuch
error "no symbol" "tcg-irdump: small: no symbol or address 'nosuch'" \
    "$irdump" --start nosuch "$work/small"
error "no code" "tcg-irdump: small: no code at 0x5" \
    "$irdump" --start 5 "$work/small"
error "wrong machine" "tcg-irdump: /bin/sh: a program for x86-64 \
(64-bit, little-endian); the guests here: riscv64" "$irdump" /bin/sh
echo > "$work/bare.ir"
riscv64-linux-gnu-gcc -c -o "$work/small.o" tests/tools/small.S
error "not linked" "tcg-irdump: small.o: an object file; it has to be linked" \
    "$irdump" "$work/small.o"
error "no IR but a program" "tcg-irbackend: small: a program, not IR; \
tcg-irdump makes IR of it" "$irbackend" "$work/small"
error "no guest" "tcg-irdump: no guest 'vax'" \
    "$irdump" --arch vax "$work/small"
error "no number" "tcg-irdump: --count x: a number from 1 on is wanted" \
    "$irdump" --count x "$work/small"
error "no feature" "tcg-irbackend: --host-cpu: '-vax' is not known; \
--host-cpu help lists what is" "$irbackend" --host-cpu native,-vax "$work/d.tcgir"
error "no block" "tcg-irbackend: d.tcgir has no block 'nosuch'" \
    "$irbackend" --run --start nosuch "$work/d.tcgir"
error "no IR" "tcg-irbackend: -: an empty file" "$irbackend" -
error "no IR to show" "tcg-irdump: -: an empty file" "$irdump" -
error "no block's end" "tcg-irbackend: bare.ir: end: no op leaves the block" \
    "$irbackend" "$work/bare.ir"
for tool in irdump irbackend; do
    error "$tool: no option" "tcg-$tool: unrecognized option '--nosuch'" \
        "$build/tcg-$tool" --nosuch
done
error "irdump: no file given" \
    "tcg-irdump: give a PROGRAM or FILE; --help lists the options" "$irdump"
error "irbackend: no file given" \
    "tcg-irbackend: give a FILE; --help lists the options" "$irbackend"
error "fault" "tcg-irbackend: the code faults (Segmentation fault) at host \
address (nil)" "$irbackend" --run --start f_load --image "$work/functions" \
    "$work/functions.tcgir" a0=0

timeout 300 tests/tools/bare.sh "$build" > "$work/bare.log" 2>&1
cat "$work/bare.log"
cat "$work/bare.log" >> "$work/verdicts"
passed=$(grep -c '^PASS' "$work/verdicts")
failed=$(grep -c '^FAIL' "$work/verdicts")

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
