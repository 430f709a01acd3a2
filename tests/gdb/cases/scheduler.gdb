#: program threads
break all_are_there
continue
break work thread 3
continue
print id
set scheduler-locking on
set $before = done[0] + done[2]
next
next
print done[1]
print $before == done[0] + done[2]
set scheduler-locking off
delete
echo -- a call in one thread, and in one that waits\n
thread apply 3 print done[1]
thread 1
print (int)getpid() > 1
break all_are_done
continue
print hits
continue
