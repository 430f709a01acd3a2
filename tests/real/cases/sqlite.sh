# A database: recursion, windows, JSON, transactions.
# needs: sqlite3
rm -f /tmp/t.db
sqlite3 /tmp/t.db << 'SQL'
create table t(i integer primary key, s);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
  insert into t select i, i * i from n;
create index ts on t(s);
select count(*), sum(s), avg(i) from t;
select i, sum(s) over (order by i rows 2 preceding) from t limit 4;
begin; delete from t where i % 2; rollback;
select count(*) from t where s between 100 and 10000;
select json_extract('{"a": [1, 2.5]}', '$.a[1]'), printf('%.6f', sqrt(2));
pragma integrity_check;
SQL
