#!/bin/bash
# enter.sh EMULATOR ROOTFS COMMAND...: runs the command with ROOTFS as its
# root and the emulator registered for riscv64 programs, in namespaces of its
# own (user, mount, process, network with a loopback only), where a
# binfmt_misc of its own is mounted (Linux 6.7). Flag F lets the kernel open
# the emulator before the root changes, flag P keeps argv[0]. Status 97: the
# host allows no such namespace.
emulator=$(realpath "$1") root=$(realpath "$2")
shift 2
export emulator root
unshare -Urm true 2> /dev/null || exit 97
exec unshare -Urmn --pid --fork --kill-child --propagation private \
    bash -c '
fmt=/proc/sys/fs/binfmt_misc
mount -t binfmt_misc none $fmt || exit 97
head="\x7fELF\x02\x01\x01" pad="\x00\x00\x00\x00\x00\x00\x00\x00"
all="\xff\xff\xff\xff\xff\xff\xff" any="\xff\xff\xff\xff\xff\xff\xff\xff"
magic="$head\x00$pad\x02\x00\xf3\x00" mask="$all\x00$any\xfe\xff\xff\xff"
line=$("$emulator" -binfmt 2> /dev/null) ||
    line=":riscv64:M::$magic:$mask:$emulator:PF"  # another emulator
printf %s "$line" > $fmt/register || exit 97
ip link set lo up 2> /dev/null
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc" 2> /dev/null ||
    mount --rbind /proc "$root/proc"
user=
[ -z "$AS" ] || user="unshare -U --map-user=$AS --map-group=$AS --keep-caps"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TERM=dumb \
    HOME=/root TMPDIR=/tmp $user chroot "$root" "$@"' enter "$@"
