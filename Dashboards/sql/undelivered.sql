-- title: Alerts that a hook did not take
-- about: Those that wait and those that were given up, the oldest first.
-- params: rows=200
-- columns: hook status severity rule created attempts last_status reason alert revision
SELECT
    d.hook, d.status, a.severity, a.rule, d.created, d.attempts, d.last_status, d.reason,
    d.alert, d.revision
FROM v_deliveries AS d
LEFT JOIN v_alerts AS a ON a.id = d.alert
WHERE d.status <> 'delivered'
ORDER BY d.status, d.hook, d.sequence
LIMIT :rows;
