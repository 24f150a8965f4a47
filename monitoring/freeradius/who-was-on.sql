-- Who was on when, the newest first:  sqlite3 -box accounts.sqlite < who-was-on.sql
-- MariaDB, PostgreSQL: acctstarttime is a date there already, so leave out datetime(..., 'unixepoch').
SELECT
  username AS user,
  substr(connectinfo_start, 1, instr(connectinfo_start || ' / ', ' / ') - 1) AS machine,
  callingstationid AS outside,
  framedipaddress AS address,
  datetime(acctstarttime, 'unixepoch', 'localtime') AS began,
  datetime(acctstoptime, 'unixepoch', 'localtime') AS ended,
  acctsessiontime AS seconds,
  acctinputoctets AS bytes_in,
  acctoutputoctets AS bytes_out,
  CASE WHEN acctstoptime IS NULL THEN 'on' ELSE acctterminatecause END AS how
FROM radacct
ORDER BY acctstarttime DESC, radacctid DESC
LIMIT 200;
