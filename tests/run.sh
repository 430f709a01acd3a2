#!/bin/sh
# run.sh BUILD SUITE...: runs each suite, one line each, and adds them up.
# A suite is a script that takes the build folder and whose last line is
# "N passed, N failed[, N skipped]"; its whole output goes to a log, of which
# the failures are shown.
cd "$(dirname "$0")/.." || exit 1
build=$1
shift
logs=$build/test-logs
mkdir -p "$logs"
passed=0 failed=0 skipped=0

script() {
    case $1 in
    unit | check) echo "tests/run-$1.sh" ;;
    *) echo "tests/$1/run.sh" ;;
    esac
}

run_suite() {
    log=$logs/$1.log
    start=$(date +%s)
    "$(script "$1")" "$build" > "$log" 2>&1
    status=$?
    seconds=$(($(date +%s) - start))
    set -- "$1" $(tail -n 1 "$log" | sed -n \
        's/^\([0-9]*\) passed, \([0-9]*\) failed\(, \([0-9]*\) skipped\)\{0,1\}$/\1 \2 \4/p')
    if [ $# -lt 3 ]; then
        echo "FAIL $1: no result (status $status), see $log"
        tail -n 20 "$log" | sed 's/^/    /'
        failed=$((failed + 1))
        return
    fi
    [ "$status" = 0 ] || [ "$3" != 0 ] || set -- "$1" "$2" 1 "$4"
    passed=$((passed + $2)) failed=$((failed + $3)) skipped=$((skipped + ${4:-0}))
    word=PASS
    if [ "$3" != 0 ]; then
        word=FAIL
        grep -v '^PASS' "$log" | head -n 60 | sed 's/^/    /'
    fi
    echo "$word $1: $2 passed, $3 failed${4:+, $4 skipped} (${seconds}s)"
}

for suite; do
    if [ -x "$(script "$suite")" ]; then
        run_suite "$suite"
    else
        echo "FAIL $suite: there is no $(script "$suite")"
        failed=$((failed + 1))
    fi
done
tail=
[ "$skipped" = 0 ] || tail=", $skipped skipped"
echo "$passed passed, $failed failed$tail"
[ "$failed" = 0 ]
