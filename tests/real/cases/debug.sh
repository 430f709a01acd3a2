# gdb, strace, eu-stack and LeakSanitizer: ptrace between guest processes.
# needs: gdb strace eu-stack gcc
cd /tmp || exit 1
mkdir -p debug && cd debug || exit 1
cat > prog.c << 'END'
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int total;
__attribute__((noinline)) int twice(int x)
{
    total += x;
    return total * 2;
}
int main(int argc, char **argv)
{
    int sum = 0;
    for (int i = 0; i < 4; i++) {
        sum += twice(i);
    }
    printf("sum %d\n", sum);
    fflush(stdout);
    if (argc > 1) {
        sleep(60);
    }
    return 3;
}
END
cat > leak.c << 'END'
#include <stdio.h>
#include <stdlib.h>
__attribute__((noinline)) void leak(int n) { *(volatile char *)malloc(n) = 1; }
int main(int argc, char **argv)
{
    if (argc > 1) leak(1234);
    puts("done");
    return 0;
}
END
gcc -g -O1 prog.c -o prog && gcc -g -fsanitize=leak leak.c -o leak || exit 1
gdb -q -batch -ex 'break twice' -ex run -ex bt -ex continue -ex finish \
    -ex 'watch total' -ex continue -ex delete -ex continue ./prog 2>&1 |
    grep -vE 'libthread_db|^$|No such file' | sed -E 's/0x[0-9a-f]+/ADDR/g; s/process [0-9]+/process P/'
strace -f -e trace=write,exit_group sh -c 'echo one | cat > /dev/null' 2>&1 |
    grep -oE 'write\(1, "one|exit_group\(0|exited with [0-9]' | sort
./prog wait & pid=$!
sleep 1
eu-stack -p $pid 2> /dev/null | grep -oE 'main|twice|sleep' | sort -u
gdb -q -batch -p $pid -ex 'print total' -ex detach 2>&1 | grep -E '^\$|detached' |
    sed -E 's/process [0-9]+/process P/'
timeout 5 strace -p $pid -e trace=none 2> /dev/null &
sleep 1
kill $pid
wait $pid
echo "status $?"
./leak; echo "status $?"
./leak 1 2>&1 | grep -oE 'done|detected memory leaks|Direct leak of [0-9]+ byte'
