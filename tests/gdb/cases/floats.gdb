#: program simple
break scale
continue
print by
print $fa0.double
print $fa1.float
finish
delete
print ratio
set var ratio = 0.75
print $fcsr
set var $frm = 1
print $fcsr
set var $fflags = 3
print $fcsr
set var $fa0 = 2.5
print $fa0.double
print scale(2.0)
print $cycle > 0
set var $frm = 0
continue
