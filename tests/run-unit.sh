#!/bin/sh
# run-unit.sh BUILD: runs every unit test program, counts cmocka's results.
cd "$(dirname "$0")/.." || exit 1
build=$1
passed=0 failed=0
for source in tests/unit/test_*.c; do
    name=$(basename "$source" .c)
    log=$build/unit/$name.log
    timeout 300 "$build/unit/$name" > "$log" 2>&1
    status=$?
    ok=$(grep -c '^\[       OK \]' "$log")
    bad=$(grep -c '^\[  FAILED  \] [^0-9]' "$log")
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
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
