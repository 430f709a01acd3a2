#: program forks fork
set follow-fork-mode child
break in_child
break in_parent
continue
backtrace 1
delete
print in_child(2)
continue
