#!/bin/sh
# run-unit.sh BUILD: runs every unit test program, counts cmocka's results.
cd "$(dirname "$0")/.." || exit 1
build=$1
passed=0 failed=0 skipped=0

# count WHAT: how many tests cmocka says are so, at its end.
count() {
    sed -n "s/^\[  $1 *\] \([0-9]*\) test(s).*/\1/p" "$log" | grep . || echo 0
}

for source in tests/unit/test_*.c; do
    name=$(basename "$source" .c)
    log=$build/unit/$name.log
    timeout 1200 "$build/unit/$name" > "$log" 2>&1
    status=$?
    ok=$(grep -c '^\[       OK \]' "$log")
    bad=$(count FAILED)
    skipped=$((skipped + $(count SKIPPED)))
    passed=$((passed + ok))
    if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
        bad=1
    fi
    failed=$((failed + bad))
    if [ "$bad" = 0 ]; then
        echo "PASS $name: $ok"
    else
        echo "FAIL $name: $ok passed, $bad failed, status $status"
        grep -v -e '^\[ RUN' -e '^\[       OK' "$log" | tail -n 40
    fi
done
tail=
[ "$skipped" = 0 ] || tail=", $skipped skipped"
echo "$passed passed, $failed failed$tail"
[ "$failed" = 0 ]
