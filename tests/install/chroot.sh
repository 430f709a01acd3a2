#!/bin/bash
# chroot.sh TREE PACKAGE...: installs the packages in a tree of Debian for the
# host's processor, and starts a riscv64 program in it by the registration that
# they bring, with a binfmt_misc of a namespace of its own (Linux 6.7).
tree=$(readlink -f "$1") || exit 1
shift
[ -x "$tree/usr/bin/dpkg" ] || { echo "chroot.sh: no Debian in $tree"; exit 2; }
mkdir -p "$tree/tmp/packages" && cp "$@" "$tree/tmp/packages/" || exit 1
printf '#include <stdio.h>\nint main(void) { puts("hello, riscv64"); return 7; }\n' |
    riscv64-linux-gnu-gcc -x c -O1 -static -o "$tree/tmp/hello" - || exit 1
export tree
unshare -m --propagation private bash -c '
mount -t proc proc "$tree/proc" || exit 1
chroot "$tree" sh -c "apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends /tmp/packages/*.deb"' \
    > "$tree/tmp/install.log" 2>&1 || { tail "$tree/tmp/install.log"; exit 1; }
echo "installed: $(chroot "$tree" dpkg-query -W -f '${Package} ${Version}, ' \
    tcg-user-static tcg-tools tcg-dev)"
unshare -Urm --pid --fork --kill-child --propagation private bash -c '
mount -t binfmt_misc none /proc/sys/fs/binfmt_misc || exit 99
line=$(cat "$tree/usr/lib/binfmt.d/tcg-riscv64.conf")
# The kernel opens the emulator now, and finds it outside of the tree.
printf "%s" "${line/:\/usr/:$tree/usr}" > /proc/sys/fs/binfmt_misc/register ||
    exit 98
mount -t proc proc "$tree/proc"
chroot "$tree" /tmp/hello
status=$?
echo "status $status"
exit $((status != 7))'
