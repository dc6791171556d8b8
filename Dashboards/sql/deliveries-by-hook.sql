-- title: Deliveries by hook
-- about: What each hook took, has before it, and will not get unless somebody replays it.
-- params: now=9999999999
-- columns: hook pending dead delivered attempts_per_delivery oldest_pending_s
SELECT
    hook,
    sum(status = 'pending') AS pending,
    sum(status = 'dead') AS dead,
    sum(status = 'delivered') AS delivered,
    round(avg(CASE WHEN status = 'delivered' THEN attempts END), 2) AS attempts_per_delivery,
    round(:now - min(CASE WHEN status = 'pending' THEN created_s END)) AS oldest_pending_s
FROM v_deliveries
GROUP BY hook
ORDER BY dead DESC, pending DESC, hook;
