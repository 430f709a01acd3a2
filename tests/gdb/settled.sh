#!/bin/bash
# settled.sh PID: waits until PID's child, or the child's child that has none,
# waits itself, for 50 ms at least, or has computed for 100 ms from now on; 1
# if it does not come to that.
child=$1
while read -r next _ < "/proc/$child/task/$child/children"; do
    child=$next
done 2> /dev/null

# Its state, and the user time it has used, in ticks of 10 ms.
look() {
    stat=$(< "/proc/$child/stat") && set -- ${stat##*) } || exit 1
    state=$1 time=${12}
}

look
start=$time before=
for _ in $(seq 400); do
    [ "$before$state" = SS ] && exit 0
    [ $((time - start)) -ge 10 ] && exit 0
    before=$state
    sleep 0.05
    look
done
echo "settled.sh: process $child: state $state, $time ticks" >&2
exit 1
