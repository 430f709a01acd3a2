#!/bin/bash
# cache.sh BUILD: translations that are kept between runs, under fire: results
# are those of a run without, whatever has become of the files.
[[ $(basename "$EMU") == tcg-riscv64 ]] || { echo "SKIP cache: $EMU"; exit 0; }
cd "$work" || exit 1
guest=$OUT/riscv64
mkdir "$work/fire"
export TCG_CACHE=$work/fire/cache
program=$work/fire/program
cp "$guest/hello" "$program"
sleep 0.1       # a file that has just been made may still change untold

# verdict WHAT COMPLAINT: passes if there is none.
verdict() {
    if [ -z "$2" ]; then
        echo "PASS cache: $1"
    else
        echo "FAIL cache: $1"
        sed 's/^/    /' <<< "$2" | head -n 8
    fi
}

right=$("$EMU" -no-cache "$program" a b; echo "$?")

# run WHAT COMMAND...: what it prints must be right.
run() {
    local what=$1 got
    shift
    got=$("$@" 2>&1; echo "$?")
    [ "$got" = "$right" ] || echo "$what: $got"
}

# Code that counts is another: of two such runs, the second.
translated() {
    for i in 1 2; do
        TCG_STATS=json:$work/fire/json "$EMU" "$program" a b > /dev/null
    done
    sed -n 's/.*"blocks": *\([0-9]*\).*/\1/p' "$work/fire/json" | head -n 1
}

fresh() {
    rm -rf "$TCG_CACHE"
    "$EMU" "$program" a b > /dev/null
}

image() {
    ls "$TCG_CACHE"/*.img
}

verdict "the first run" "$(run first "$EMU" "$program" a b)"
verdict "the first run keeps an image" "$([ -s "$(image)" ] || ls "$TCG_CACHE")"
verdict "the second run" "$(run second "$EMU" "$program" a b)"
verdict "the second run translates nothing" \
    "$(n=$(translated); [ "$n" = 0 ] || echo "$n blocks")"
verdict "nothing is kept with -no-cache" "$(
    TCG_CACHE=$work/fire/none "$EMU" -no-cache "$program" a b > /dev/null
    ls "$work/fire/none" 2> /dev/null)"

# Many damaged images: bytes changed, cut off, put in front.
damage() {
    local file size
    file=$(image)
    size=$(stat -c %s "$file")
    case $((RANDOM % 4)) in
    0) truncate -s $((RANDOM * RANDOM % size)) "$file" ;;
    1) printf '\0\377\0\377' ;;
    2) head -c 4096 /dev/urandom ;;
    3) head -c 16 /dev/zero ;;
    esac | dd of="$file" bs=1 seek=$((RANDOM * RANDOM % size)) conv=notrunc \
        status=none
}
verdict "damaged images" "$(
    fresh
    cp -a "$TCG_CACHE" "$work/fire/good"
    for ((i = 0; i < 400; i++)); do
        rm -rf "$TCG_CACHE"
        cp -a "$work/fire/good" "$TCG_CACHE"
        damage
        run "damage $i" "$EMU" "$program" a b
    done)"

verdict "links that name an image good which is another" "$(
    fresh
    ok=$(ls "$TCG_CACHE"/*.ok)
    for text in x "$(readlink "$ok")9" "${guest}" ''; do
        ln -sfn "$text" "$ok" 2> /dev/null
        run "link $text" "$EMU" "$program" a b
    done)"

verdict "killed while it writes" "$(
    for ((i = 0; i < 60; i++)); do
        rm -rf "$TCG_CACHE"
        "$EMU" "$program" a b > /dev/null & pid=$!
        sleep "0.00$((i % 10))"
        kill -9 $pid 2> /dev/null
        wait $pid 2> /dev/null
        run "after kill $i" "$EMU" "$program" a b
    done)"

verdict "two hundred at once" "$(
    rm -rf "$TCG_CACHE"
    for ((i = 0; i < 200; i++)); do
        run "process $i" "$EMU" "$program" a b &
    done
    wait)"

verdict "no room for a file" "$(
    rm -rf "$TCG_CACHE"
    ulimit -f 8
    run "file of 8 KiB" "$EMU" "$program" a b)"
verdict "a full disk" "$(
    unshare -rm sh -c 'mkdir -p "$TCG_CACHE" &&
        mount -t tmpfs -o size=64k none "$TCG_CACHE" && exec "$@"' full \
        "$EMU" "$program" a b > "$work/fire/full" 2>&1
    status=$?
    { [ "$(cat "$work/fire/full"; echo $status)" = "$right" ] ||
      grep -q -e unshare -e mount "$work/fire/full"; } ||
        cat "$work/fire/full")"
verdict "a folder that cannot be written" "$(
    rm -rf "$TCG_CACHE"
    mkdir "$TCG_CACHE"
    chmod 500 "$TCG_CACHE"
    run "read-only" "$EMU" "$program" a b
    rm -rf "$TCG_CACHE"
    touch "$TCG_CACHE"
    run "a file" "$EMU" "$program" a b
    rm "$TCG_CACHE")"

# The same name, size and times, written in place.
verdict "a program that is replaced in place" "$(
    fresh
    cp -p "$program" "$work/fire/old"
    other=$guest/args
    [ -x "$other" ] || other=$guest/exhaust
    cat "$other" > "$program"
    touch -r "$work/fire/old" "$program"
    sleep 0.1
    diff <("$EMU" -no-cache "$program" a b 2>&1) \
         <("$EMU" "$program" a b 2>&1)
    cat "$work/fire/old" > "$program"
    touch -r "$work/fire/old" "$program"
    sleep 0.1
    run "the old one again" "$EMU" "$program" a b)"

verdict "settings and features do not mix" "$(
    fresh
    for setting in host=plain hot=1 pinned=3 maxinsns=1 noretstack \
                   backend=interp movebase optoff=4 default; do
        for i in 1 2; do
            run "$setting" env TCG_SETTINGS=$setting "$EMU" "$program" a b
        done
    done
    run strace sh -c '"$@" 2> /dev/null' strace "$EMU" -strace "$program" a b
    run in_asm sh -c '"$@" 2> /dev/null' in_asm "$EMU" -d in_asm "$program" \
        a b)"
