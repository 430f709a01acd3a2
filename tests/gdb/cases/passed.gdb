#: program signals abort
handle SIGUSR1 nostop noprint pass
handle SIGABRT nostop print pass
break between
continue
next
print handled
delete
continue
