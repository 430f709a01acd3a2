#!/bin/bash
# strace.sh BUILD: the lines of strace.expect are in -strace's output, in this
# order.  Addresses are N there, ids P.
[[ $(basename "$EMU") == tcg-riscv64 ]] || { echo "SKIP strace: $EMU"; exit 0; }
cd "$work" || exit 1
{ "$EMU" -strace "$OUT/riscv64/strace" 2> strace.out < /dev/null; } 2> /dev/null

plain() {
    sed -E 's/stx_mask=[^,]*/stx_mask=M/; s/stx_size=[0-9]*/stx_size=S/; s/ += / = /; s/0x[0-9a-f]{4,}/N/g; s/\[pid +[0-9]+\]/[pid P]/;
            s/(kill|rt_sigqueueinfo)\([0-9]+/\1(P/; s/si_([pu]id)=[0-9]+/si_\1=P/g;
            s/(ptrace\(PTRACE_[A-Z]+), [0-9]+/\1, P/;
            s/^(.*(clone|wait4)(\(| resumed>).* = )[0-9]+$/\1P/' "$1"
}

plain strace.out > strace.plain
exec 3< strace.plain
while IFS= read -r line; do
    while IFS= read -r got <&3; do
        [ "$got" = "$line" ] && break
    done
    if [ "$got" != "$line" ]; then
        echo "FAIL strace: no line like this, or not in this place:"
        echo "    $line"
        exit 0
    fi
done < "$HERE/strace.expect"
if grep -q 'exited with 7' strace.plain && grep -q '^exit_group\|exit(0)' strace.plain
then
    echo "PASS strace"
else
    echo "FAIL strace: no line for the end of a process or a thread"
fi
