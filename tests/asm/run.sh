#!/bin/sh
# The encoder against GNU as, byte by byte: run.sh BUILD_DIR
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=${1:?usage: run.sh BUILD_DIR}/asm
mkdir -p "$out"

skip() {
    echo "SKIP: $1"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
}

for tool in as objcopy; do
    command -v $tool >/dev/null || skip "no $tool"
done
case $(as --version) in
*x86_64*) ;;
*) skip "as is not for x86-64" ;;
esac

${CC:-cc} -std=gnu11 -O1 -Wall -Wextra -I"$root/src" -o "$out/rows" \
    "$here"/*.c "$root"/src/backend/x86_64/asm*.c
"$out/rows" write "$out/rows.s" "$out/ours.bin"
if ! as -o "$out/rows.o" "$out/rows.s" 2>"$out/as.log"; then
    head -20 "$out/as.log"
    echo "0 passed, $(grep -c Error "$out/as.log") failed"
    exit 1
fi
objcopy -O binary -j .text "$out/rows.o" "$out/as.bin"
"$out/rows" compare "$out/rows.s" "$out/ours.bin" "$out/as.bin"
