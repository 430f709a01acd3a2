#!/bin/bash
# run.sh BUILD: what `make install` puts where, and that it works from there.
cd "$(dirname "$0")/../.." || exit 1
build=$1 passed=0 failed=0
if [ "$build" != build ]; then
    echo "SKIP: make install is of build/"
    echo "0 passed, 0 failed"
    exit 0
fi
HERE=$PWD/tests/install
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bin=$work/usr/bin

# same WHAT EXPECTED GOT
same() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
        echo "PASS $1"
    else
        failed=$((failed + 1))
        echo "FAIL $1: expected '$2', got '$3'"
    fi
}

make install install-binfmt DESTDIR="$work" prefix=/usr > "$work/log" 2>&1 || {
    cat "$work/log"
    echo "0 passed, 1 failed"
    exit 1
}
version=$(cat VERSION)

for file in bin/tcg bin/tcg-dyn bin/tcg-disas \
    bin/tcg-riscv64 bin/tcg-riscv64-dyn bin/tcg-riscv64-static \
    bin/tcg-profile bin/tcg-explore bin/tcg-irdump bin/tcg-irbackend \
    include/tcg-plugin.h share/man/man1/tcg.1 share/man/man1/tcg-riscv64.1 \
    share/man/man1/tcg-profile.1 share/man/man1/tcg-explore.1 \
    share/man/man1/tcg-irdump.1 share/man/man1/tcg-irbackend.1 \
    share/man/man1/tcg-dyn.1 share/man/man1/tcg-riscv64-dyn.1 share/doc/tcg-c/CHANGELOG.md \
    share/bash-completion/completions/tcg \
    share/bash-completion/completions/tcg-riscv64 \
    share/bash-completion/completions/tcg-irdump \
    share/zsh/site-functions/_tcg lib/binfmt.d/tcg-riscv64.conf; do
    same "is there: $file" yes "$([ -s "$work/usr/$file" ] && echo yes)"
done
for tool in tcg tcg-dyn tcg-riscv64 tcg-riscv64-dyn tcg-riscv64-static \
    tcg-profile tcg-explore tcg-irdump tcg-irbackend; do
    name=${tool%-dyn}
    same "version: $tool" "${name%-static} version $version" \
        "$("$bin/$tool" --version 2>&1)"
done
same "version: debian" "$version" \
    "$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)"
same "version: CHANGELOG" "## $version" "$(grep -m 1 '^## ' CHANGELOG.md)"
same "stripped" "0" \
    "$(readelf -S "$bin"/tcg "$bin"/tcg-dyn | grep -c symtab)"
same "the links" "tcg tcg tcg-dyn" "$(readlink "$bin/tcg-riscv64" \
    "$bin/tcg-riscv64-static" "$bin/tcg-riscv64-dyn" | paste -sd' ')"
same "binfmt line" "$("$bin/tcg-riscv64" -binfmt 2> /dev/null |
    sed "s|$work||")" "$(cat "$work/usr/lib/binfmt.d/tcg-riscv64.conf")"

# Manual pages: each option is there, and nothing is said against the page.
for page in "$work"/usr/share/man/man1/tcg*.1; do
    name=$(basename "$page" .1)
    program=$bin/$name
    same "$name.1: options" "$("$program" --help | grep -c '^ \+-')" \
        "$(grep -c '^\.TP' <(sed '/^.SH EXIT/,$d' "$page"))"
    if command -v man > /dev/null; then
        same "$name.1: man" "" "$(LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 \
            man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 > /dev/null)"
    fi
    if command -v mandoc > /dev/null; then
        same "$name.1: mandoc" "" "$(mandoc -T lint -W warning "$page")"
    fi
done

# complete WORD...: what bash completes the last word to.
complete_words() {
    PATH=$bin:$PATH bash -c '
        . "$1" || exit 1
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _tcg "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
        echo "${COMPREPLY[*]}"' - \
        "$work/usr/share/bash-completion/completions/tcg" "$@" 2>&1
}
same "bash: an option" "-strace -strace-pid" \
    "$(complete_words tcg-riscv64 -str)"
same "bash: of the link" "-strace -strace-pid" "$(complete_words tcg -str)"
same "bash: of a tool" "--functions" "$(complete_words tcg-explore --fun)"
same "bash: a processor" "sifive-e51 sifive-u54" \
    "$(complete_words tcg-riscv64 -cpu sif)"
same "bash: a log item" "op,exec" "$(complete_words tcg-riscv64 -d op,exe)"
same "bash: a file" "CHANGELOG.md" "$(complete_words tcg-riscv64 CHANGE)"
if command -v zsh > /dev/null; then
    same "zsh: it parses" "" \
        "$(zsh -n "$work/usr/share/zsh/site-functions/_tcg" 2>&1)"
fi

# A plugin from outside, by the installed header, in the installed build.
cat > "$work/count.c" << 'C'
#include <tcg-plugin.h>

static TcgCounter *blocks;

static void translate(TcgBlock *b, void *user)
{
    (void)user;
    tcg_block_add(b, blocks, 1);
}

static void end(void *user)
{
    tcg_print(user, "counted: %s\n",
              tcg_counter_sum(blocks) > 100 ? "many" : "few");
}

static const char *install(TcgPlugin *plugin, int argc, char **argv)
{
    (void)argc, (void)argv;
    blocks = tcg_counter_new(plugin);
    tcg_on_translate(plugin, translate, NULL);
    tcg_on_exit(plugin, end, plugin);
    return NULL;
}

TCG_PLUGIN(count, "counts blocks", "", install)
C
printf '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' |
    riscv64-linux-gnu-gcc -x c -O1 -static -o "$work/hello" - || exit 1
gcc -Wall -Wextra -Werror -fPIC -shared -I"$work/usr/include" \
    -o "$work/count.so" "$work/count.c" || exit 1
same "a plugin from outside" "hello counted: many" \
    "$("$bin/tcg-riscv64-dyn" -plugin "$work/count.so" "$work/hello" 2>&1 |
        paste -sd' ')"
same "not in the static one" "1" "$("$bin/tcg-riscv64" -plugin \
    "$work/count.so" "$work/hello" 2>&1 | grep -c tcg-dyn)"

make uninstall DESTDIR="$work" prefix=/usr > "$work/log" 2>&1
same "uninstall" "" "$(find "$work/usr" -type f -o -type l)"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
