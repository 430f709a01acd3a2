#!/bin/bash
# run.sh BUILD: the emulator as built for a RISC-V host, which has no backend
# of its own: guest programs run by the reference interpreter.  That emulator
# runs under qemu-riscv64, and under BUILD's own tcg-riscv64; its tools do the
# IR suite.  EMU_LIBS: where the RISC-V C library is.
cd "$(dirname "$0")/../.." || exit 1
build=$1
libs=${EMU_LIBS:-/usr/riscv64-linux-gnu}
cross=$PWD/build/riscv64-linux-gnu-gcc
passed=0 failed=0
make --no-print-directory -j2 CC=riscv64-linux-gnu-gcc > build/host.log 2>&1 || {
    tail -n 20 build/host.log
    echo "0 passed, 1 failed"
    exit 1
}
make -f tests/guest/Makefile OUT=build/guest -j2 all >> build/host.log 2>&1

verdict() {
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
        echo "PASS $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1"
        tail -n 10 build/host.log
    fi
}

# wrap FOLDER EMULATOR...: the programs built, each run by the emulator.
wrap() {
    local folder=$1 program
    shift
    mkdir -p "$folder"
    for program in tcg-riscv64 tcg-irdump tcg-irbackend; do
        printf '#!/bin/sh\nexec %s -L %s %s/%s "$@"\n' "$*" "$libs" "$cross" \
            "$program" > "$folder/$program"
        chmod +x "$folder/$program"
    done
}

# program NAME: as its native twin, output and status.
program() {
    local host run
    for host in riscv64 native; do
        run=$PWD/build/guest/$host/$1
        [ $host = native ] || run="$under/tcg-riscv64 $run"
        # Words of the command are meant to be split.
        timeout 120 $run > "build/host-$host.out" 2>> build/host.log < /dev/null
        echo "status $?" >> "build/host-$host.out"
    done
    cmp build/host-riscv64.out build/host-native.out >> build/host.log 2>&1
    verdict "$1" $?
}

# under EMULATOR PROGRAM...
under() {
    local emulator=$1 name
    shift
    under=build/host-$(basename "$emulator")
    echo "under $emulator:"
    wrap "$under" "$emulator"
    tests/ir/run.sh "$under" > build/host.log 2>&1
    verdict "IR suite" $?
    for name; do
        program "$name"
    done
}

under "$(command -v qemu-riscv64)" hello exact fenv floats setjmp signals smc
# The guest's addresses are as many as its host's here, and what the emulator
# has taken of them meanwhile can be in the way: no programs that map memory.
under "$(realpath "$build/tcg-riscv64")" hello exact fenv floats setjmp
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
