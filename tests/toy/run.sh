#!/bin/bash
# run.sh BUILD: does what docs/tutorials/new-guest.md says, in a tree of its own:
# its code blocks are files, the toy guest is built and runs the program.
cd "$(dirname "$0")/../.." || exit 1
build=$1 text=docs/tutorials/new-guest.md passed=0 failed=0
if [ "$build" != build ]; then
    echo "SKIP: the toy's tree is made of build/"
    echo "0 passed, 0 failed"
    exit 0
fi
tree=$PWD/$build/toy
emulator=$PWD/$build/tcg

# verdict WHAT EXPECTED GOT
verdict() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
        echo "PASS $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1: expected '$2', got '$3'"
    fi
}

# A block that begins with ```LANGUAGE FILE is that file; of the Makefile, it is
# the line that sets the same variable.
blocks() {
    awk -v tree="$1" '
        /^```$/ { file = ""; next }
        /^```[a-z]+ [^ ]+$/ { file = tree "/" $2; fresh = 1; next }
        file ~ /\/Makefile$/ { print > (tree "/line"); next }
        file != "" {
            if (fresh) {
                folder = file
                sub(/\/[^\/]*$/, "", folder)
                system("mkdir -p \"" folder "\"")
            }
            fresh = 0
            print > file
        }' "$text" && sed -i "s|^GUESTS := .*|$(cat "$1/line")|" "$1/Makefile"
}

# What has been built is taken along: the toy's files are new, few others change.
rm -rf "$tree"
mkdir -p "$tree/build" "$tree/tests"
cp -a Makefile VERSION src plugins tools dist "$tree" &&
    cp -a tests/need.sh tests/run-check.sh tests/words.allow "$tree/tests" &&
    cp -a "$build"/{obj,gen,decode,asked.mk} "$tree/build" && blocks "$tree" || exit 1
cd "$tree" || exit 1
make -j"$(nproc)" WERROR=1 build/tcg build/tcg-toy build/tcg-riscv64 \
    build/tcg-irdump > log 2>&1 || {
    cat log
    echo "0 passed, 1 failed"
    exit 1
}
verdict "nothing else names it" "" "$(grep -rliw toy src | grep -vE \
    '^src/(frontend/toy/|linux-user/abi/toy/|disas/toy|guest/toy)')"

# program FILE SOURCE: by the host's assembler, for the toy.
program() {
    gcc -c -o "$1.o" "$2" && ld -Ttext=0x10000 -o "$1" "$1.o" &&
        printf '\x79\x70' | dd of="$1" bs=1 seek=18 conv=notrunc status=none
}
program hello hello.S || exit 1
for setting in codebuf=64m hot=1 maxinsns=1 pinned=0 host=plain,movebase \
    backend=interp; do
    verdict "runs ($setting)" "the toy's hello 220" \
        "$(TCG_SETTINGS=$setting build/tcg hello; echo " $?")"
done
verdict "by its name" "the toy's hello 220" "$(build/tcg-toy hello; echo " $?")"
verdict "by the option" "the toy's hello 220" \
    "$(build/tcg run -guest toy hello; echo " $?")"
verdict "another's emulator" "tcg-riscv64: hello: not a program for RISC-V" \
    "$(build/tcg-riscv64 hello 2>&1)"
verdict "without it" "tcg: hello: a program for machine 28793 (64-bit, \
little-endian); the guests here: riscv64" "$("$emulator" hello 2>&1)"
verdict "its code" "mul r3,r4,r4" \
    "$(build/tcg -d in_asm hello 2>&1 | grep -o 'mul.*' | tr '\t' ' ' | head -n 1)"
verdict "its IR" "mul.i64 r3, r4, r4" \
    "$(build/tcg-irdump --start square hello | grep -o 'mul.i64.*')"
verdict "its calls" "exit(220)" \
    "$(build/tcg -strace hello 2>&1 | grep -o 'exit([0-9]*)')"

# From one guest to another, without binfmt_misc.
cat > other.c << 'C'
#include <stdio.h>
#include <unistd.h>

int main(int n, char **v)
{
    printf("%s %d\n", v[0], n);
    fflush(stdout);
    return n > 1 ? execv(v[1], v + 1) : 5;
}
C
riscv64-linux-gnu-gcc -O1 -static -o other other.c || exit 1
head -c 100 hello > cut && chmod +x cut
# says COMMAND...: its output in one line, and its status.
says() {
    "$@" > output 2>&1
    echo $? >> output
    paste -sd' ' output
}
verdict "another guest executed" "the toy's hello./other 1 5" \
    "$(says build/tcg hello ./other)"
verdict "to and fro" "other 3 the toy's hello./other 1 5" \
    "$(says build/tcg -cpu rv64 other ./hello ./other)"
verdict "a variable that is the other's" "other 2 the toy's hello220" \
    "$(TCG_CPU=rv64 says build/tcg other ./hello)"
verdict "a file that is cut" "other 2 255" "$(says build/tcg other ./cut)"
verdict "the rule still holds" "PASS no guest or host outside of its folders" \
    "$(tests/run-check.sh build 2> log | grep ' no guest or host')"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
