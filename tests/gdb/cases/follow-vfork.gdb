#: program forks vfork
set follow-fork-mode child
catch exec
continue
break in_new_program
continue
backtrace 1
continue
