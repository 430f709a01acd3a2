#!/bin/bash
# options.sh BUILD: what options are given, in the forms that qemu-riscv64
# takes too, and what is said of those that are wrong.  Rows as in rows.sh.
[[ $(basename "$EMU") == tcg-riscv64 ]] || { echo "SKIP options: $EMU"; exit 0; }
. "$HERE/rows.sh"
guest=$OUT/riscv64
cd "$work" || exit 1
riscv64-linux-gnu-gcc -O0 -o dynamic "$HERE/aliases.c" || exit 1
lib=/usr/riscv64-linux-gnu
calls="-plugin calls,args=0,function"

rows() { cat << ROWS
filter: a name        |0  |bytes |-d in_asm -dfilter work $guest/aliases
filter: an alias      |0  |bytes |-d in_asm -dfilter labour $guest/aliases
filter: a weak alias  |0  |bytes |-d in_asm -dfilter toil $guest/aliases
filter: with a version|0  |bytes |-d in_asm -dfilter memcpy@@GLIBC_2.27 $guest/aliases
filter: a library's   |0  |bytes |-L $lib -d in_asm -dfilter snprintf dynamic
filter: only that     |0  |1|-L $lib -d in_asm -dfilter toil dynamic 2>&1 | grep -c bytes
filter: unknown       |1  |only: tcg-riscv64: -dfilter: no function "nosuch" in $(realpath "$guest")/aliases|-d in_asm -dfilter nosuch $guest/aliases
filter: unknown, later|0  |no function "nosuch" in|-L $lib -d in_asm -dfilter toil,nosuch dynamic
plugin: a name        |0  |0 work()|$calls=work $guest/aliases
plugin: an alias      |0  |0 labour()|$calls=labour $guest/aliases
plugin: a library's   |0  |0 snprintf()|-L $lib $calls=snprintf dynamic
plugin: unknown       |1  |only: tcg-riscv64: -plugin: no function "nosuch" in $(realpath "$guest")/aliases|$calls=nosuch $guest/aliases
plugin: unknown, later|0  |no function "nosuch" in|-L $lib $calls=nosuch dynamic
gdb: a large port     |1  |only: tcg-riscv64: -g 70000: a port is a number from 1 to 65535|-g 70000 $guest/hello
gdb: port 0           |1  |from 1 to 65535|-g 0 $guest/hello
gdb: nor a file of it |2  |No such file|-g 70000 $guest/hello; ls 70000 2>&1
gdb: a port in use    |1  |Address already in use|-g \$busy_port $guest/hello
gdb: a path in use    |1  |Address already in use|-g busy $guest/hello
gdb: not a socket     |1  |Address already in use|-g dynamic $guest/hello
gdb: no folder        |1  |No such file or directory|-g ./nofolder/socket $guest/hello
gdb: a path too long  |1  |File name too long|-g \$(printf '%0200d' 7)x $guest/hello
gdb: an old socket    |0  |ello|-g old,suspend=n $guest/hello
ROWS
}

# Sockets that are listened at, and one that is left over.
coproc python3 -c '
import socket
port = socket.create_server(("127.0.0.1", 0))
path = socket.socket(socket.AF_UNIX)
path.bind("busy")
path.listen()
socket.socket(socket.AF_UNIX).bind("old")
print(port.getsockname()[1], flush=True)
input()
path.settimeout(0)
try:
    print("disturbed", path.accept())
except BlockingIOError:
    print("undisturbed", flush=True)
'
read -r busy_port <&"${COPROC[0]}"
export busy_port
rows | run_rows options
echo >&"${COPROC[1]}"
read -r word <&"${COPROC[0]}"
[ "$word" = undisturbed ] && echo "PASS options: gdb: who listens is undisturbed" ||
    echo "FAIL options: gdb: who listens is undisturbed: $word"
