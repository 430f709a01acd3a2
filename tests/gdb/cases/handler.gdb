#: program signals segv
echo -- delivered, and stopped at its handler\n
continue
break on_usr1
continue
backtrace 1
finish
delete
echo -- passed without a stop\n
break between
continue
print handled
signal SIGUSR1
print handled
continue
echo -- a fault\n
backtrace 1
print $_siginfo._sifields._sigfault.si_addr
return
signal 0
