#: program forks vfork
catch fork
catch exec
continue
break in_parent
continue
continue
