#: program signals segv
handle SIGUSR1 stop print
continue
print $_siginfo.si_signo
echo -- not delivered\n
signal 0
