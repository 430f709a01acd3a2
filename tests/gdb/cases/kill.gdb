#: program simple
break add
continue
kill
