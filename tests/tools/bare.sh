#!/bin/sh
# bare.sh BUILD: what is built without Capstone and libdw says so; and need.sh,
# which asks for them.  Prints a line for each case.
cd "$(dirname "$0")/../.." || exit 1
build=$1
work=$build/tools-suite
bare=$work/bare
mkdir -p "$bare"

# verdict NAME: passes if the last command did.
verdict() {
    if [ $? = 0 ]; then
        echo "PASS $1"
    else
        echo "FAIL $1"
        sed 's/^/    /' "$work/said" | head -n 5
    fi
}

# says NAME STATUS PATTERN COMMAND...: the status, and the pattern in a line of
# all that it prints.
says() {
    name=$1 status=$2 pattern=$3
    shift 3
    "$@" > "$work/said" 2>&1
    [ $? = "$status" ] && grep -q -- "$pattern" "$work/said"
    verdict "$name"
}

# Most of it is built already; what depends on the two is made anew.
rm -f "$bare/capstone" "$bare/libdw"
for part in obj gen decode sources; do
    cp -a -u "$build/$part" "$bare"
done
touch "$bare/asked.mk"
case $build in
*/build | build) mode=release ;;
*) mode=$(basename "$build") ;;
esac
says "make tells what is left out" 0 "^without Capstone.*libcapstone-dev" \
    make --no-print-directory -j2 MODE="$mode" BUILD="$bare" CAPSTONE= DW=
grep -q '^without libdw.*libdw-dev' "$work/said"
verdict "and of libdw"
says "tcg-profile tells" 1 "^tcg-profile: .*libdw-dev" "$bare/tcg-profile" x
"$build/tcg-irdump" --start sum "$work/small" > "$work/part.ir"
says "tcg-irbackend tells" 0 "^# host code.*libcapstone-dev" \
    "$bare/tcg-irbackend" "$work/part.ir"
says "tcg-explore's page tells" 0 \
    '"no_host_text":"[^"]*libcapstone-dev.*"no_source":"[^"]*libdw-dev' \
    "$bare/tcg-explore" --data -o - "$work/functions" main

# need.sh, where there is no package of that name, no apt-get, and no root.
mkdir -p "$work/poor" "$work/empty"
printf '#!/bin/sh\necho 1000\n' > "$work/poor/id"
printf '#!/bin/sh\nexit 1\n' > "$work/poor/sudo"
printf '#!/bin/sh\necho Err: network; exit 100\n' > "$work/empty/apt-get"
chmod +x "$work/poor/"* "$work/empty/"*
root() { PATH=$work/empty:$PATH tests/need.sh "$@"; }
user() { PATH=$work/poor:$PATH tests/need.sh "$@"; }
root -o sh dash "no need" > "$work/said" 2>&1 && [ ! -s "$work/said" ]
verdict "need.sh: what there is"
says "need.sh: no network" 0 "^pack: why: .*failed; get it by:  .*install pack" \
    root -o nosuch pack why
[ "$(wc -l < "$work/said")" = 1 ]
verdict "need.sh: in one line"
says "need.sh: no network, and needed" 1 "failed; get it by" \
    root nosuch pack why
says "need.sh: not root" 0 "^pack: why: not installed; get it by:  sudo apt" \
    user -o nosuch pack why
[ "$(wc -l < "$work/said")" = 1 ]
verdict "need.sh: in one line"
says "need.sh: not root, and needed" 1 "sudo apt-get" user nosuch pack why
