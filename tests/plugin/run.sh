#!/bin/bash
# run.sh BUILD: the plugins shipped, on programs of which it is known what
# they execute; and one as a shared object, in a build that can load it.
cd "$(dirname "$0")/../.." || exit 1
build=$1 passed=0 failed=0
EMU=$PWD/$build/tcg-riscv64
HERE=$PWD/tests/plugin
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
CC=riscv64-linux-gnu-gcc
$CC -nostdlib -static -o "$work/known" $HERE/known.S || exit 1
$CC -O1 -static -pthread -o "$work/adds" $HERE/adds.c || exit 1

pass() {
    passed=$((passed + 1))
    echo "PASS $1"
}

fail() {
    failed=$((failed + 1))
    echo "FAIL $1: $2"
}

# same WHAT EXPECTED GOT
same() {
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "expected '$2', got '$3'"; fi
}

# emu SETTINGS ARGUMENTS...: output of both kinds; the status at the end.
emu() {
    local settings=$1
    shift
    (cd "$work" && TCG_SETTINGS=$settings timeout 60 "$EMU" "$@" 2>&1)
    local status=$?
    [ $status = 0 ] || echo "status $status"
}

# 9 around, 2000 rounds of 9 + 15 + 54.
for s in default hot=1 hot=0,maxinsns=1 codebuf=64k host=plain,movebase \
         pinned=3,hot=1,maxinsns=2; do
    same "insn ($s)" "insn: 156009" "$(emu $s -plugin insn ./known)"
    same "insn,exact ($s)" "insn: 156009" \
        "$(emu $s -plugin insn,exact ./known)"
    same "insn,match ($s)" "insn: 26000" \
        "$(emu $s -plugin insn,match=lbu ./known)"
    rm -f "$work/trace"
    same "memory: no output ($s)" "" \
        "$(emu $s -plugin memory,file=trace ./known)"
    same "memory: accesses ($s)" "50001" "$(wc -l < "$work/trace")"
    same "memory: a round ($s)" "$(cat $HERE/round)" "$(awk 'NR > 24976 &&
        NR <= 25001 { print $4, $5, $7 }' "$work/trace")"
    rm -f "$work/trace"
    same "memory: loads of a range ($s)" "2000" "$(
        a=$(riscv64-linux-gnu-nm "$work/known" | awk '$3 == "words" {print $1}')
        emu $s -plugin memory,file=trace,loads,from=0x$a,to=$((0x$a + 1)) \
            ./known; wc -l < "$work/trace")"
    same "threads ($s)" "insn: 7 insn: 80000" "$(emu $s \
        -plugin insn,match=amoadd.d ./adds 4 20000 | paste -sd' ')"
    same "each thread ($s)" "0 20000 20000 20000 20000" "$(emu $s -plugin \
        insn,match=amoadd.d,threads ./adds 4 20000 | sort -n -k3 |
        awk '/thread/ && $4 != 7 { print $4 }' | sort -n | paste -sd' ')"
    same "calls: arguments ($s)" "0 store_all(X, 0x2ed4, 0x7) from Y" "$(emu \
        $s -plugin calls,function=store_all ./known | sed -n 1000p |
        sed 's/(0x[0-9a-f]*/(X/; s/from.*/from Y/')"
done

hot=$(emu default -plugin hotblocks,limit=3 ./known)
same "hotblocks: all" "hotblocks: 156009 instructions" \
    "$(head -n 1 <<< "$hot" | cut -d' ' -f1-3)"
same "hotblocks: the hottest" "24000 search+0x8" \
    "$(awk '/%/ { print $2, $NF }' <<< "$hot" | sort -rn | head -n 1)"
flow=$(emu default -plugin flow,limit=2 ./known)
same "flow: the jump taken most" "24000 search+0x14 search+0x8" \
    "$(awk '/search/ { print $1, $2, $3; exit }' <<< "$flow")"
rm -f "$work/trace"
emu default -plugin flow,file=trace ./adds 2 100 > /dev/null
same "flow: two processes, three threads" "4" \
    "$(cut -d' ' -f1,2 "$work/trace" | sort -u | wc -l)"
same "flow: system calls" "yes" \
    "$(grep -q ' syscall 94$' "$work/trace" && echo yes)"
cache=$(emu default -plugin cache,d=1k:2:64,limit=1 ./known)
same "cache: data" "50001" "$(awk '/^data +[0-9]/ { print $2 }' <<< "$cache")"
same "cache: cold misses alone" "yes" \
    "$(awk '/^data +[0-9]/ && $3 <= 4 { print "yes" }' <<< "$cache")"

emu default -plugin coverage,file=cov ./known
same "coverage: whole" "yes" "$(perl $HERE/drcov.pl "$work/cov" \
    "$work/known" _start search && echo yes)"
emu default -plugin coverage,file=cov ./adds 2 100
same "coverage: of parent and child" "2" "$(ls "$work"/cov* | wc -l)"
for f in "$work"/cov*; do
    perl $HERE/drcov.pl "$f" "$work/adds" add > /dev/null ||
        fail "coverage: $f" "add was not covered"
done

same "several plugins" "insn: 156009 insn: 26000" "$(emu default \
    -plugin insn -plugin insn,match=lbu ./known | paste -sd' ')"
emu default -plugin help | grep -q '^coverage ' && pass "help" ||
    fail "help" "no coverage"
for row in 'nosuch|there is none of that name' 'insn,nosuch|arguments: exact' \
           'memory|file= is missing' 'cache,d=5:1:3|powers of 2'; do
    out=$(emu default -plugin "${row%%|*}" ./known)
    case $out in
    *"${row#*|}"*"status 1") pass "wrong use: ${row%%|*}" ;;
    *) fail "wrong use: ${row%%|*}" "$out" ;;
    esac
done

# As shared objects; the first is the tutorial's.
sed -n '/^    #include <inttypes.h>/,/^    TCG_PLUGIN/s/^    //p' \
    docs/plugins.md > "$work/loads.c"
gcc -O2 -fPIC -shared -Isrc/plugin -o "$work/loads.so" "$work/loads.c" ||
    fail "the tutorial's plugin" "does not build"
gcc -O2 -D_GNU_SOURCE -fPIC -shared -Isrc/plugin -o "$work/probe.so" \
    $HERE/probe.c || fail "probe.so" "does not build"
case $build in
build)
    out=$(emu default -plugin ./probe.so ./known)
    case $out in
    *"static and cannot load"*"status 1") pass "a static build says so" ;;
    *) fail "a static build says so" "$out" ;;
    esac ;;
esac
make -s MODE=shared all > "$work/make.log" 2>&1 ||
    fail "MODE=shared" "$(tail -n 3 "$work/make.log")"
EMU=$PWD/build/shared/tcg-riscv64
same "shared: insn.so" "insn: 156009" \
    "$(emu default -plugin "$PWD/build/shared/plugins/insn.so" ./known)"
same "shared: the tutorial's plugin" "38001 loads" \
    "$(emu default -plugin ./loads.so ./known)"
same "shared: registers and memory" \
    "probe at store_all+0x24 fa5 0x401c000000000000 memory 1 0x18, page 0 0" \
    "$(emu hot=1 -plugin ./probe.so,insn=fsd ./known | grep ' at ')"
same "shared: events" "$(cat $HERE/events)" \
    "$(emu default -plugin ./probe.so ./adds 1 10 | LC_ALL=C sort)"
cp "$work/make.log" "$work/none.so"
emu default -plugin ./none.so ./known | grep -q none.so &&
    pass "shared: no object" || fail "shared: no object" "no message"

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
