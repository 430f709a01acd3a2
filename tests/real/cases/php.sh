# Closures, generators, fibers, exceptions, patterns.
# needs: php8*
cat > /tmp/t.php << 'PHP'
<?php
$a = range(1, 50);
echo array_sum(array_map(fn($x) => $x * $x, $a)), "\n";
echo json_encode(["a" => [1, 2.5, null]]), " ", md5("x"), "\n";
echo preg_replace('/(\w+) (\w+)/', '$2 $1', "hello world"), "\n";
function numbers() { for ($i = 0; $i < 5; $i++) yield $i; }
foreach (numbers() as $n) echo $n;
usort($a, fn($x, $y) => $y <=> $x);
echo "\n", implode(",", array_slice($a, 0, 5)), "\n";
printf("%.10f %e\n", M_PI, 1.5e300);
$f = new Fiber(function () { echo "got ", Fiber::suspend(1), "\n"; });
echo $f->start(), "\n";
$f->resume("a value");
echo shell_exec("echo from a shell"), 0.1 + 0.2, "\n";
try { intdiv(1, 0); } catch (DivisionByZeroError $e) { echo $e->getMessage(), "\n"; }
PHP
/usr/bin/php8.* /tmp/t.php
