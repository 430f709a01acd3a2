#: program forks fork
break in_child
break in_parent
continue
backtrace 1
continue
