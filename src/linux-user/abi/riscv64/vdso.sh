#!/bin/sh
# vdso.sh: prints vdso.inc, made from vdso.S and vdso.lds.
set -e
cd "$(dirname "$0")"
so=$(mktemp)
trap 'rm -f "$so"' EXIT
riscv64-linux-gnu-gcc -nostdlib -shared -fPIC -march=rv64g -Wl,-T,vdso.lds \
  -Wl,-soname,linux-vdso.so.1 -Wl,--hash-style=both -Wl,--build-id=none \
  -Wl,-z,max-page-size=4096 -Wl,--strip-all -o "$so" vdso.S
at=$(readelf -W --dyn-syms "$so" |
     sed -n 's/^.*: 0*\([0-9a-f]*\) .* __vdso_rt_sigreturn.*$/\1/p')
echo "/* Made by vdso.sh (make vdso); not to be edited. */"
echo "enum { VDSO_RT_SIGRETURN = 0x$at };"
echo "static const uint8_t vdso_image[] = {"
od -An -v -tu1 -w16 "$so" | sed 's/ *\([0-9]\{1,\}\)/ \1,/g; s/^/   /'
echo "};"
