#!/bin/bash
# run-check.sh BUILD: what the source tree promises about itself.
#   - a folder includes only folders before it (docs/coding-style.md)
#   - so does a room of linux-user (rooms.sh)
#   - no function is longer than 80 lines, flat switches aside
#   - each header compiles alone
#   - no source file has 800 lines or more
#   - what a guest's or host's files share begins with its prefix
#   - sources are formatted by .clang-format
#   - below main nothing is both global and mutable
#   - nothing names a guest or host outside of its own folders and the registry
cd "$(dirname "$0")/.." || exit 1
build=$1
passed=0 failed=0 skipped=0

# verdict WHAT COMPLAINTS: passes if there are none.
verdict() {
    if [ -z "$2" ]; then
        passed=$((passed + 1))
        echo "PASS $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1"
        sed 's/^/    /' <<< "$2"
    fi
}

rank() {
    case $1 in
    util | gen) echo 0 ;;
    core | host) echo 1 ;;
    frontend | opt | backend) echo 2 ;;
    disas) echo 3 ;;
    image) echo 3 ;;
    exec) echo 4 ;;
    gdbstub) echo 5 ;;
    plugin) echo 5 ;;
    linux-user) echo 6 ;;
    guest) echo 7 ;;
    profile) echo 8 ;;
    tools) echo 9 ;;
    *) echo 10 ;;
    esac
}

include_order() {
    grep -rnoE '^#include "[a-z_-]+/' src --include='*.[ch]' --include='*.def' |
    sed -E 's/^src\/([^/]*)([^:]*):([0-9]+):#include "([^/]*)\/$/\1 \4 src\/\1\2:\3/' |
    sort -u | while read -r from to where; do
        [ "$from" = "$to" ] && continue
        [ "$(rank "$to")" -lt "$(rank "$from")" ] ||
            echo "$where: $from includes $to"
    done
}

# What lies in folders of its own: frontend/riscv, linux-user/abi/riscv64 ...
own_folders() {
    find src/frontend src/backend src/host src/linux-user/abi -mindepth 1 \
        -maxdepth 1 -type d | grep -v /interp
}

# Guests and hosts by name, and words that only one of them has.
guest_words() {
    own_folders | sed 's|.*/||' | sort -u | paste -sd'|'
    printf '%s' '|risc-?v|\brv(32|64|_|wmo)|x86|amd64|arm64' \
        '|\b[er](ax|bx|cx|dx|si|di|bp|sp|ip)\b|mxcsr|[xyz]mm[0-9]|\bavx|\bsse' \
        '|\bEM_[A-Z]|\bR_[A-Z0-9]+_[A-Z]|\becall|fence\.i\b|\bfcsr'
}

# tests/words.allow has what may stay, and why; all of it is to be needed.
foreign_words() {
    local words own
    words=$(guest_words | tr -d '\n')
    own=$(own_folders | paste -sd'|')
    own+="|$(own_folders | sed 's|.*/|src/disas/|' | sort -u | paste -sd'|')"
    grep -rniE "$words" src plugins tools | grep -vE "^($own|src/guest/)" |
        awk -F'|' '
        FILENAME != "-" {
            if (!/^(#|$)/) { path[++n] = $1; text[n] = $2 }
            next
        }
        {
            file = substr($0, 1, index($0, ":") - 1)
            ok = 0
            for (i = 1; i <= n && !ok; i++) {
                ok = (file == path[i] || (path[i] ~ /\/$/ &&
                      index(file, path[i]) == 1)) && index($0, text[i])
                used[i] += ok
            }
            if (!ok)
                print
        }
        END {
            for (i = 1; i <= n; i++)
                if (!used[i])
                    print "tests/words.allow: nothing needs " path[i] "|" text[i]
        }' tests/words.allow -
}

# The check itself: both of these must be found, and the folders be left out.
planted_words() {
    mkdir -p "$build/words/src/exec" "$build/words/src/frontend/toy" \
        "$build/words/src/"{backend,host,linux-user/abi,guest} \
        "$build/words/"{plugins,tools,tests}
    echo '/* as RVWMO */' > "$build/words/src/exec/a.c"
    echo '#include "frontend/toy/cpu.h"' > "$build/words/src/exec/b.h"
    cp "$build/words/src/exec/"* "$build/words/src/frontend/toy"
    : > "$build/words/tests/words.allow"
    local found
    found=$(cd "$build/words" && foreign_words | sed 's/:.*//' | paste -sd' ')
    [ "$found" = 'src/exec/a.c src/exec/b.h' ] || echo "found: $found"
}

# From "{" to "}" in column 0. A function is a flat switch when half of its
# lines begin with case or default, or have a table row's shape.
long_functions() {
    awk '
        FNR == 1 { inside = 0 }
        /^[a-zA-Z].*\(/ && !/;$/ { name = $0 }
        /^\{/ { inside = 1; start = FNR; cases = 0 }
        inside && /^ *(case |default:)/ { cases++ }
        /^\}/ {
            lines = FNR - start - 1
            if (inside && lines > 80 && cases * 2 < lines) {
                sub(/\(.*/, "", name)
                print FILENAME ":" start ": " name ": " lines " lines"
            }
            inside = 0
        }' $(find src plugins tools tests bench -name '*.c' -o -name '*.h')
}

long_files() {
    find src plugins tools tests bench \( -name '*.c' -o -name '*.h' -o -name '*.sh' \) \
        -exec wc -l {} + | awk '$2 != "total" && $1 >= 800 { print $2 ": " $1 }'
}

# Those of other hosts do not compile here.
lone_headers() {
    local host
    host=$(gcc -dumpmachine | cut -d- -f1)
    find src tools -name '*.h' \( ! -path 'src/host/*/*' -o \
        -path "src/host/$host/*" \) | while read -r h; do
        gcc -std=gnu11 -D_GNU_SOURCE -Isrc -I"$build" -Itools/decode \
            -Wall -Wextra -Wno-unused-function -fsyntax-only \
            -x c - <<< "#include \"$PWD/$h\"" > /dev/null 2> "$build/header.log" ||
            { echo "$h:"; head -n 3 "$build/header.log"; }
    done
}

# Variables of the program that may be written, one a line; of object files.
# .data.rel.ro is constant once the program has been loaded.
writable() {
    nm -A -f sysv "$@" | awk -F'|' '
        { gsub(/ /, "") }
        $7 ~ /^(\*COM\*|\.t?bss|\.t?data|\.data\.)/ &&
        $7 !~ /^\.data\.rel\.ro/ && $1 !~ /:_*(odr_)?asan/ { print $1 }'
}

# What has to be one. Signal handlers are given nothing but the signal, so what
# they need must be found by the thread, or be the process's:
#   fault.o current   the thread of exec that the handler interrupts
#   fault.o other_fn  a handler is the process's, so is where it goes on; set
#                     once, by all threads to the same, before it is read
#   current.o this_task  the task of a thread, which a handler interrupts
#   native.o gs_base  what this thread's gs, a register that only a call to the
#                     kernel changes, has been set to
#   log.o own         a file for each thread (-d tid), which must be found from
#                     wherever a line is logged
#   remote.o anchor   where other processes look for ours; they know no more of
#                     it than the place in the image
allowed_globals='/exec/fault\.o:current$|/exec/fault\.o:other_fn$'
allowed_globals+='|/linux-user/task/current\.o:this_task$|/util/log\.o:own$'
allowed_globals+='|/backend/x86_64/native\.o:gs_base$'
allowed_globals+='|/linux-user/task/remote\.o:anchor$'

mutable_globals() {
    find "$build/obj/src" -name '*.o' ! -path '*/tools/*' -print0 |
        while IFS= read -r -d '' object; do
            source=${object#"$build/obj/"}    # one of a deleted file stays
            [ ! -e "${source%.o}.c" ] || writable "$object"
        done | grep -vE "$allowed_globals"
}

# unprefixed: what a guest's or host's files share must link beside another's.
unprefixed() {
    local folder prefix source
    while read -r folder prefix; do
        for source in "src/$folder"/*.c; do
            [ -e "$build/obj/${source%.c}.o" ] &&     # or it is not this host's
                nm -g --defined-only "$build/obj/${source%.c}.o" |
                awk -v prefix="^$prefix" -v source="$source" '
                    NF == 3 && $3 !~ prefix && $3 !~ /^_*(odr_)?asan/ {
                        print source ": " $3 }'
        done
    done << 'EOF'
frontend/riscv (rv|riscv64)_
backend/x86_64 x86_
backend/interp interp_
EOF
}

# The check itself: of these it must see all but the last two.
planted_globals() {
    local object=$build/planted.o found
    gcc -fPIE -x c -c -o "$object" - << 'EOF' || return
int common, set = 1;
static char hidden[4];
static _Thread_local int own;
const char *points = "somewhere";
int *use(void)
{
    static int inside;
    hidden[own] = (char)inside++;
    return &inside;
}
const int constant = 1;
const char *const text[] = {"constant when loaded"};
EOF
    found=$(writable "$object" | sed 's/.*://; s/\..*//' | sort | tr '\n' ' ')
    [ "$found" = 'common hidden inside own points set ' ] ||
        echo "found: $found"
}

verdict "include order" "$(include_order)"
verdict "linux-user in floors" "$(tests/rooms.sh "$build")"
verdict "no function over 80 lines" "$(long_functions)"
verdict "no file of 800 lines" "$(long_files)"
verdict "headers compile alone" "$(lone_headers)"
verdict "names of guests and hosts have their prefixes" "$(unprefixed)"
verdict "no mutable globals" "$(mutable_globals)"
verdict "no guest or host outside of its folders" "$(foreign_words)"
verdict "planted words are found" "$(planted_words)"
verdict "planted globals are found" "$(planted_globals)"
# Other versions lay out some lines otherwise.
if clang-format --version 2> /dev/null | grep -q 'version 14\.'; then
    verdict "sources are as .clang-format has them" "$(
        find src tools plugins -name '*.[ch]' -print0 |
            xargs -0 clang-format --dry-run -Werror 2>&1 |
            grep -o '^[^ ]*: error')"
else
    skipped=$((skipped + 1))
    echo "SKIP sources are as .clang-format has them: there is no" \
        "clang-format 14"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
