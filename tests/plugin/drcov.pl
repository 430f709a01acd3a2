# drcov.pl FILE PROGRAM SYMBOL...: is FILE a drcov file, version 2, whose
# blocks lie in PROGRAM's mapping and begin, among others, at each SYMBOL?
use strict;
my ($file, $program, @symbols) = @ARGV;
open(my $f, '<:raw', $file) or die "$file: $!\n";
my ($module, $base, $end, %start);
while (my $line = <$f>) {
    ($module, $base, $end) = ($1, hex $2, hex $3)
        if $line =~ /^ *(\d+), 0x(\w+), 0x(\w+), 0x\w+, \Q$program\E$/;
    last if $line =~ /^BB Table: (\d+) bbs$/ and $. >= 5;
}
my $data = do { local $/; <$f> };
die "no module $program\n" unless defined $module;
die "a table of " . length($data) . " bytes\n" if length($data) % 8;
while ($data =~ /(.{8})/gs) {
    my ($at, $bytes, $id) = unpack('Vvv', $1);
    next if $id != $module;
    die "a block outside\n" if $base + $at + $bytes > $end or !$bytes;
    $start{$base + $at} = 1;
}
for my $symbol (@symbols) {
    my ($line) = grep { / \Q$symbol\E$/ } `riscv64-linux-gnu-nm $program`;
    $start{hex((split ' ', $line)[0])} or die "$symbol is not covered\n";
}
