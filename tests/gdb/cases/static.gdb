#: program simple 3
echo -- breakpoints, steps, calls\n
break add
continue
backtrace
info args
next
print counter
step
step
backtrace
finish
finish
delete
tbreak factorial if n == 9
continue
backtrace 3
echo -- registers and variables\n
print $a0
info registers a0
print $zero
set var $t0 = 0x1234
print $t0
set var n = 3
print n
print points
print &points[1]
set var points[2].x = 50
print points[2]
x/s points[1].name
print triple(14)
print add(2, 3)
print points[1].name[1]@2
echo -- the end\n
continue
