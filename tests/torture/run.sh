#!/bin/bash
# run.sh BUILD [EVERY [FIRST]]: gcc's execute tests, from Debian's gcc-12
# source, at -O0, -O2 and -O3.  A test counts if it can be built and ends well
# under qemu-riscv64; then it must do so here.  EVERY: each n-th test only.
#   JOBS=2          how many at once
#   EMU=PROGRAM     another emulator
cd "$(dirname "$0")/../.." || exit 1
build=$1 every=${2:-1} first=${3:-1}
EMU=$(realpath "${EMU:-$build/tcg-riscv64}")
QEMU=${QEMU:-qemu-riscv64}
TOP=$(pwd)/build/torture
TESTS=$TOP/execute
export EMU QEMU TOP TESTS
mkdir -p "$TOP/bin"

fetch() {
    local work=$TOP/fetch tarball
    mkdir -p "$work"
    (cd "$work" && { ls ./*.deb || apt-get download gcc-12-source; } &&
        dpkg-deb -x ./*.deb .) > "$TOP/fetch.log" 2>&1
    tarball=$(find "$work" -name 'gcc-12*.tar.xz' | head -n 1)
    [ "$tarball" ] || { cat "$TOP/fetch.log" >&2; return 1; }
    tar -xJf "$tarball" -C "$work" --wildcards \
        '*/gcc.c-torture/execute/*' && rm -rf "$TESTS" &&
        mv "$work"/*/gcc/testsuite/gcc.c-torture/execute "$TESTS" &&
        rm -rf "$work"
}

# one FILE OPTION: prints the result of one test.
one() {
    local source=$1 option=$2 name flags program
    name=${source#"$TESTS"/}
    program=$TOP/bin/$(tr / _ <<< "${name%.c}")$option
    # What the test itself asks for, unless it is for some targets only.
    flags=$(sed -n 's/.*dg-\(additional-\)\{0,1\}options "\([^"]*\)" *}.*/\2/p' \
        "$source")
    case $name in ieee/*) flags="$flags -fno-trapping-math" ;; esac
    if ! riscv64-linux-gnu-gcc "$option" -w -static $flags -o "$program" \
        "$source" -lm 2> /dev/null; then
        echo "NOBUILD $name $option"
    elif ! timeout 60 "$QEMU" "$program" > /dev/null 2>&1; then
        echo "NOQEMU $name $option"
    elif timeout 60 "$EMU" "$program" > /dev/null 2>&1; then
        echo "PASS $name $option"
    else
        echo "FAIL $name $option: status $?"
    fi
    rm -f "$program"
}
export -f one

[ -d "$TESTS" ] || fetch || { echo "0 passed, 1 failed"; exit 1; }
ulimit -c 0
find "$TESTS" -name '*.c' | sort | sed -n "$first~${every}p" |
    while read -r source; do
        printf '%s\n' "$source" -O0 "$source" -O2 "$source" -O3
    done | xargs -n 2 -P "${JOBS:-2}" bash -c 'one "$@"' one > "$TOP/results"
grep '^FAIL' "$TOP/results"
count() { grep -c "^$1" "$TOP/results"; }
echo "$(count NOBUILD) not built, $(count NOQEMU) not passed under $QEMU"
echo "$(count PASS) passed, $(count FAIL) failed"
[ "$(count FAIL)" = 0 ]
