#!/bin/bash
# threads.sh [EMU [QEMU]]: threads, processes and system calls, beside QEMU.
# Each figure is the median of RUNS (5) interleaved runs.
#   ROOT=DIR    the riscv64 system whose shell runs short processes
#               (build/rootfs, which `make real` fetches)
cd "$(dirname "$0")/.." || exit 1
emu=$(realpath "${1:-build/tcg-riscv64}")
qemu=$(command -v "${2:-qemu-riscv64}")
runs=${RUNS:-5} root=${ROOT:-build/rootfs}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
riscv64-linux-gnu-gcc -O2 -static -pthread -w -D_GNU_SOURCE \
    -o "$work/threads" bench/threads.c || exit 1

median() { sort -g "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# sample NAME COMMAND...: runs it under both, one after the other.
sample() {
    local name=$1
    shift
    for ((i = 0; i < runs; i++)); do
        "$emu" "$@" >> "$work/$name.tcg"
        "$qemu" "$@" >> "$work/$name.qemu"
    done
}

# row TEXT NAME UNIT
row() {
    local a b
    a=$(median "$work/$2.tcg") b=$(median "$work/$2.qemu")
    printf '%-44s %10s %10s %s  %sx\n' "$1" "$a" "$b" "$3" "$(ratio "$b" "$a")"
}

# 200 short processes from a shell of the guest's; the time is the guest's.
shell_ms() {
    tests/real/enter.sh "$1" "$root" /bin/bash -c '
        start=$(date +%s%N)
        for ((i = 0; i < 198; i++)); do /bin/true; done
        end=$(date +%s%N)
        echo $(((end - start) / 1000000))'
}

printf '%-44s %10s %10s\n' "" tcg-riscv64 "$(basename "$qemu")"
for what in one two; do sample $what "$work/threads" $what; done
row "one computing thread" one ms
row "two computing threads" two ms
printf '%-44s %10s %10s\n' "    two threads do, in the time of one" \
    "$(ratio "$(median "$work/one.tcg")" "$(median "$work/two.tcg")" | awk '{ print 2 * $1 }')" \
    "$(ratio "$(median "$work/one.qemu")" "$(median "$work/two.qemu")" | awk '{ print 2 * $1 }')"
sample translate1 "$work/threads" translate 1
sample translate8 "$work/threads" translate 8
row "one thread translates 6000 blocks" translate1 ms
row "eight threads translate 6000 blocks each" translate8 ms
for n in 1 2 4 8; do
    sample hot$n "$work/threads" hot $n
    row "$n threads, the same code: an instruction" hot$n "ns CPU"
done
for n in 1 2 4 8; do
    sample new$n "$work/threads" new $n
    row "$n threads, new code for each: an instruction" new$n "ns CPU"
done
sample create "$work/threads" create
row "10,000 threads start and end" create ms
for call in getppid read clock; do
    sample $call "$work/threads" $call
    row "$call" $call ns
done
if [ -x "$root/bin/bash" ]; then
    for ((i = 0; i < runs; i++)); do
        shell_ms "$emu" >> "$work/shell.tcg"
        shell_ms "$qemu" >> "$work/shell.qemu"
    done
    row "a shell runs 200 short processes" shell ms
fi
TCG_STATS=1 "$emu" "$work/threads" translate 8 2>&1 > "$work/out" |
    grep -iE 'lock|wait|flush|blocks' || true
