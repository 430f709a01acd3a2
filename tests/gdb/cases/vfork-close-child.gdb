#: program forks close
echo -- the child is followed, and its parent waits\n
set follow-fork-mode child
break in_child
continue
continue
