-- title: Alerts that wait for somebody
-- about: Neither acknowledged nor closed; the worst first, then the youngest.
-- params: from=0 to=9999999999 rows=200
-- columns: time severity rule title subject client attacker_ip grant_id message id
SELECT time, severity, rule, title, subject, client, attacker_ip, grant_id, message, id
FROM v_alerts
WHERE status = 'open' AND state IN ('confirmed', 'provisional')
    AND time_s >= :from AND time_s < :to
ORDER BY severity_level DESC, time_s DESC
LIMIT :rows;
