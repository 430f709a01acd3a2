#!/bin/bash
# run-dhrystone.sh EMULATOR PROGRAM [RUNS]: runs PROGRAM under EMULATOR and,
# where it is installed, under qemu-riscv64; prints both times and the ratio.
emulator=$1 program=$2 runs=${3:-5000000}
TIMEFORMAT='%U %S'

# cpu COMMAND...: CPU seconds in $seconds, output in $output.
cpu() {
    local file
    file=$(mktemp)
    seconds=$({ time "$@" > "$file"; } 2>&1 | awk '{ print $1 + $2 }')
    output=$(cat "$file")
    rm -f "$file"
}

cpu "$emulator" "$program" "$runs"
echo "$output"
case $output in
*"all results right"*) ;;
*) exit 1 ;;
esac
tcg=$seconds
rate() { awk -v n="$runs" -v s="$1" 'BEGIN { printf "%.1f", n / s / 1e6 }'; }
echo
echo "tcg-riscv64:  $tcg s, $(rate "$tcg") million Dhrystones per second"
if command -v qemu-riscv64 > /dev/null; then
    cpu qemu-riscv64 "$program" "$runs"
    echo "qemu-riscv64: $seconds s, $(rate "$seconds") million"
    awk -v q="$seconds" -v t="$tcg" \
        'BEGIN { printf "tcg-riscv64 is %.2f times as fast\n", q / t }'
else
    echo "(qemu-riscv64 is not installed: apt-get install qemu-user compares)"
fi
