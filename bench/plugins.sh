#!/bin/bash
# plugins.sh [RUNS]: what instrumentation costs, beside QEMU's: seconds of CPU
# time, the least of RUNS (3). QEMU must be able to load plugins (Debian's
# qemu-user is; its static builds are not), of interface version 1.
cd "$(dirname "$0")/.." || exit 1
runs=${1:-3}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
make -s MODE=shared > /dev/null || exit 1
make -f tests/guest/Makefile OUT=build/guest all > /dev/null || exit 1
gcc -O2 -D_GNU_SOURCE -fPIC -shared -Isrc/plugin -o "$work/empty.so" \
    bench/plugins/empty.c || exit 1
gcc -O2 -fPIC -shared -o "$work/qemu.so" bench/plugins/qemu.c || exit 1
tcg=build/shared/tcg-riscv64
guest=build/guest/riscv64

least() {
    for ((k = 0; k < runs; k++)); do
        /usr/bin/time -f '%U %S' "$@" 2>&1 > /dev/null | tail -n 1
    done | awk '{ t = $1 + $2; if (NR == 1 || t < min) min = t }
                END { printf "%.2f", min }'
}

row() {                                 # TITLE MODE EXTRA
    printf '| %-38s |' "$1"
    for program in "dhrystone 3000000" "nbody 60" "list 40"; do
        set -- "$1" "$2" "$3" $program
        if [ "$2" ]; then
            ours=$(least $tcg -plugin "$work/empty.so,mode=$2$3" $guest/$4 $5)
            qemu=$(least qemu-riscv64 -plugin "$work/qemu.so,mode=$2" \
                $guest/$4 $5)
        else
            ours=$(least $tcg $guest/$4 $5)
            qemu=$(least qemu-riscv64 $guest/$4 $5)
        fi
        printf ' %5s / %5s |' "$ours" "$qemu"
    done
    echo
}

version=$(qemu-riscv64 -version | sed -n 's/.*version \([0-9.]*\).*/\1/p')
echo "| tcg-c / QEMU $version | dhrystone | nbody | list |"
echo "|---|---|---|---|"
row "no plugin" "" ""
row "instructions counted, in line" c ""
row "a call for each block" b ""
row "the same, the FP environment kept" b ,any
row "a call for each instruction" i ""
row "a call for each access" m ""
row "the same, the FP environment kept" m ,any
