#!/bin/sh
# binfmt.sh PROGRAM PATH FORMAT: how programs are registered with the kernel by
# PATH, where PROGRAM, which is asked for magic and mask, will be installed:
# for systemd-binfmt (FORMAT conf), or for Debian's update-binfmts (binfmts).
line=$("$1" -binfmt 2> /dev/null) || exit 1
IFS=: read -r _ name _ _ magic mask _ _ << LINE
$line
LINE
case $3 in
conf) printf ':%s:M::%s:%s:%s:POCF\n' "$name" "$magic" "$mask" "$2" ;;
binfmts)
    printf 'package tcg-user-static\ninterpreter %s\n' "$2"
    printf 'magic %s\nmask %s\n' "$magic" "$mask"
    printf 'credentials yes\npreserve yes\nfix_binary yes\n'
    ;;
*) echo "binfmt.sh: no format $3" >&2; exit 1 ;;
esac
