-- title: Incidents that wait for somebody
-- about: Alerts about one grant or attacker, of which one is open; the worst first, then the youngest.
-- params: from=0 to=9999999999 rows=200
-- columns: last_seen severity title alerts subject client attacker_ip first_seen id
SELECT last_seen, severity, title, alerts, subject, client, attacker_ip, first_seen, id
FROM v_incidents
WHERE status = 'open' AND last_seen_s >= :from AND first_seen_s < :to
ORDER BY severity_level DESC, last_seen_s DESC
LIMIT :rows;
