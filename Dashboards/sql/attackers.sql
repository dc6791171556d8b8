-- title: Addresses that presented what was not theirs
-- about: One that meets many subjects is worth a look at the network's edge.
-- params: from=0 to=9999999999 rows=200
-- columns: attacker_ip alerts subjects clients worst first last
SELECT
    attacker_ip,
    count(*) AS alerts,
    count(DISTINCT subject) AS subjects,
    count(DISTINCT client) AS clients,
    CASE max(severity_level)
        WHEN 4 THEN 'critical' WHEN 3 THEN 'high' WHEN 2 THEN 'medium' WHEN 1 THEN 'low'
        ELSE 'info' END AS worst,
    min(time) AS first,
    max(time) AS last
FROM v_alerts
WHERE attacker_ip IS NOT NULL AND attacker_ip <> '' AND state IN ('confirmed', 'provisional')
    AND time_s >= :from AND time_s < :to
GROUP BY attacker_ip
ORDER BY max(severity_level) DESC, alerts DESC, attacker_ip
LIMIT :rows;
