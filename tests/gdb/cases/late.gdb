#: program waits spin
#: late
echo -- a program that runs\n
set $first = rounds
print rounds > 0
detach
shell SETTLED
target remote SOCKET
echo -- it has run on\n
print rounds > $first
print seven(2)
disconnect
target remote SOCKET
print seven(3)
set var stay = 0
continue
