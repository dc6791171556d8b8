-- title: What happened beside events
-- about: Sources lost and found, rules loaded, events removed; the youngest first.
-- params: from=0 to=9999999999 rows=200
-- columns: time kind body position seq
SELECT time, kind, body, position, seq
FROM v_controls
WHERE time_s >= :from AND time_s < :to
ORDER BY seq DESC
LIMIT :rows;
