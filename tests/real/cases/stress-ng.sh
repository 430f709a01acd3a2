# One second each of what strains calls, signals, threads, memory.
# needs: stress-ng
cd /tmp || exit
for s in aio alarm brk clone context dup epoll eventfd exec fault fifo fork \
    futex get itimer kill madvise mmap mmapfork mprotect mremap msg mutex \
    nanosleep pipe poll pthread pty sem sem-sysv shm shm-sysv sigabrt sigbus \
    sigchld sigfd sigfpe signest sigq sigrt sigsegv sigsuspend sock spawn \
    splice stack switch timer timerfd vfork vm wait; do
    timeout -k 5 40 stress-ng --$s 1 --timeout 1 -q > out 2>&1 ||
        { echo "$s: $?"; head -n 2 out; }
done
echo done
