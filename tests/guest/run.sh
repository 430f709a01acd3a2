#!/bin/sh
# run.sh BUILD [FILTER]: runs the guest programs under the emulator and
# compares output and status with their native twins. FILTER: a basic regular
# expression on "NAME" or "NAME (SETTING)".
#   EMU=PROGRAM    another emulator
#   KEEP=1         keeps the scratch folders
cd "$(dirname "$0")/../.." || exit 1
build=$1 filter=${2:-.}
ROOT=$(pwd)
HERE=$ROOT/tests/guest
EMU=$(command -v "${EMU:-$build/tcg-riscv64}") || {
    echo "run.sh: there is no ${EMU:-$build/tcg-riscv64}" >&2
    exit 1
}
case $EMU in /*) ;; *) EMU=$ROOT/$EMU ;; esac
OUT=$ROOT/build/guest
export HERE OUT EMU
make -f tests/guest/Makefile OUT=build/guest -j2 all > "$OUT.log" 2>&1 || {
    cat "$OUT.log"
    echo "0 passed, 1 failed"
    exit 1
}
settings="default hot=1 pinned=3 host=plain,movebase codebuf=64k maxinsns=1
          backend=interp cache
          pinned=3,codebuf=96k,maxinsns=2,host=plain,hot=1"
high="$settings cpu=sv48 cpu=sv48,movebase cpu=sv48,backend=interp
      cpu=sv39"
ulimit -S -c 0
work=$(mktemp -d) || exit 1
trap '[ "$KEEP" ] || rm -rf "$work"' EXIT
export work

case $build in
*asan | *tsan | *ubsan) SANITIZED=1 ;;
*) SANITIZED= ;;
esac
export SANITIZED

list_jobs() {
    grep -v -e '^#' -e '^$' "$HERE/cases" | while read -r name which command; do
        case $which in
        *!) which=${which%!}
            [ "$SANITIZED" ] && command="SKIP" ;;
        esac
        try=$settings
        [ "$which" = high ] && try=$high
        for setting in $try; do
            [ "$which" = once ] && [ "$setting" != default ] && continue
            echo "$name ($setting)" | grep -q "$filter" &&
                printf '%s\0' "$name" "$setting" "$command"
        done
    done
}

list_jobs | xargs -0 -r -n 3 -P 2 "$HERE/one.sh" > "$work/results"
for script in cli options elf_fuzz strace limits cache; do
    echo "$script" | grep -q "$filter" &&
        "$HERE/$script.sh" "$build" >> "$work/results"
done
grep -v '^PASS' "$work/results"
passed=$(grep -c '^PASS' "$work/results")
failed=$(grep -c '^FAIL' "$work/results")
skipped=$(grep -c '^SKIP' "$work/results")
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
