#!/bin/bash
# run.sh BUILD [FILTER]: sessions of gdb with programs under the emulator.
#
# A case is cases/NAME.gdb, commands for gdb, and cases/NAME.out, what it and
# the program print. Lines of the script that begin with "#:" say
#   #: program ARGUMENTS    what is run, a program of this folder
#   #: -OPTION ...          options of the emulator
#   #: late                 it does not wait for gdb, which comes when it has
#                           printed something
# and SOCKET stands for where the emulator listens, INPUT for a file from which
# the program reads, SETTLED for a command that waits until the program waits or
# has run for a while (settled.sh).
# raw/*.rsp are packets and what must come back: see rsp.c.
#   EMU=PROGRAM    another emulator that knows -g
#   UPDATE=1       writes the .out files anew
cd "$(dirname "$0")/../.." || exit 1
build=$1 filter=${2:-.}
emu=${EMU:-$build/tcg-riscv64}
out=build/gdb
prefix=/usr/riscv64-linux-gnu
passed=0 failed=0
time=60

command -v gdb-multiarch > /dev/null || {
    echo "SKIP gdb: there is no gdb-multiarch (apt-get install gdb-multiarch)"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}
mkdir -p $out
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkfifo "$work/input"

build_programs() {
    for source in tests/gdb/*.c; do
        name=$(basename "$source" .c)
        [ $name = rsp ] && continue
        riscv64-linux-gnu-gcc -g -O0 -static -pthread -fno-pie -no-pie \
            -o $out/$name "$source" &&
            riscv64-linux-gnu-gcc -g -O0 -pthread -o $out/$name-dynamic \
                "$source" || return 1
    done
    gcc -Wall -Wextra -O1 -g -o $out/rsp tests/gdb/rsp.c
}

verdict() {
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
        echo "PASS $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1"
        sed 's/^/    /' "$3"
    fi
}

# What differs from run to run, and from compiler to compiler.
normalize() {
    sed -E -e "s#$PWD/##g" -e 's/(process|Thread|LWP) [0-9]+(\.[0-9]+)?/\1 N/g' \
        -e 's/0x[0-9a-f]{4,}/ADDR/g' -e '/^Reading .* from remote/d' \
        -e '/^\[Switching to Thread/d' -e '/^\[Thread .* exited\]$/d' -e '/File transfers from remote/d' -e "s#$work#WORK#g" \
        -e 's/<([a-z_]+)\+[0-9]+>/<\1+N>/g' -e '/^ *Id /s/ +/ /g' \
        -e '/^[* ] [0-9]+ +Thread/s/ +/ /g' -e 's/^ADDR in main /main /'
}

# wait_for TEST FILE: until the test holds, as -s or -S; false: it does not.
wait_for() {
    for _ in $(seq 400); do
        [ "$1" "$2" ] && return
        kill -0 $pid 2> /dev/null || break
        sleep 0.05
    done
    [ "$1" "$2" ]
}

# start SUFFIX WORDS...: the program under the emulator, in the background;
# false: gdb would find it not ready.
start() {
    suffix=$1
    shift
    rm -f "$work/socket" "$work/program"
    (timeout $time $emu $options -g "$work/socket$suffix" "$@" \
        > "$work/program" 2>&1 <> "$work/input"
     exit $?) 2> /dev/null &
    pid=$!
    wait_for -S "$work/socket" || return
    [ ! "$suffix" ] ||
        { wait_for -s "$work/program" && tests/gdb/settled.sh $pid; }
}

# not_ready NAME: a failure, with what there is to see of the program.
not_ready() {
    { echo "the program was not ready for a debugger; it printed:"
      cat "$work/program"
      wait $pid
      echo "status $?"; } > "$work/diff" 2>&1
    verdict "$1" 1 "$work/diff"
}

header() {
    sed -n "s/^#: //p" "$1" | sed -n "$2"
}

run_case() {
    script=$1 name=$(basename "$1" .gdb)
    options=$(header "$script" '/^-/p' | sed "s#PREFIX#$prefix#")
    program=$(header "$script" '/^program/s/^program //p')
    suffix=$(header "$script" '/^late/s/.*/,suspend=n/p')
    start "$suffix" $out/$program || { not_ready "$name"; return; }
    sed "s#SOCKET#$work/socket#; s#INPUT#$work/input#
         s#SETTLED#tests/gdb/settled.sh $pid#" "$script" > "$work/script"
    timeout $time gdb-multiarch -nx -q -batch -ex 'set pagination off' \
        -ex 'set confirm off' -ex 'set width 0' \
        -ex "target remote $work/socket" -x "$work/script" $out/${program%% *} > "$work/gdb" 2>&1
    wait $pid
    status=$?
    { normalize < "$work/gdb"
      echo "--- the program, status $status"
      cat "$work/program"; } > "$work/got"
    [ "$UPDATE" ] && cp "$work/got" "${script%.gdb}.out"
    diff -u "${script%.gdb}.out" "$work/got" > "$work/diff"
    verdict "$name" $? "$work/diff"
}

# "@NAME" in packets is the address of this symbol of the program.
symbols() {
    riscv64-linux-gnu-nm $out/$(header "$script" '/^program/s/^program //p' |
        cut -d' ' -f1) | sed -n 's/^0*\([0-9a-f]*\) . \([a-z_]*\)$/s#@\2,#\1,#/p'
}

run_raw() {
    script=$1 name=$(basename "$1" .rsp)
    options=
    sed "$(symbols)" "$script" > "$work/script"
    start "" $out/$(header "$script" '/^program/s/^program //p') ||
        { not_ready "$name"; return; }
    timeout $time $out/rsp "$work/socket" < "$work/script" > "$work/raw" 2>&1
    status=$?
    wait $pid
    verdict "$name" $status "$work/raw"
}

build_programs > "$work/build" 2>&1 || {
    cat "$work/build"
    echo "0 passed, 1 failed"
    exit 1
}
for script in tests/gdb/cases/*.gdb tests/gdb/raw/*.rsp; do
    basename "$script" | grep -q "$filter" || continue
    case $script in
    *.gdb) run_case "$script" ;;
    *) run_raw "$script" ;;
    esac
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
