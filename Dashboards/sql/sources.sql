-- title: How far each source was taken in
-- about: Kafka offsets, or bytes of a file's stream.
-- params: none
-- columns: source partition offset
SELECT source, partition, offset
FROM v_sources
ORDER BY source, partition;
