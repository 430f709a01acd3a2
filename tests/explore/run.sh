#!/bin/bash
# run.sh BUILD: the explorer: its messages, its data, its page in a browser.
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath "$1")
work=$build/explore-suite
explore=$build/tcg-explore
mkdir -p "$work"
passed=0 failed=0 skipped=0

verdict() { # verdict STATUS NAME [FILE]
    if [ "$1" = 0 ]; then
        passed=$((passed + 1))
        echo "PASS $2"
    else
        failed=$((failed + 1))
        echo "FAIL $2"
        [ -z "$3" ] || sed 's/^/    /' "$3"
    fi
}

# says STATUS TEXT ARGUMENT...: one line, with that status.
says() {
    local status=$1 text=$2
    shift 2
    "$explore" "$@" > "$work/out" 2> "$work/err"
    local got=$?
    [ "$got" = "$status" ] && [ "$(wc -l < "$work/err")" = 1 ] &&
        grep -qF -- "$text" "$work/err" && [ ! -s "$work/out" ]
    verdict $? "says: $text" "$work/err"
}

# add FILE: adds up a program's PASS and FAIL lines.
add() {
    cat "$1"
    passed=$((passed + $(grep -c '^PASS' "$1")))
    failed=$((failed + $(grep -c '^FAIL' "$1")))
    skipped=$((skipped + $(grep -c '^SKIP' "$1")))
}

messages() {
    says 1 "no function 'nosuch'" "$work/demo" nosuch
    says 1 "no function 'main': the file is stripped" "$work/stripped" main
    says 1 "no code at '0x10'" "$work/demo" 0x10
    says 1 "tests/explore/demo.c: a text file, not an ELF" tests/explore/demo.c
    says 1 "nosuch: No such file" nosuch
    says 1 "a program for x86-64" "$explore"
    says 1 "bad.profile:2: not \"ADDRESS COUNT\"" \
        --profile "$work/bad.profile" "$work/demo"
    says 2 "--functions 0x: a number" --functions 0x "$work/demo"
    says 2 "--functions 0: at least one" --functions 0 "$work/demo"
    says 2 "tcg-explore: give a PROGRAM;"
    says 2 "tcg-explore: unrecognized option '--nosuch'" --nosuch
    says 2 "nosuch/page.html: " -o nosuch/page.html "$work/demo"
}

# data NAME ARGUMENT...
data() {
    local name=$1
    shift
    "$explore" --data -o "$work/$name.json" "$@" > /dev/null &&
        "$explore" --data -o - "$@" | cmp - "$work/$name.json"
    verdict $? "$name: the same data each time"
    echo "data of $name:"
    python3 tests/explore/check_data.py "$work/$name.json" > "$work/log" 2>&1
    add "$work/log"
}

serve() {
    "$explore" --serve=0 "$work/demo" > "$work/url" 2> "$work/err" &
    local server=$! n=0 url=
    while [ -z "$url" ] && [ $n -lt 50 ]; do
        sleep 0.1
        n=$((n + 1))
        url=$(head -n 1 "$work/url")
    done
    python3 tests/explore/ask.py "$url" > "$work/log" 2>&1
    add "$work/log"
    kill "$server"
}

riscv64-linux-gnu-gcc -g -O1 -static -o "$work/demo" "$PWD/tests/explore/demo.c"
riscv64-linux-gnu-strip -o "$work/stripped" "$work/demo"
printf '0 1\n0 x\n' > "$work/bad.profile"
riscv64-linux-gnu-nm "$work/demo" | awk 'BEGIN { print "# made by hand" }
    $3 == "hash" { print $1, 90 }
    $3 == "main" { print $1, 10 }' > "$work/demo.profile"

messages
data demo "$work/demo"
data stripped "$work/stripped"
data dhrystone bench/prebuilt/dhrystone.riscv64
python=build/rootfs/usr/bin/python3
if [ -e "$python" ]; then
    data python3 "$python" PyLong_FromLong PyObject_GetAttr
fi
# page NAME PROGRAM: the page of what data() has read.
page() {
    "$explore" -o "$work/$1.html" "$2" > "$work/log"
    python3 tests/explore/packed.py "$work/$1.html" "$work/$1.json" \
        > "$work/log" 2>&1
    add "$work/log"
}
page demo "$work/demo"
page dhrystone bench/prebuilt/dhrystone.riscv64
serve
"$explore" --profile "$work/demo.profile" -o "$work/demo.html" "$work/demo" \
    hash main > /dev/null
verdict $? "a page"
python3 tests/explore/drive.py "$work/demo.html" > "$work/log" 2>&1
add "$work/log"
tail=
[ "$skipped" = 0 ] || tail=", $skipped skipped"
echo "$passed passed, $failed failed$tail"
[ "$failed" = 0 ]
