-- title: How long open alerts have waited
-- about: From event time to now, by severity.
-- params: now=9999999999
-- columns: severity open younger_than_1h younger_than_1d older oldest
SELECT
    severity,
    count(*) AS open,
    sum(:now - time_s < 3600) AS younger_than_1h,
    sum(:now - time_s >= 3600 AND :now - time_s < 86400) AS younger_than_1d,
    sum(:now - time_s >= 86400) AS older,
    min(time) AS oldest
FROM v_alerts
WHERE status = 'open' AND state IN ('confirmed', 'provisional')
GROUP BY severity, severity_level
ORDER BY severity_level DESC;
