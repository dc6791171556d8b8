-- title: Everything said of one grant
-- about: In order of event time; `grant` is the id, as in the column grant_id.
-- params: grant=
-- columns: time severity rule state status attacker_ip message id
SELECT time, severity, rule, state, status, attacker_ip, message, id
FROM v_alerts
WHERE grant_id = :grant
ORDER BY time_s, id;
