-- title: How many severe alerts wait
-- about: Level high or critical, neither acknowledged nor closed.
-- params: from=0 to=9999999999
-- columns: open
SELECT count(*) AS open
FROM v_alerts
WHERE status = 'open' AND state IN ('confirmed', 'provisional')
    AND severity IN ('high', 'critical')
    AND time_s >= :from AND time_s < :to;
