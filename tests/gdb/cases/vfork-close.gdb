#: program forks close
echo -- the parent is followed, and waits for its child\n
continue
