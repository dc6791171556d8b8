-- title: Subjects with most alerts
-- about: People and service accounts; those of the worst alerts first.
-- params: from=0 to=9999999999 rows=200
-- columns: subject alerts open grants worst last
SELECT
    subject,
    count(*) AS alerts,
    sum(status = 'open') AS open,
    count(DISTINCT grant_id) AS grants,
    CASE max(severity_level)
        WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'medium' WHEN 1 THEN 'low'
        ELSE 'info' END AS worst,
    max(time) AS last
FROM v_alerts
WHERE subject IS NOT NULL AND subject <> '' AND state IN ('confirmed', 'provisional')
    AND time_s >= :from AND time_s < :to
GROUP BY subject
ORDER BY max(severity_level) DESC, alerts DESC, subject
LIMIT :rows;
