#: program simple
echo -- writes\n
watch counter
continue
continue
delete
echo -- a condition\n
watch counter if counter == 4
continue
delete
echo -- reads, accesses, a field\n
rwatch ratio
continue
delete
awatch points[0].y
continue
continue
delete
echo -- a variable that goes out of scope\n
break factorial if n == 2
continue
watch n if n > 100
continue
continue
