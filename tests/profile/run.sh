#!/bin/bash
# run.sh BUILD: -profile and tcg-profile on a program of which it is known where
# it spends its time; and that guests see nothing of it.
cd "$(dirname "$0")/../.." || exit 1
build=$1 passed=0 failed=0 skipped=0
EMU=$PWD/$build/tcg-riscv64
SHOW=$PWD/$build/tcg-profile
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
if ! "$SHOW" --help > "$work/out" 2>&1; then
    echo "SKIP profile: $(cat "$work/out")"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

check() {                               # WHAT: passes if the last command did
    if [ $? = 0 ]; then
        passed=$((passed + 1))
        echo "PASS $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1"
        sed 's/^/    /' "$work/out" | head -n 20
    fi
}

compile() {                             # NAME FLAGS...
    local name=$1
    shift
    riscv64-linux-gnu-gcc -pthread -o "$work/$name" "$@" tests/profile/work.c
}

# The weight, in percent of all, of folded stacks that match; what the emulator
# needs, which may be built for debugging, is left out.
share() {
    awk -v pattern="$1" '/\[emulator\]/ { next } { w = $NF; $NF = ""; all += w }
        $0 ~ pattern { sum += w } END { print int(100 * sum / all) }' \
        "$work/out"
}

between() {                             # N LOW HIGH
    [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]
}

# The stacks of a profile: who called whom, and how much each took.  Of a
# stripped program, functions go by their file and address: those of FILE, which
# is the same with symbols, get their names back.
stacks() {                              # HOW [FILE]
    $SHOW --folded "$work/$1.prof" > "$work/out"
    if [ -n "$2" ]; then
        ! grep -q 'spin\|heavy\|light' "$work/out"
        check "$1: no names"
        named "$2" < "$work/out" > "$work/named"
        mv "$work/named" "$work/out"
    fi
    between "$(share 'thread_main;heavy;spin ')" 35 60
    check "$1: half in the thread"
    between "$(share ';main;first;heavy;spin ')" 4 35
    check "$1: heavy, called by first"
    between "$(share ';main;second;heavy;spin ')" 4 35
    check "$1: heavy, called by second"
    grep -q ';main;first;light;spin ' "$work/out"
    check "$1: light, called by first"
    deep=$(printf 'deep;%.0s' {1..13})
    between "$(share ";main;second;${deep}light;spin ")" 1 20
    check "$1: light, 13 levels down"
    between "$(share 'calls;.*[[]system call getppid[]]')" 1 25
    check "$1: system calls by name"
    between "$(share ';main;')" 38 65
    check "$1: all of the main thread comes from main"
}

named() {                               # FILE
    riscv64-linux-gnu-nm "$work/$1" > "$work/names"
    perl -pe 'BEGIN {
            $file = shift;
            open my $names, "<", shift;
            /^([0-9a-f]+) t (\w+)/i and $name{hex $1} //= $2 while <$names>;
        }
        s/\b\Q$file\E\+0x([0-9a-f]+)/$name{hex $1} \/\/ $&/ge;
        s/work_main/main/g' "${1%.sym}" "$work/names"
}

profile() {                             # NAME ARGUMENTS...
    local name=$1
    shift
    timeout 60 "$EMU" -L /usr/riscv64-linux-gnu \
        -profile "$work/$name.prof" "$work/$name" "$@" > "$work/out" 2>&1
    check "$name: runs"
}

compile static -O2 -g -static
compile dynamic -O2 -g
compile bare -O2 -static -fno-asynchronous-unwind-tables -fno-unwind-tables
compile plain -O0 -g -static
for kind in static dynamic bare plain; do
    profile $kind 1.5
    stacks $kind
done

# Without symbols: a static program, one at any address, a shared library.
strip_it() {                            # NAME
    mv "$work/$1" "$work/$1.sym"
    riscv64-linux-gnu-strip -o "$work/$1" "$work/$1.sym"
}
compile sstatic -O2 -static -fasynchronous-unwind-tables
compile spie -O2 -pie -fPIE
compile libwork.so -O2 -shared -fPIC -Dmain=work_main
echo 'int work_main(int, char **);
int main(int c, char **v) { return work_main(c, v); }' |
    riscv64-linux-gnu-gcc -o "$work/slib" -x c - -x none \
    "$work/libwork.so" -Wl,-rpath,"$work"
for file in sstatic spie libwork.so; do
    strip_it $file
done
for kind in sstatic:sstatic spie:spie slib:libwork.so; do
    profile ${kind%:*} 1.5
    stacks ${kind%:*} ${kind#*:}.sym
done

$SHOW "$work/static.prof" > "$work/out"
grep -q 'static: 1\.[0-9]* s of CPU time.* 2 threads in 1 process$' "$work/out"
check "table: head"
awk '/ function/ { getline; exit !($3 == "spin" && $1 + 0 > 70) }' "$work/out"
check "table: hottest function"
line=$(awk '/i < n; i\+\+/ { print NR; exit }' tests/profile/work.c)
awk -v a="work.c:$line" -v b="work.c:$((line + 1))" \
    '/ line$/ { getline; exit !($2 == a || $2 == b) }' "$work/out"
check "table: hottest line"

"$SHOW" --svg -o "$work/out.svg" "$work/static.prof"
perl tests/profile/svg.pl "$work/out.svg" spin heavy deep thread_main \
    > "$work/out" 2>&1
check "svg"

if command -v chromium > /dev/null; then
    perl -0pe 'BEGIN { local @ARGV = "tests/profile/clicks.js"; $js = <> }
        s|</svg>|<script><![CDATA[$js]]></script></svg>|' "$work/out.svg" \
        > "$work/clicks.svg"
    timeout 100 chromium --headless --no-sandbox --disable-gpu --dump-dom \
        "file://$work/clicks.svg" 2> /dev/null |
        grep -o 'data-test="[^"]*"' > "$work/out"
    grep -q 'data-test="fills the width, others gone, callers dimmed, 13 found,'\
' to the callee, all again"' "$work/out"
    check "svg: zoom, search and keys in a browser"
else
    skipped=$((skipped + 1))
    echo "SKIP svg in a browser: there is no chromium (apt-get install chromium)"
fi

profile static 0.4 again
$SHOW "$work/static.prof" > "$work/out"
grep -q '3 threads in 2 processes\|4 threads in 2 processes' "$work/out"
check "a child, which executes a program, is in the same file"
pid=$(od -A n -t d4 -j 8 -N 4 "$work/static.prof" | tr -d ' ')
$SHOW --pid "$pid" "$work/static.prof" > "$work/out"
grep -q 'in 1 process$' "$work/out"
check "--pid"

# Statistics: what code counts, exactly.
riscv64-linux-gnu-gcc -nostdlib -static -o "$work/counts" \
    tests/profile/counts.S
for s in default hot=1 hot=0 maxinsns=1; do
    TCG_SETTINGS=$s TCG_STATS=json:$work/stats.json "$EMU" "$work/counts"
    perl -ne '$n{$1} = $2 while /"(\w+)": (\d+)/g; END { exit !(
        $n{riscv_cycle} == 1000 && $n{riscv_time} == 0 && $n{returns} == 500 &&
        $n{code_lookups} == 300 && $n{guest_bytes} > 0) }' "$work/stats.json"
    check "statistics as JSON ($s)"
done
cp "$work/stats.json" "$work/out"
perl -MJSON::PP -e 'local $/; decode_json(<STDIN>)' < "$work/stats.json"
check "statistics are JSON"
TCG_STATS=json:$work/%d.json "$EMU" "$work/counts" && ls "$work"/[0-9]*.json \
    > "$work/out"
check "statistics in a file by pid"
TCG_STATS=1 "$EMU" "$work/counts" 2> "$work/out"
grep -Eq '^  returns +500$' "$work/out" &&
    grep -Eq '^  riscv_cycle +1000$' "$work/out"
check "statistics as a table"

# perf's map names functions.
TCG_SETTINGS=perfmap "$EMU" "$work/static" 0.2 &
wait $!
grep -Eq ' spin(\+0x[0-9a-f]+)?\[region_[0-9a-f]+\]$' "/tmp/perf-$!.map" &&
    grep -Eq ' main\[guest_[0-9a-f]+\]$' "/tmp/perf-$!.map"
check "perf map: functions by name"
rm -f "/tmp/perf-$!.map"

# Wrong use, and files that are none.
while IFS='|' read -r what pattern arguments; do
    eval "$arguments" > "$work/out" 2>&1
    [ $? != 0 ] && grep -q -- "$pattern" "$work/out"
    check "$what"
done << ROWS
no file|No such file|$SHOW $work/nosuch
not a profile|not a profile|$SHOW $work/bare
a folder|: not a regular file|$SHOW $work
no folder|No such file|$EMU -profile $work/no/such $work/static
bad option|^tcg-profile: unrecognized option|$SHOW --nosuch
bad rate|rate=1..|$EMU -profile $work/p,rate=0 $work/static
bad argument|rate=1..|$EMU -profile $work/p,what=0 $work/static
ROWS
head -c 50000 "$work/bare.prof" > "$work/cut"
$SHOW "$work/cut" > "$work/out"
grep -q 'CPU time' "$work/out"
check "a file that is cut off shows what there is"

# The guest's signals, calls and descriptors are as without.
cat > "$work/emu" << EMU
#!/bin/sh
exec "$EMU" -profile "+$work/all.prof,rate=10000" "\$@"
EMU
chmod +x "$work/emu"
names='signals\|syscalls\|clocks\|events\|proc\|execs\|async\|threads'
EMU=$work/emu tests/guest/run.sh build "^\($names\) (default)" \
    > "$work/out" 2>&1
check "guest programs do not see it"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
