-- title: Alerts by rule, and what became of them
-- about: Withdrawn ones are not counted among the alerts.
-- params: from=0 to=9999999999
-- columns: rule title severity alerts open acknowledged closed withdrawn last
SELECT
    rule,
    max(title) AS title,
    CASE max(severity_level)
        WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'medium' WHEN 1 THEN 'low'
        ELSE 'info' END AS severity,
    sum(state <> 'withdrawn') AS alerts,
    sum(state <> 'withdrawn' AND status = 'open') AS open,
    sum(status = 'acknowledged') AS acknowledged,
    sum(status = 'closed') AS closed,
    sum(state = 'withdrawn') AS withdrawn,
    max(time) AS last
FROM v_alerts
WHERE time_s >= :from AND time_s < :to
GROUP BY rule
ORDER BY alerts DESC, rule;
