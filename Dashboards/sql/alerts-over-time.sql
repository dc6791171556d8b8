-- title: Alerts over time by severity
-- about: In event time; `step` is the width of a bar in seconds. One column a severity.
-- params: from=0 to=9999999999 step=3600
-- columns: time critical high medium low info
SELECT
    CAST(time_s / :step AS INTEGER) * :step AS time,
    sum(severity = 'critical') AS critical,
    sum(severity = 'high') AS high,
    sum(severity = 'medium') AS medium,
    sum(severity = 'low') AS low,
    sum(severity = 'info') AS info
FROM v_alerts
WHERE state IN ('confirmed', 'provisional')
    AND time_s >= :from AND time_s < :to
GROUP BY 1
ORDER BY 1;
