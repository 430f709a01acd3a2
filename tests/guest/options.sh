#!/bin/bash
# options.sh BUILD: what options are given, in the forms that qemu-riscv64
# takes too, and what is said of those that are wrong.  Rows as in rows.sh.
[[ $(basename "$EMU") == tcg-riscv64 ]] || { echo "SKIP options: $EMU"; exit 0; }
. "$HERE/rows.sh"
guest=$OUT/riscv64
cd "$work" || exit 1
riscv64-linux-gnu-gcc -O0 -o dynamic "$HERE/aliases.c" || exit 1
lib=/usr/riscv64-linux-gnu
riscv64-linux-gnu-gcc -O1 -march=rv64i -mabi=lp64 -nostdlib -static \
    -Wl,--no-relax -ffreestanding -fno-stack-protector -o features \
    "$HERE/cpu/features.c" || exit 1

# insn NAME MARCH CODE: a program that executes CODE and ends with status 7.
insn() {
    printf '.globl _start\n_start: %s\nli a0, 7\nli a7, 93\necall\n' "$3" |
        riscv64-linux-gnu-gcc -x assembler -march="$2" -mabi=lp64 -nostdlib \
            -static -o "$1" - || exit 1
}
insn mul rv64im 'mul a0, a0, a1'
insn amo rv64ia 'mv a0, sp; amoadd.d a1, a1, (a0)'
insn fadd rv64if 'fadd.s fa0, fa1, fa2'
insn fld rv64ifd 'fld fa0, 0(sp)'
insn fcsr rv64if_zicsr 'frcsr a0'
insn short rv64ic 'c.nop; c.nop'
insn odd rv64ic '.option norvc; lla a0, 1f; addi a0, a0, 2; jr a0; .p2align 2; .option rvc; 1: nop; nop'
insn time rv64i_zicsr 'rdtime a0'
insn csr rv64if_zicsr 'csrr a0, fcsr'
insn fencei rv64i_zifencei 'fence.i'
insn zba rv64i '.word 0x20b52533'
insn vector rv64i '.word 0x02058007'
insn own rv64i '.word 0x0000000b'
insn none rv64i '.word 0xffffffff'
# Its standard error is a terminal.
terminal() { script -qec "$EMU $*" /dev/null < /dev/null; }
calls="-plugin calls,args=0,function"

rows() { cat << ROWS
filter: a name        |0  |bytes |-d in_asm -dfilter work $guest/aliases
filter: an alias      |0  |bytes |-d in_asm -dfilter labour $guest/aliases
filter: a weak alias  |0  |bytes |-d in_asm -dfilter toil $guest/aliases
filter: with a version|0  |bytes |-d in_asm -dfilter memcpy@@GLIBC_2.27 $guest/aliases
filter: a library's   |0  |bytes |-L $lib -d in_asm -dfilter snprintf dynamic
filter: only that     |0  |1|-L $lib -d in_asm -dfilter toil dynamic 2>&1 | grep -c bytes
filter: unknown       |1  |only: tcg-riscv64: -dfilter: no function "nosuch" in $(realpath "$guest")/aliases|-d in_asm -dfilter nosuch $guest/aliases
filter: unknown, later|0  |no function "nosuch" in|-L $lib -d in_asm -dfilter toil,nosuch dynamic
plugin: a name        |0  |0 work()|$calls=work $guest/aliases
plugin: an alias      |0  |0 labour()|$calls=labour $guest/aliases
plugin: a library's   |0  |0 snprintf()|-L $lib $calls=snprintf dynamic
plugin: unknown       |1  |only: tcg-riscv64: -plugin: no function "nosuch" in $(realpath "$guest")/aliases|$calls=nosuch $guest/aliases
plugin: unknown, later|0  |no function "nosuch" in|-L $lib $calls=nosuch dynamic
cpu: all of it        |0  |only: 112d 1 3 rv64imafdc_zicntr_zicsr_zifencei|features | head -n 1
cpu: max is the same  |0  |112d 1 3 rv64imafdc_|-cpu max features
cpu: without c        |0  |only: 1129 1 1 rv64imafd_zicntr_zicsr_zifencei|-cpu rv64,c=off features | head -n 1
cpu: without d        |0  |only: 1125 1 2 rv64imafc_zicntr_zicsr_zifencei|-cpu rv64,d=off features | head -n 1
cpu: without f, so d  |0  |only: 1105 1 2 rv64imac_zicntr_zicsr_zifencei|-cpu rv64,f=off features | head -n 1
cpu: without m        |0  |only: 12d 0 3 rv64iafdc_zicntr|-cpu rv64,m=off features | head -n 1 | cut -c 1-24
cpu: rv64i            |0  |only: 100 0 0 rv64i|-cpu rv64i features | head -n 1
cpu: rv64i and d      |0  |only: 128 0 1 rv64ifd_zicsr|-cpu rv64i,d=on features | head -n 1
cpu: sifive-e51       |0  |1105 1 2 rv64imac_|--cpu sifive-e51 features
cpu: by variable      |0  |100 0 0 rv64i|-version >&-; TCG_CPU=rv64i $EMU features
cpu: by QEMU variable |0  |100 0 0 rv64i|-version >&-; QEMU_CPU=rv64i $EMU features
cpu: option over it   |0  |112d 1 3|-version >&-; TCG_CPU=rv64i $EMU -cpu rv64 features
cpu: no vectors       |1  |v is not supported|-cpu rv64,v=on features
cpu: vectors off      |0  |112d|-cpu rv64,v=off,vlen=128,zba=false features
cpu: neither          |1  |c=maybe: write on or off|-cpu rv64,c=maybe features
cpu: no such feature  |1  |only: tcg-riscv64: -cpu rv64,nosuch=on: no feature "nosuch"; -cpu help lists them|-cpu rv64,nosuch=on features
cpu: needs another    |1  |d needs f|-cpu rv64,f=off,d=on features
cpu: no such name     |1  |no such processor "nosuch"|-cpu nosuch features
cpu: not that one     |1  |Zba, Zbb|-cpu rva22u64 features
cpu: sv48!            |0  |stack 7|-cpu sv48 features
cpu: sv48 by QEMU name!|0  |stack 7|-cpu rv64,sv48=on features
cpu: sv39!            |0  |stack 3ffff|-cpu rv64,sv39=on features
cpu: sv48 is no letter!|0  |only: 112d 1 3 rv64imafdc_zicntr_zicsr_zifencei|-cpu sv48 features | head -n 1
cpu: help             |0  |sifive-u54|-cpu help
insn: mul             |7  ||mul
insn: no mul          |132||-cpu rv64,m=off mul
insn: no amo          |132||-cpu rv64,a=off amo
insn: no fadd         |132||-cpu rv64,f=off fadd
insn: no fld          |132||-cpu rv64,d=off fld
insn: fadd without d  |7  ||-cpu rv64,d=off fadd
insn: no fcsr         |132||-cpu rv64,f=off fcsr
insn: nor its csr     |132||-cpu rv64i,zicsr=on csr
insn: no zicsr        |132||-cpu rv64,f=off,zicsr=off csr
insn: no counters     |132||-cpu rv64,zicntr=off ./time
insn: counters        |7  ||-cpu rv64i,zicntr=on ./time
insn: no fence.i      |132||-cpu rv64,zifencei=off fencei
insn: no 16 bits      |132||-cpu rv64,c=off short
insn: misaligned      |135||-cpu rv64,c=off odd
insn: 16 bits         |7  ||odd
illegal: mul          |132|only: illegal instruction at PC _start: mul a0,a0,a1, which needs m|-d unimp -cpu rv64,m=off mul 2>&1 | sed 's/0x1[^ ]*/PC/'; (exit 132)
illegal: 16 bits      |132|nop, which needs c|-d unimp -cpu rv64,c=off short
illegal: misaligned   |135|which needs c|-d unimp -cpu rv64,c=off odd
illegal: a counter    |132|rdtime a0, which needs zicntr|-d unimp -cpu rv64,zicntr=off ./time
illegal: Zba          |132|.insn 4, 0x20b52533 (sh1add), which needs Zba|-d unimp zba
illegal: V            |132|which needs V|-d unimp vector
illegal: a maker's    |132|maker's own|-d unimp own
illegal: nobody's     |132|only: illegal instruction at PC _start: .insn 4, 0xffffffff|-d unimp none 2>&1 | sed 's/0x1[^ ]*/PC/'; (exit 132)
illegal: to a log     |132|only: |-d unimp -D illegal zba
illegal: on a terminal|132|_start: .insn 4, 0x20b52533 (sh1add), which needs Zba|-version >&-; terminal ./zba
illegal: not elsewhere|132|only: |zba
seed: repeatable      |0  |same|-seed 5 features > a; $EMU -seed 5 features > b; cmp a b && echo same
seed: another         |1  |differ|-seed 5 features > a; $EMU -seed 6 features > b; cmp a b
seed: by variable     |0  |same|-seed 5 features > a; QEMU_RAND_SEED=5 $EMU features > b; cmp a b && echo same
seed: bad             |1  |only: tcg-riscv64: -seed x: not a number|-seed x features
uname                 |0  |release 9.8.7|-r 9.8.7 features
uname: by variable    |0  |release 9.8.7|-version >&-; QEMU_UNAME=9.8.7 $EMU features
base!                 |0  |ello|-B 0x10000000 $guest/hello
base: large!          |0  |ello|-B 0x7000000000 $guest/hello
base: 0               |0  |ello|-B 0 $guest/hello
base: no page         |1  |not the address of a page|-B 5 $guest/hello
base: taken           |126|only: tcg-riscv64: -B: the host has no room there|-B 0x7fffffff0000 $guest/hello
space                 |0  |stack ff|-R 256M features
space: largest!       |0  |stack 3ffff|-R 256G features
space: 0 is all!      |0  |stack 3ffff|-R 0 features
space: larger!        |0  |stack ffff|-R 1T features
space: too large      |1  |16M to 128T|-R 129T features
space: programs       |0  |ello|-R 64M $guest/hello
space: with a base!   |0  |ello|-R 1G -B 0x20000000 $guest/hello
space: libraries      |0  |3|-R 1G -L $lib dynamic
signal map: the same  |0  |ello|-t '34 34 8,50 50 3' $guest/hello
signal map: another   |1  |no other map|-t '34 40 8' $guest/hello
signal map: bad       |1  |write SIG HOST N|-t 34,35 $guest/hello
environment: several  |1  |GUEST_VAR=2|-E A=1,GUEST_VAR=2 $guest/argv
environment: repeated |1  |GUEST_VAR=3|-E GUEST_VAR=2 --E GUEST_VAR=3 $guest/argv
environment: unset    |1  |GUEST_VAR=(null)|-U A,GUEST_VAR $guest/argv
environment: variables|1  |GUEST_VAR=4|-version >&-; QEMU_SET_ENV=B=1,GUEST_VAR=4 $EMU $guest/argv
environment: unset so |1  |GUEST_VAR=(null)|-version >&-; TCG_UNSET_ENV=GUEST_VAR $EMU $guest/argv
environment: bad      |1  |write NAME=VALUE|-E GUEST_VAR $guest/argv
argv[0] by variable   |0  |argv[0] zero|-version >&-; TCG_ARGV0=zero $EMU features
one by one            |0  |, 4 bytes|-one-insn-per-tb -d in_asm features 2>&1 | grep 'in:' | sort -k 4 | tail -n 1
one by one: hello     |0  |ello|--one-insn-per-tb $guest/hello
buffer                |0  |ello|-tb-size 1 $guest/hello
buffer: bad           |1  |tcg-riscv64: -tb-size 0: in MiB, |-tb-size 0 $guest/hello
stack by variable     |0  |5000050000|-version >&-; QEMU_STACK_SIZE=64M $EMU $guest/recurse
stack: bad            |1  |not a size|-s 12X $guest/hello
log by variable       |0  |addi|-version >&-; QEMU_LOG=in_asm $EMU $guest/hello
log file by variable  |0  |addi|-version >&-; TCG_LOG=in_asm TCG_LOG_FILENAME=byvar.%d $EMU $guest/hello; cat byvar.*
strace by variable    |0  |write(1,|-version >&-; QEMU_STRACE=1 $EMU $guest/hello
strace off            |0  |only: hello, world|-version >&-; TCG_STRACE=0 $EMU $guest/hello
perf map by variable  |0  |hello|-version >&-; QEMU_PERFMAP=1 $EMU $guest/hello
perf map: its file    |0  |main|-perfmap $guest/hello > /dev/null; cat /tmp/perf-*.map; rm -f /tmp/perf-*.map
jitdump               |0  |jit-|-version >&-; TMPDIR=. $EMU -jitdump $guest/hello; ls
version by variable   |0  |tcg-riscv64 version $(cat "$HERE/../../VERSION")|-version >&-; QEMU_VERSION=1 $EMU $guest/hello
two dashes            |0  |tcg-riscv64 version|--version
QEMU's log items      |0  |ello|-d guest_errors,op_ind,mmu,pcall,cpu_reset,vpu,invalid_mem,plugin $guest/hello
log item by name      |1  |no log item "nosuch"; -d help lists|-d op,nosuch,exec $guest/hello
trace events          |0  |ello|-trace enable=x $guest/hello
trace events: told    |0  |there are no trace events|-trace enable=x $guest/hello
plugin: none such     |1  |only: tcg-riscv64: -plugin nosuch: there is none of that name; -plugin help lists them, and a shared object is given as a path with a /|-plugin nosuch $guest/hello
plugin by variable    |0  |insn:|-version >&-; TCG_PLUGIN=insn $EMU $guest/hello
profile by variable   |0  |prof|-version >&-; TCG_PROFILE=prof $EMU $guest/hello; ls
statistics: bad       |0  |only: tcg-riscv64: TCG_STATS=x: write 1 for a table, or json:FILE|-version >&-; TCG_STATS=x $EMU $guest/hello 2>&1 >&-
statistics: bad option|1  |json:FILE|-stats x $guest/hello
statistics by option  |0  |translated|-stats 1 $guest/hello
settings: bad variable|1  |TCG_SETTINGS=x: |-version >&-; TCG_SETTINGS=x $EMU $guest/hello
unknown variable      |0  |only: tcg-riscv64: no variable TCG_NOSUCH is known; -help lists them|-version >&-; TCG_NOSUCH=1 $EMU $guest/hello 2>&1 >&-
unknown: once         |0  |only: 1|-version >&-; TCG_NOSUCH=1 $EMU $guest/execs 2>&1 | grep -c NOSUCH
gdb: a large port     |1  |only: tcg-riscv64: -g 70000: a port is a number from 1 to 65535|-g 70000 $guest/hello
gdb: port 0           |1  |from 1 to 65535|-g 0 $guest/hello
gdb: nor a file of it |2  |No such file|-g 70000 $guest/hello; ls 70000 2>&1
gdb: a port in use    |1  |Address already in use|-g \$busy_port $guest/hello
gdb: a path in use    |1  |Address already in use|-g busy $guest/hello
gdb: not a socket     |1  |Address already in use|-g dynamic $guest/hello
gdb: no folder        |1  |No such file or directory|-g ./nofolder/socket $guest/hello
gdb: a path too long  |1  |File name too long|-g \$(printf '%0200d' 7)x $guest/hello
gdb: an old socket    |0  |ello|-g old,suspend=n $guest/hello
ROWS
}

# Sockets that are listened at, and one that is left over.
coproc python3 -c '
import socket
port = socket.create_server(("127.0.0.1", 0))
path = socket.socket(socket.AF_UNIX)
path.bind("busy")
path.listen()
socket.socket(socket.AF_UNIX).bind("old")
print(port.getsockname()[1], flush=True)
input()
path.settimeout(0)
try:
    print("disturbed", path.accept())
except BlockingIOError:
    print("undisturbed", flush=True)
'
read -r busy_port <&"${COPROC[0]}"
export busy_port
rows | run_rows options
echo >&"${COPROC[1]}"
read -r word <&"${COPROC[0]}"
[ "$word" = undisturbed ] && echo "PASS options: gdb: who listens is undisturbed" ||
    echo "FAIL options: gdb: who listens is undisturbed: $word"
