#!/bin/bash
# repeat.sh BUILD [N [FILTER]]: every thread and signal test N times (100), in
# the stress settings of run.sh by turns; and soak for SOAK seconds (60).
# FILTER: an extended regular expression on the case's name.
cd "$(dirname "$0")/../.." || exit 1
build=$1 n=${2:-100} filter=${3:-^(threads|atomics|async|underfire|owned|order|kicked|generations|jit|signals|smc)}
ROOT=$(pwd) HERE=$(pwd)/tests/guest OUT=$(pwd)/build/guest
EMU=$(realpath "${EMU:-$build/tcg-riscv64}")
export HERE OUT EMU
make -f tests/guest/Makefile OUT=build/guest -j2 all > "$OUT.log" 2>&1 || {
    cat "$OUT.log"
    exit 1
}
mapfile -t settings < <(sed -n '/^settings="/,/"$/p' tests/guest/run.sh |
    sed 's/settings=//; s/"//g' | tr -s ' ' '\n' | grep .)
ulimit -c 0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export work

round() {
    local setting=${settings[$1 % ${#settings[@]}]}
    awk -v f="$filter" '$1 !~ /^#/ && $1 ~ f' tests/guest/cases |
        while read -r name _ command; do
            printf '%s\0' "$name" "$setting" "$command"
        done | xargs -0 -r -n 3 -P "${JOBS:-2}" tests/guest/one.sh
}

for ((i = 0; i < n; i++)); do
    round $i >> "$work/results"
done
grep -v '^PASS' "$work/results"
if [ "${SOAK:-60}" != 0 ]; then
    [ "$("$EMU" "$OUT/riscv64/soak" "${SOAK:-60}" | head -n 1)" = "bad 0" ] &&
        echo "PASS soak" || echo "FAIL soak"
fi | tee -a "$work/results" | grep -v '^PASS'
failed=$(grep -c '^FAIL' "$work/results")
echo "$(grep -c '^PASS' "$work/results") passed, $failed failed"
[ "$failed" = 0 ]
