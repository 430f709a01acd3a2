#!/bin/bash
# cli.sh BUILD: the emulator's options, its messages and its exit statuses.
[[ $(basename "$EMU") == tcg-riscv64 ]] || { echo "SKIP cli: $EMU"; exit 0; }
. "$HERE/rows.sh"
guest=$OUT/riscv64
cd "$work" || exit 1
printf 'not a program' > text
printf '\177ELF' > short
printf '#!/bin/sh\n' > script
printf '\001\002' > bytes
: > nothing
head -c 3000 "$guest/hello" > cut
chmod +x text short cut script bytes nothing
# No reservation is held when a program starts.
echo '.globl _start; _start: sc.w a0, zero, (zero); li a7, 93; ecall' |
    sed 's/; /\n/g' | riscv64-linux-gnu-gcc -x assembler -nostdlib -static \
    -o sc - || exit 1
mkdir -p root/a/b root/proc
echo 'below the prefix' > root/a/file
ln -s /a/file root/a/b/absolute
ln -s ../../../../a/b root/a/up

rows() { cat << ROWS
version            |0  |tcg-riscv64|-version
help               |0  |-strace|--help
binfmt line        |0  |:POCF|-binfmt 2>&-
no program         |1  |usage|
unknown option     |1  |nosuch|-nosuch $guest/hello
no such file       |127|nosuchfile|./nosuchfile
a folder           |126|/tmp|/tmp
a text file        |126|text: a text file, not an ELF|./text
a script           |126|script: a script (#!), not an ELF|./script
bytes              |126|bytes: too short to be a program|./bytes
an empty file      |126|nothing: an empty file|./nothing
too short          |126|short: an ELF file that is cut|./short
cut off            |126|cut|./cut
not for RISC-V     |126|true|/bin/true
set a variable     |1  |GUEST_VAR=set here|-E 'GUEST_VAR=set here' $guest/argv
unset a variable   |1  |GUEST_VAR=(null)|-U GUEST_VAR $guest/argv
argv[0]            |1  |argv\[0\] empty|-0 '' $guest/argv
larger stack       |0  |5000050000|-s 64M $guest/recurse
trace              |0  |write(1,|-strace $guest/hello
guest code         |0  |addi|-d in_asm $guest/hello
IR                 |0  |insn_start|-d op $guest/hello
names in the log   |0  |bytes main|-d in_asm -dfilter main $guest/hello
a filter           |1  ||-version >&-; $EMU -d in_asm -dfilter main $guest/hello 2>&1 | grep bytes.exit
no such filter     |1  |not understood|-d op -dfilter 5..3 $guest/hello
no such item       |1  |-d help lists|-d nosuch $guest/hello
allocation         |0  |makes sp in r10|-d alloc -dfilter main $guest/hello
blocks, unchained  |0  |enter 0x|-d exec,nochain -dfilter main $guest/hello
registers          |0  |pc   0000|-d cpu $guest/hello
FP registers       |0  |fcsr 0|-d cpu,fpu $guest/hello
links              |0  |link: 0x|-d link $guest/hello
regions            |0  |region: loop at|-version >&-; TCG_SETTINGS=hot=1 $EMU -d region $guest/hello
events             |0  |int: system call, pc|-d int $guest/hello
memory map         |0  |rw- stack|-d page $guest/hello
threads need files |1  |with %d|-d tid -D log $guest/hello
log to a file      |0  |addi|-d in_asm -D log $guest/hello; cat log
sc before any lr   |1  ||./sc
gdb: bad option    |1  |suspend=n|-g here,suspend=maybe $guest/hello
gdb: cannot listen |1  |nofolder|-g ./nofolder/socket $guest/hello
gdb: by variable   |1  |nofolder|-version; TCG_GDB=./nofolder/s \$EMU $guest/hello
gdb: need not come |0  |ello|-g ./gdb-%d,suspend=n $guest/hello
gdb: no socket left|2  |No such file|-g ./own-%d,suspend=n $guest/hello; ls own-* 2>&1
gdb: may be ended  |143||-g ./gdb-s $guest/hello & sleep 0.3; kill \$!; wait \$!
statistics         |0  |translated|-version; TCG_STATS=1 $EMU $guest/hello
link below prefix  |0  |below the prefix|-L root $guest/proc /a/b/absolute
link to a folder   |0  |below the prefix|-L root $guest/proc /a/up/absolute
an empty /proc     |0  |many entries|-L root $guest/proc /proc
not below prefix   |0  |processor|-L root $guest/proc /proc/cpuinfo
no room for jitdump|0  |/nosuch/jit-|-version >&-; TMPDIR=/nosuch TCG_SETTINGS=jitdump $EMU $guest/hello
out of range       |1  |maxinsns=4096m: a number from 1 to 16384|-version >&-; TCG_SETTINGS=hot=1,maxinsns=4096m $EMU $guest/hello
bad setting        |1  |nosuch|-version >&-; TCG_SETTINGS=nosuch=1 $EMU $guest/hello
ROWS
}

rows | run_rows cli

# No mapping of a running emulator is both writable and executable.
"$EMU" "$guest/fault" tight > /dev/null 2>&1 &
sleep 0.4
if grep -q ' .wx' /proc/$!/maps; then
    echo "FAIL cli: memory that can be written and executed"
    grep ' .wx' /proc/$!/maps
else
    echo "PASS cli: no memory that can be written and executed"
fi
wait $! 2> /dev/null

# verdict WHAT OUTPUT: passes if the last command did.
verdict() {
    if [ $? = 0 ]; then
        echo "PASS cli: $1"
    else
        echo "FAIL cli: $1"
        echo "    ${2:0:200}"
    fi
}

# Which guest: by the name that it is called by, -guest, or the program's file.
mkdir -p names && cp "$EMU" names/tcg
for name in tcg-riscv64 tcg-riscv64-static qemu-riscv64 other; do
    ln -sf tcg names/$name
done
head -c 64 "$guest/hello" | sed 's/\xf3\x00/\xfe\x7f/' > machine && chmod +x machine
# called NAME STATUS PATTERN ARGUMENTS: what is said has the pattern.
called() {
    output=$(names/$1 "${@:4}" 2>&1)
    [ $? = "$2" ] && grep -q -- "$3" <<< "$output"
    verdict "called ${*:1:1} ${*:4}" "$output"
}
called tcg 0 '^hello' "$guest/hello"
called tcg 0 '^hello' run "$guest/hello"
called tcg 0 '^hello' run -guest riscv64 -L / -- "$guest/hello"
called tcg 1 'no such guest; there is .*riscv64' -guest nosuch "$guest/hello"
called tcg 126 'for x86-64 (64-bit, little-endian); the guests here: .*riscv64' \
    /bin/true
called tcg 126 'for machine 32766 (64-bit' ./machine
called tcg 126 'text: a text file' ./text
called tcg 127 'tcg: nosuch: No such file' nosuch
called tcg 1 '^tcg: usage: ' -strace
called tcg 0 '^tcg version' -version
called tcg 0 '^64-bit RISC-V:$' -cpu help
called other 0 '^hello' "$guest/hello"
called qemu-riscv64 0 '^tcg-riscv64 version' -version
called qemu-riscv64 127 '^tcg-riscv64: run: ' run "$guest/hello"
called tcg-riscv64-static 0 '^hello' "$guest/hello"
called tcg-riscv64-static 126 'not a program for RISC-V' /bin/true
output=$(names/tcg)
[ $? = 0 ] && [ "$(wc -l <<< "$output")" -le 24 ] && ! grep -q '.\{81\}' <<< "$output"
verdict "one screen of help" "$output"

# Files by process and by thread: each has what is its own.
rm -f log.* && "$EMU" -d strace -D log.%d "$guest/processes" > /dev/null 2>&1
[ "$(ls log.* | wc -l)" -gt 2 ] && grep -q exit_group log.*
verdict "a log for each process" "$(ls log.*)"
rm -f log.* && "$EMU" -d exec,tid -D log.%d "$guest/threads" > /dev/null 2>&1
[ "$(ls log.* | wc -l)" -gt 2 ] && ! grep -Lq enter log.*
verdict "a log for each thread" "$(ls log.*)"

# A thread leaves the loop that another runs too at its first kick.
TCG_STATS=json:kicks.json "$EMU" "$guest/kicked" > /dev/null
output=$(grep -o '"kicks": *[0-9]*' kicks.json)
[ "${output##*[: ]}" -gt 100 ] && [ "${output##*[: ]}" -lt 600 ]
verdict "one kick for a signal" "$output"

# A forked child goes on in the code memory of the threads that it has lost.
TCG_SETTINGS=codebuf=8m TCG_STATS=json:flushes.%d.json "$EMU" \
    "$guest/generations" > /dev/null
output=$(grep -ho '"flushes": *[0-9]*' flushes.*.json | sort | uniq -c)
[ "$(ls flushes.*.json | wc -l)" = 11 ] && ! grep -q '[1-9]$' <<< "$output"
verdict "no flush in forked children" "$output"

# Host code: as instructions where tcg-disas is, else as bytes.
mkdir -p alone && cp "$EMU" alone/tcg-riscv64
alone=$PWD/alone/tcg-riscv64
output=$("$alone" -d out_asm -D alone/log "$guest/hello" 2>&1)
grep -q "no ${alone%-*}-disas" <<< "$output" && grep -q '^hello' <<< "$output" &&
    grep -Exq '[0-9a-f]{64}' alone/log
verdict "host code as bytes says why" "$output"
if [ -e "${EMU%-*}-disas" ]; then
    output=$("$EMU" -d out_asm -dfilter main "$guest/hello" 2>&1)
    grep -q 'call  *<exit>' <<< "$output" && grep -q '^hello' <<< "$output"
    verdict "host code as instructions" "$output"
fi

# jitdump LOG PROGRAM...: its files; dump/log, bytes: compared with that.
jitdump() {
    rm -rf dump && mkdir dump
    TMPDIR=dump "$alone" -d out_asm -D dump/log "${@:2}" > /dev/null 2>&1
    for file in dump/jit-*.dump; do
        od -An -v -tu1 -w1 "$file" > dump/bytes
        awk -f "$HERE/jitdump.awk" "$1" dump/bytes || return
    done
}
export TCG_SETTINGS=jitdump
output=$(jitdump dump/log "$guest/hello")
verdict "jitdump" "$output"
output=$(TCG_SETTINGS=jitdump,hot=1 jitdump dump/log "$guest/hello")
verdict "jitdump with regions" "$output"
output=$(jitdump /dev/null "$guest/processes") &&
    [ "$(ls dump/jit-*.dump | wc -l)" -gt 2 ]
verdict "jitdump of a forked child" "$output"
mkdir -p full
output=$(trap '' XFSZ; ulimit -f 16; TMPDIR=full "$EMU" "$guest/hello" 2>&1)
[ "$output" = "$(TCG_SETTINGS= "$EMU" "$guest/hello" 2>&1)" ]
verdict "jitdump that cannot be written" "$output"
unset TCG_SETTINGS
