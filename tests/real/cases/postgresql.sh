# initdb, a server with its processes, parallel queries; not as root.
# needs: postgresql/17/bin/initdb
# as user: 1000
export PATH=/usr/lib/postgresql/17/bin:$PATH
rm -rf /tmp/pg && mkdir /tmp/pg
cd /tmp/pg || exit
initdb -D db -A trust -U me --no-sync > log 2>&1 || tail -n 3 log
postgres -D db -k /tmp/pg -c listen_addresses= > log 2>&1 &
q() { psql -h /tmp/pg -U me -d postgres -qAt -c "$1" 2>&1; }
for i in $(seq 40); do [ "$(q 'select 1')" = 1 ] && break; sleep 0.3; done
q "create table t as select i, i * i as s from generate_series(1, 1000) i"
q "select sum(s), avg(i)::numeric(10, 2) from t"
q "create index on t(s)"
q "select count(*) from t where s between 100 and 10000"
q "select sqrt(2::numeric(40, 30)), pi(), md5('x')"
q "vacuum analyze t"
q "set parallel_setup_cost = 0; set parallel_tuple_cost = 0;
   set min_parallel_table_scan_size = 0; select sum(s) from t"
kill -INT $!
wait $!
echo "ended: $?"
