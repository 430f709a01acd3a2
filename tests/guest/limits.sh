#!/bin/bash
# limits.sh BUILD: programs whose address space is limited from outside, and
# what many threads and processes leave behind.
[[ $(basename "$EMU") == tcg-riscv64 ]] || { echo "SKIP limits: $EMU"; exit 0; }
[ "$SANITIZED" ] && { echo "SKIP limits: a sanitizer takes its own"; exit 0; }
cd "$work" || exit 1
guest=$OUT/riscv64 native=$OUT/native

# verdict WHAT COMPLAINT: passes if there is none.
verdict() {
    if [ -z "$2" ]; then
        echo "PASS limits: $1"
    else
        echo "FAIL limits: $1"
        sed 's/^/    /' <<< "$2" | head -n 8
    fi
}

# All address space used up, of so many KiB.
for limit in 100000 400000 4000000; do
    for setting in default hot=1 codebuf=64k; do
        output=$(ulimit -v "$limit"
                 diff <("$native/exhaust" space 2>&1) \
                     <(TCG_SETTINGS=$setting timeout 60 "$EMU" \
                         "$guest/exhaust" space 2>&1))
        verdict "address space of $limit KiB ($setting)" "$output"
    done
done

# So little that there is no program: one line.
output=$(ulimit -v 20000; "$EMU" "$guest/hello" 2>&1)
verdict "too little address space" \
    "$([[ $output == tcg-riscv64:*memory* ]] || echo "$output")"

# figures PID: mappings, and KiB in use.
figures() {
    wc -l < "/proc/$1/maps"
    awk '/^VmRSS/ { print $2 }' "/proc/$1/status"
}

# flat WHAT N: before and after N of them, which are the tenth part more.
flat() {
    local pid when figures=()
    rm -f flat.in && mkfifo flat.in && exec 3<> flat.in
    "$EMU" "$guest/exhaust" flat "$1" "$2" < flat.in > flat.out 2>&1 &
    pid=$!
    for when in before after; do
        until grep -q "$when" flat.out; do
            kill -0 "$pid" 2> /dev/null || { cat flat.out; return; }
            sleep 0.05
        done
        figures+=($(figures "$pid"))
        echo >&3
    done
    wait "$pid"
    grep failed flat.out
    [ $((figures[2] - figures[0])) -le 4 ] ||
        echo "${figures[0]} mappings became ${figures[2]}"
    [ $((figures[3] - figures[1])) -le 1024 ] ||
        echo "${figures[1]} KiB became ${figures[3]}"
}
verdict "10,000 threads one after the other" "$(flat threads 10000)"
verdict "1,000 times vfork and execve" "$(flat forks 1000)"
