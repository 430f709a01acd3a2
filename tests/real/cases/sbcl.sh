# Compiled Lisp: its collector, its traps.
# needs: sbcl
sbcl --noinform --non-interactive --eval '(progn
  (defun fib (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
  (print (fib 22))
  (print (expt 3 100))
  (print (/ 1 3))
  (print (handler-case (/ 1 (- (fib 1) 1)) (division-by-zero () :zero)))
  (gc :full t)
  (print (handler-case (car (fib 5)) (type-error () :type)))
  (print (loop for i below 10 collect (* i i)))
  (print (sin 1d0))
  (terpri))' 2> /dev/null
