#: program simple-dynamic
#: -L PREFIX
echo -- before the first instruction of the interpreter\n
info sharedlibrary
break triple
continue
backtrace
info sharedlibrary
delete
echo -- in the C library\n
break puts
break printf
continue
backtrace 2
finish
delete
break qsort
continue
