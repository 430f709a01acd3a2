#!/bin/bash
# run.sh BUILD [FILTER]: real programs of Debian riscv64 under the emulator.
# cases/NAME.sh runs as a whole inside the tree; what it prints must be
# cases/NAME.out. Its second line names the programs that it needs, its third
# may say as which user it runs.
#   ROOTFS=FOLDER  the tree (build/rootfs); rootfs.sh makes it
#   EMU=PROGRAM    another emulator, linked statically
#   CASE_TIMEOUT=SECONDS
cd "$(dirname "$0")" || exit 1
here=$PWD
cd ../..
emu=${EMU:-$1/tcg-riscv64} root=${ROOTFS:-build/rootfs} filter=${2:-.}
passed=0 failed=0 skipped=0

finish() {
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ]
    exit
}

skip() {
    echo "SKIP real${2:+: $2}: $1"
    skipped=$((skipped + 1))
}

missing() {
    local program
    for program in $(sed -n '2s/^# needs: //p' "$1"); do
        compgen -G "$root/usr/bin/$program" > /dev/null ||
            compgen -G "$root/usr/sbin/$program" > /dev/null ||
            compgen -G "$root/usr/lib/$program" > /dev/null ||
            { echo "$program"; return; }
    done
}

run_case() {
    local name=$1 program
    program=$(missing "$here/cases/$name.sh")
    [ -z "$program" ] || { skip "no $program in $root" "$name"; return; }
    cp "$here/cases/$name.sh" "$root/root/case.sh"
    AS=$(sed -n '3s/^# as user: //p' "$here/cases/$name.sh") \
        timeout -k 5 "${CASE_TIMEOUT:-120}" "$here/enter.sh" "$emu" "$root" \
        /bin/bash /root/case.sh \
        > "$work/out" 2> "$work/err" < /dev/null
    if cmp -s "$work/out" "$here/cases/$name.out"; then
        echo "PASS real: $name"
        passed=$((passed + 1))
    else
        echo "FAIL real: $name"
        diff "$here/cases/$name.out" "$work/out" | head -n 8
        tail -n 3 "$work/err"
        failed=$((failed + 1))
    fi
}

[ -e "$root/.packages" ] || {
    skip "no tree in $root; tests/real/rootfs.sh $root fetches it"
    finish
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/enter.sh" "$emu" "$root" /bin/true 2> "$work/err"
[ $? != 97 ] || {
    skip "the host gives us no namespace: $(tail -n 1 "$work/err")"
    finish
}
for case in "$here"/cases/*.sh; do
    name=$(basename "$case" .sh)
    [[ $name =~ $filter ]] && run_case "$name"
done
finish
