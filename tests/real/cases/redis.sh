# A server with threads, scripts and a forked save.
# needs: redis-server redis-cli
cd /tmp && rm -f dump.rdb redis.log
r() { redis-cli -s /tmp/redis.sock "$@"; }
redis-server --port 0 --unixsocket /tmp/redis.sock --save "" --daemonize yes \
    --logfile /tmp/redis.log --dir /tmp > /dev/null
for i in $(seq 20); do r ping 2> /dev/null | grep -q PONG && break; sleep 0.3; done
r set a 1
r incr a
r lpush l x y z
r lrange l 0 -1
r eval 'return redis.call("incr", "a")' 0
r zadd z 1 one 2 two
r zrange z 0 -1 withscores
for i in $(seq 100); do echo "set k$i $i"; done | r | sort | uniq -c
r dbsize
r save
r bgsave
for i in $(seq 20); do
    grep -q 'saving terminated' redis.log && break
    sleep 0.3
done
grep -o 'saving terminated.*' redis.log
r shutdown nosave
