#!/bin/bash
# rooms.sh BUILD: complains where src/linux-user is not built in floors
# (docs/linux-user.md, section 1): a room includes and calls only rooms that
# its row names, no files call each other in a circle, and a room has 20 files
# or fewer.
cd "$(dirname "$0")/.." || exit 1
build=$1
src=src/linux-user

# From the ground up: a room, and what it may see. Each names rooms above its
# own row only, so there is no circle. From abi on, all see what task shows.
rooms='
layout
options layout
mm
elf     mm layout
task    mm elf layout options
abi     task
signal  task abi
ptrace  task signal
seccomp task
proc    task ptrace seccomp
debug   task signal proc
process task elf signal ptrace seccomp proc debug
files   task signal seccomp proc
calls   task
strace  task files
deliver task abi signal ptrace proc debug process strace
top     task elf abi signal ptrace seccomp proc debug process strace deliver
top     files calls
'
shown='mm layout options'

# The room of each file on stdin, below src/linux-user and without its ending:
# its folder, but for what lies at the top, what process.h needs of any guest
# (layout), and a guest's row, which names handlers (top).
room_of() {
    sed -E 's#^abi/(abi|layout|open_flags)$#layout#
            s|^abi/[^/]*/abi-row$|top|
            s|^linux-user$|options|
            t
            s|^([^/]*)/.*|\1|
            t
            s|.*|top|'
}

# FILE OTHER a line: FILE includes OTHER.
includes() {
    (cd "$src" && grep -rHE '^#include "linux-user/' --include='*.[ch]' \
        --include='*.def' .) |
        sed -E 's|^\./([^:]*)\.[a-z]*:#include "linux-user/(.*)\.[a-z]*".*|\1 \2|
                s|^(abi/[^/]*/abi) |\1-row |'
}

# The same: FILE calls a function of OTHER, or uses a variable.
calls() {
    find "$src" -name '*.c' | sed "s|^|$build/obj/|; s|c$|o|" |
        xargs -r nm -A 2> /dev/null |
        awk -v top="$build/obj/$src/" '
            { sub(/:/, " "); file = $1; kind = $(NF - 1); name = $NF
              sub(top, "", file); sub(/\.o$/, "", file)
              sub(/^abi\/[^\/]*\/abi$/, "&-row", file) }
            kind ~ /^[TDRBCVW]$/ { home[name] = file }
            kind == "U" { use[++n] = file " " name }
            END { for (i = 1; i <= n; i++) {
                      split(use[i], u, " ")
                      if (u[2] in home && home[u[2]] != u[1])
                          print u[1], home[u[2]] } }' | sort -u
}

# Of lines FILE OTHER those that the table does not allow.
not_allowed() {
    sort -u > "$build/rooms.edges"
    paste -d ' ' <(cut -d ' ' -f 1 "$build/rooms.edges" | room_of) \
        <(cut -d ' ' -f 2 "$build/rooms.edges" | room_of) \
        "$build/rooms.edges" |
        awk -v rooms="$rooms" -v shown="$shown" '
            BEGIN {
                n = split(rooms, row, "\n")
                s = split(shown, show, " ")
                for (i = 1; i <= n; i++) {
                    k = split(row[i], w, " ")
                    if (w[1] in known && w[1] != last)
                        print "the table: " w[1] " is there twice"
                    for (j = 2; j <= k; j++) {
                        ok[w[1], w[j]] = 1
                        if (!(w[j] in known) || w[j] == w[1])
                            print "the table: " w[j] " is not below " w[1]
                    }
                    for (j = 1; j <= s && "task" in known; j++)
                        ok[w[1], show[j]] = 1
                    if (k)
                        known[last = w[1]] = 1
                }
            }
            $1 != $2 && !(($1, $2) in ok) {
                print $3 " (" $1 ") sees " $4 " (" $2 ")"
            }'
}

file_circles() {
    tsort 2>&1 > /dev/null | sed 's/^tsort: -\{0,1\}:* *//'
}

crowded() {
    find "$src" -type f | sed 's|/[^/]*$||' | sort | uniq -c |
        awk '$1 > 20 { print $2 ": " $1 " files" }'
}

# The checks themselves: each of these must be complained of.
planted() {
    [ -n "$(echo 'mm/map task/remote' | not_allowed)" ] &&
        [ -n "$(echo 'task/path proc/proc' | not_allowed)" ] &&
        [ -n "$(echo 'signal/host run' | not_allowed)" ] &&
        [ -n "$(rooms+=$'mm task' ; : | not_allowed)" ] &&
        [ -n "$(printf 'a b\nb c\nc a\n' | file_circles)" ] &&
        [ -z "$(echo 'run task/path' | not_allowed)" ] ||
        echo "planted faults are not found"
}

{ includes; calls; } | not_allowed
calls | file_circles
crowded
planted
