#!/bin/sh
# The decoder generator's suite: run.sh BUILD_DIR, which holds decode.
#
#   reject/*.decode  one broken rule each, which must be reported so:
#                    # error: LINE: part of the message
#   accept/*.decode  one rule each; the output must compile without warnings
#   run/*.table      words and the calls that decoding them makes
#
# In these files, before the first definition:
#
#   # options: ...   for decode
#   # c: ...         C code to go before the decoder
#   # decode: ...    (tables) options and files of the decoder
#   # args: ...      (tables) C file of extern argument sets, one a line

set -u
build=$(cd "${1:?usage: run.sh BUILD_DIR}" && pwd) || exit 1
decode=$build/decode
cd "$(dirname "$0")" || exit 1
out=$build/tests/decode
rm -rf "$out"
mkdir -p "$out"
passed=0
failed=0

pass() {
    passed=$((passed + 1))
}

fail() {
    failed=$((failed + 1))
    echo "FAIL $*"
}

# header FILE KEY: what stands behind "# KEY: ", a line each
header() {
    tr -d '\r' <"$1" | sed -n "s/^# $2: //p"
}

# fails_with PATTERN COMMAND...: status 1, wrong input, and a message that fits
fails_with() {
    fails 1 "$@"
}

# misused PATTERN COMMAND...: the same of wrong use, status 2
misused() {
    fails 2 "$@"
}

# fails STATUS PATTERN COMMAND...
fails() {
    wanted=$1 want=$2
    shift 2
    got=$("$@" 2>&1 >/dev/null)
    status=$?
    case $status:$got in
    "$wanted":$want) pass ;;
    *) fail "$* (status $status): $got" ;;
    esac
}

reject() {
    error=$(header "$1" error)
    # shellcheck disable=SC2046
    fails_with "$1:${error%%: *}: error: *${error#*: }*" \
        "$decode" $(header "$1" options) --output-null "$1"
}

# harness SOURCE OPTIONS INC: a program around a generated decoder
harness() {
    width=$(echo "$2" | sed -n 's/.*--varinsnwidth[ =]\([0-9]*\).*/\1/p')
    echo '#include "harness.h"'
    echo "#define WIDTH ${width:-0}"
    header "$1" c
    echo "#include \"$3\""
    # shellcheck disable=SC2046
    awk -f harness.awk $(header "$1" args) "$3"
    if [ "$width" ]; then
        echo 'HARNESS_MAIN(decode_load)'
    else
        echo 'HARNESS_MAIN(LOAD_FIXED)'
    fi
}

accept() {
    name=$(basename "$1" .decode)
    options=$(header "$1" options)
    # shellcheck disable=SC2086
    if "$decode" $options -o "$out/$name.inc" "$1"; then
        harness "$1" "$options" "$out/$name.inc" >"$out/$name.c"
    else
        fail "$1"
    fi
}

# All accepted files, in one run of the compiler.
compile_accepted() {
    gcc -std=gnu11 -fsyntax-only -Wall -Wextra -Wshadow -Werror -I. \
        "$out"/*.c 2>"$out/accept.log"
    for source in "$out"/*.c; do
        name=$(basename "$source" .c)
        if grep -qF "/$name." "$out/accept.log"; then
            fail "accept/$name.decode: see $out/accept.log"
        else
            pass
        fi
    done
}

# build_table TABLE NAME: $out/NAME.run
build_table() {
    options=$(header "$1" decode)
    inc=$out/$2.inc
    # shellcheck disable=SC2086
    (cd run && "$decode" -o "$inc" $options) || return
    harness "$1" "$options" "$inc" >"$out/$2.run.c"
    gcc -std=gnu11 -Wall -Wextra -Werror -fsanitize=undefined -I. \
        -I../../src -o "$out/$2.run" "$out/$2.run.c"
}

run_table() {
    name=$(basename "$1" .table)
    if ! build_table "$1" "$name"; then
        fail "$1: does not build"
        return
    fi
    grep -v -e '^#' -e '^$' "$1" >"$out/$name.want"
    cut -d: -f1 "$out/$name.want" | "$out/$name.run" >"$out/$name.got" 2>&1
    wrong=$(diff "$out/$name.want" "$out/$name.got" | grep -c '^<')
    passed=$((passed + $(wc -l <"$out/$name.want") - wrong))
    if [ "$wrong" -gt 0 ]; then
        failed=$((failed + wrong - 1))
        fail "$1: wanted <, got >"
        diff "$out/$name.want" "$out/$name.got"
    fi
}

# expect STATUS COMMAND...: its output is in $out/expect.log
expect() {
    status=$1
    shift
    "$@" >"$out/expect.log" 2>&1
    got=$?
    if [ $got -eq "$status" ]; then
        pass
    else
        fail "status $got, not $status: $*"
    fi
}

# prints TEXT COMMAND...: a line that starts so
prints() {
    text=$1
    shift
    if "$@" 2>&1 | grep -q "^$text"; then
        pass
    else
        fail "no '$text': $*"
    fi
}

command_line() {
    good=accept/group_deep.decode
    bad=reject/group_empty.decode

    expect 0 "$decode" --help
    expect 0 "$decode" --version
    expect 0 "$decode" --output-null $good
    expect 1 "$decode" --output-null $bad
    expect 1 "$decode" --test-for-error --output-null $good
    expect 0 "$decode" --test-for-error --output-null $bad
    misused "*missing input*" "$decode"
    misused "*width*24*" "$decode" -w 24 $good
    misused "*width*8*" "$decode" --varinsnwidth=8 $good
    misused "*identifier*9x*" "$decode" --decode 9x $good
    fails_with "*nothing.decode*" "$decode" nothing.decode
    fails_with "decode: accept: Is a directory" "$decode" accept
    misused "decode: unrecognized option '--no-such-option'" \
        "$decode" --no-such-option $good
    fails_with "*no/dir*" "$decode" -o no/dir/file $good

    # What is wrong leaves no output; standard output is the default one.
    expect 1 "$decode" -o "$out/bad.inc" $bad
    expect 1 test -e "$out/bad.inc"
    prints 'static bool trans_one(' "$decode" $good
    prints 'bool decode(' "$decode" $good
    prints 'static bool mine(' "$decode" --static-decode=mine $good
    prints 'bool my_one(' "$decode" --translate my $good

    # As a table.
    fields=run/fields.decode
    prints 'DECODE_PATTERN("split", "", 32, 0xffff0000, 0x3000000, "fields.de' \
        "$decode" --table $fields
    prints 'DECODE_PATTERN("lows".*"a=8:8,0:s4,4:s4")$' "$decode" --table $fields
    prints '.*"a=8:s8!twice")$' "$decode" --table $fields
    prints '.*"a=-1 b=127 c=3")$' "$decode" --table $fields
    prints '.*"given", "needs".*"a=8:8 c=1 b=a:s3,0:4")$' \
        "$decode" --table $fields

    # Several files are one description; errors name theirs.
    expect 0 "$decode" --output-null run/shared.decode run/user.decode
    fails_with "run/user.decode:*" "$decode" --output-null run/user.decode
    fails_with "$good:2: error: *overlaps*$good:2*" \
        "$decode" --output-null $good $good
}

for file in reject/*.decode; do
    reject "$file"
done
for file in accept/*.decode; do
    accept "$file"
done
compile_accepted
for file in run/*.table; do
    run_table "$file"
done
command_line
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
