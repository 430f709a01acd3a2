#!/bin/sh
# run.sh BUILD: the IR suite.  In each .ir file below this folder a comment
# "# $ COMMAND" runs a program of BUILD, with @ for the file, and the lines
# "#> ..." after it are what it must write on both outputs.
cd "$(dirname "$0")/../.." || exit 1
build=$1
work=$build/ir-suite
mkdir -p "$work"
passed=0 failed=0

# run_case FILE NUMBER: the NUMBERth command of FILE.
run_case() {
    command=$(sed -n 's/^# \$ //p' "$1" | sed -n "$2p" | sed "s|@|$1|g")
    awk -v n="$2" '/^# \$ / { i++ } /^#> ?/ && i == n { sub(/^#> ?/, "");
        print }' "$1" > "$work/want"
    # The words of the command are meant to be split.
    timeout 60 "$build"/$command > "$work/got" 2>&1
    if cmp -s "$work/want" "$work/got"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL $1: $command"
        diff "$work/want" "$work/got"
    fi
}

for file in $(find tests/ir -name '*.ir' | sort); do
    count=$(grep -c '^# \$ ' "$file")
    n=1
    while [ "$n" -le "$count" ]; do
        run_case "$file" "$n"
        n=$((n + 1))
    done
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
