#: program forks exec
set follow-fork-mode child
break in_new_program
continue
backtrace 2
finish
continue
