-- title: Alerts by client and severity
-- about: A client with many harmless ones hurts itself: tabs that race, phones that retry.
-- params: from=0 to=9999999999
-- columns: client critical high medium low info alerts
SELECT
    client,
    sum(severity = 'critical') AS critical,
    sum(severity = 'high') AS high,
    sum(severity = 'medium') AS medium,
    sum(severity = 'low') AS low,
    sum(severity = 'info') AS info,
    count(*) AS alerts
FROM v_alerts
WHERE client IS NOT NULL AND client <> '' AND state IN ('confirmed', 'provisional')
    AND time_s >= :from AND time_s < :to
GROUP BY client
ORDER BY critical DESC, high DESC, medium DESC, alerts DESC, client;
