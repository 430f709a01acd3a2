#!/bin/bash
# one.sh NAME SETTING COMMAND: one case in one setting (see run.sh).
name=$1 setting=$2 command=$3
case $setting in
default | cache) settings= ;;
*) settings=$setting ;;
esac
cpu=
case $settings in cpu=*)
    settings=${settings#cpu=}
    cpu=${settings%%,*}
    settings=${settings#"$cpu"}
    settings=${settings#,} ;;
esac
program=${command%% *}
native=$OUT/expect/$name

# The interpreter needs some hundred times as long, a sanitizer some ten times.
time=90
case $setting in *backend=interp) time=600 ;; esac
[ "$SANITIZED" ] && time=$((6 * time))

# run FILE SETTINGS COMMAND: output to FILE.out, status to FILE.status.
run() {
    local scratch
    scratch=$(mktemp -d "$work/XXXXXX")
    (cd "$scratch" && env -i PATH="$PATH" HERE="$HERE" GUEST_VAR='a value' \
        ${2:+TCG_SETTINGS="$2"} ${cpu:+TCG_CPU="$cpu"} \
        ${cache:+TCG_CACHE="$cache"} timeout -k 5 "${CASE_TIMEOUT:-$time}" \
        sh -c "$3") > "$1.out" 2> "$1.err" < /dev/null
    echo $? > "$1.status"
    chmod -R u+w "$scratch"
    rm -rf "$scratch"
} 2> /dev/null

[ "$command" = SKIP ] && {
    echo "SKIP $name ($setting): not in a sanitizer's build"
    exit
}
[ -x "$OUT/native/$program" ] || {
    echo "FAIL $name ($setting): there is no native $program"
    exit
}
mkdir -p "$OUT/expect"
if [ ! "$native.status" -nt "$OUT/native/$program" ] ||
   [ ! "$native.status" -nt "$HERE/cases" ]; then
    run "$native.$$" "" "$OUT/native/$command"
    for part in out err status; do
        mv "$native.$$.$part" "$native.$part"
    done
fi
got=$work/$name.$setting
# What the first run keeps, the second one uses.
if [ "$setting" = cache ]; then
    cache=$work/cache.$name
    run "$got" "$settings" "$EMU $OUT/riscv64/$command"
fi
run "$got" "$settings" "$EMU $OUT/riscv64/$command"
if cmp -s "$got.out" "$native.out" && cmp -s "$got.status" "$native.status" &&
   ! grep -q 'check failed' "$got.err"; then
    echo "PASS $name ($setting)"
    exit
fi
{
    echo "FAIL $name ($setting): status $(cat "$got.status")," \
         "expected $(cat "$native.status")"
    diff -a "$native.out" "$got.out" | cut -c 1-160 | head -n 8
    head -c 600 "$got.err"
} | sed '2,$s/^/    /' > "$got.report"
cat "$got.report"
exit 0
