#: program simple
break add if b == 3
commands
silent
printf "add(%d, %d)\n", a, b
continue
end
break triple
ignore 2 2
continue
display n
next
info breakpoints
undisplay 1
clear triple
info breakpoints
stepi
continue
