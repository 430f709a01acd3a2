#: program waits read
#: late
echo -- in a system call\n
backtrace
print $a7
print seven(6)
print stay + seven(seven(1))
break seven
print $a7
echo -- it goes on as if nothing had been\n
shell echo some text > INPUT
continue
