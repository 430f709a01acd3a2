#!/bin/bash
# run-check.sh BUILD: what the source tree promises about itself.
#   - a folder includes only folders before it (docs/coding-style.md)
#   - no function is longer than 80 lines, flat switches aside
#   - each header compiles alone
#   - no source file has 800 lines or more
cd "$(dirname "$0")/.." || exit 1
build=$1
passed=0 failed=0

# verdict WHAT COMPLAINTS: passes if there are none.
verdict() {
    if [ -z "$2" ]; then
        passed=$((passed + 1))
        echo "PASS $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1"
        sed 's/^/    /' <<< "$2"
    fi
}

rank() {
    case $1 in
    util | gen) echo 0 ;;
    core) echo 1 ;;
    frontend | opt | backend) echo 2 ;;
    disas) echo 3 ;;
    exec) echo 4 ;;
    gdbstub) echo 5 ;;
    plugin) echo 5 ;;
    linux-user) echo 6 ;;
    profile) echo 7 ;;
    tools) echo 8 ;;
    *) echo 9 ;;
    esac
}

include_order() {
    grep -rnoE '^#include "[a-z_-]+/' src --include='*.[ch]' --include='*.def' |
    sed -E 's/^src\/([^/]*)([^:]*):([0-9]+):#include "([^/]*)\/$/\1 \4 src\/\1\2:\3/' |
    sort -u | while read -r from to where; do
        { [ "$from" = "$to" ] || [ "$to" = x86_64 ] || [ "$to" = riscv ]; } &&
            continue
        [ "$(rank "$to")" -lt "$(rank "$from")" ] ||
            echo "$where: $from includes $to"
    done
}

# From "{" to "}" in column 0. A function is a flat switch when half of its
# lines begin with case or default, or have a table row's shape.
long_functions() {
    awk '
        FNR == 1 { inside = 0 }
        /^[a-zA-Z].*\(/ && !/;$/ { name = $0 }
        /^\{/ { inside = 1; start = FNR; cases = 0 }
        inside && /^ *(case |default:)/ { cases++ }
        /^\}/ {
            lines = FNR - start - 1
            if (inside && lines > 80 && cases * 2 < lines) {
                sub(/\(.*/, "", name)
                print FILENAME ":" start ": " name ": " lines " lines"
            }
            inside = 0
        }' $(find src plugins tools tests bench -name '*.c' -o -name '*.h')
}

long_files() {
    find src plugins tools tests bench \( -name '*.c' -o -name '*.h' -o -name '*.sh' \) \
        -exec wc -l {} + | awk '$2 != "total" && $1 >= 800 { print $2 ": " $1 }'
}

lone_headers() {
    find src tools -name '*.h' | while read -r h; do
        gcc -std=gnu11 -D_GNU_SOURCE -Isrc -I"$build" -Itools/decode \
            -Wall -Wextra -Wno-unused-function -fsyntax-only \
            -x c - <<< "#include \"$PWD/$h\"" > /dev/null 2> "$build/header.log" ||
            { echo "$h:"; head -n 3 "$build/header.log"; }
    done
}

mutable_globals() {
    find "$build/obj/src" -name '*.o' ! -path '*/tools/*' -exec nm -A {} + |
        awk '$2 ~ /^[0-9a-f]+$/ && $3 ~ /^[bBdDC]$/ && $4 !~ /\./ {
            print $1 " " $4 }'
}

verdict "include order" "$(include_order)"
verdict "no function over 80 lines" "$(long_functions)"
verdict "no file of 800 lines" "$(long_files)"
verdict "headers compile alone" "$(lone_headers)"
globals=$(mutable_globals)
[ -z "$globals" ] || echo "note: mutable globals: $globals"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
