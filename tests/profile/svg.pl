# svg.pl FILE NAME...: is FILE a flame graph on its own, well-formed, with a box
# for each NAME, and boxes that lie within the picture and above their callers?
use strict;
my ($file, @names) = @ARGV;
open(my $f, '<', $file) or die "$file: $!\n";
my $svg = do { local $/; <$f> };
my ($script) = $svg =~ /<script><!\[CDATA\[(.*)\]\]><\/script>/s
    or die "no script\n";
$svg =~ s/<script>.*<\/script>//s;
die "it needs the network\n" if "$svg$script" =~ /(href|src|url)\s*[=(]/;
my @open;
while ($svg =~ /<(\/?)([a-z]+)([^<>]*?)(\/?)>/g) {
    if ($1) {
        my $last = pop @open;
        die "</$2> closes <$last>\n" if $last ne $2;
    } elsif (!$4) {
        push @open, $2;
    }
}
die "not closed: @open\n" if @open;
my ($total) = $svg =~ /data-total="(\d+)"/;
my %seen;
my @rows;
while ($svg =~ /data-x="(\d+)" data-w="(\d+)" data-d="(\d+)"><title>(.*?)(?: \([^()]*\))?: [\d.]+%, self [\d.]+%<\/title><rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g) {
    my ($x, $w, $d, $name, $left, $top, $width) = ($1, $2, $3, $4, $5, $6, $7);
    $seen{$name} = 1;
    die "$name: outside\n" if $x + $w > $total or $left + $width > 1190.1;
    my @below = grep { $_->[0] <= $x && $x + $w <= $_->[0] + $_->[1] }
        @{$rows[$d - 1] || []};
    die "$name: on nothing\n" if $d > 0 and !@below;
    push @{$rows[$d]}, [$x, $w];
}
for (@names) {
    die "no box $_\n" if !$seen{$_};
}
