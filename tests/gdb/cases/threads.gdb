#: program threads
break all_are_there
continue
info threads
thread apply all backtrace 1
echo -- a breakpoint that all of them meet\n
set $meetings = 0
break work
commands
silent
set $meetings = $meetings + 1
continue
end
break all_are_done
continue
print $meetings
print hits
print done
continue
