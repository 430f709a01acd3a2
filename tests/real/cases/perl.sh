# Interpreter threads with shared data, alarms, pipes.
# needs: perl
perl -Mthreads -Mthreads::shared -e '
my $x :shared = 0;
my @t = map { my $i = $_;
    threads->create(sub { for (1 .. 200) { lock $x; $x++ } $i * $i }) } 1 .. 8;
print join(",", map { $_->join } @t), " $x\n";
$SIG{ALRM} = sub { die "alarm\n" };
eval { alarm 1; select(undef, undef, undef, 9) };
print $@;
open(my $p, "-|", "seq 3");
print while <$p>;'
