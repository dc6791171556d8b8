/// What format 4 added: what people want to hear nothing of for a while, and who was told of what.
extension Schema {
    static let silenceTables: [(name: String, sql: String)] = [
        (
            "silence",
            """
            CREATE TABLE silence (id INTEGER PRIMARY KEY, rule TEXT NOT NULL, \
            client TEXT NOT NULL, subject TEXT NOT NULL, tenant TEXT NOT NULL, \
            attackers TEXT NOT NULL, most INTEGER NOT NULL, actor TEXT NOT NULL, \
            reason TEXT NOT NULL, created INTEGER NOT NULL, until INTEGER NOT NULL, \
            held INTEGER NOT NULL, ended INTEGER NOT NULL, ended_by TEXT NOT NULL, \
            digest BLOB NOT NULL) STRICT
            """
        ),
        ("notice_alert", "CREATE INDEX notice_alert ON notice (id)"),
    ]

    private static let lasting = [
        "id", "rule", "client", "subject", "tenant", "attackers", "most", "actor", "reason",
        "created", "until",
    ]

    static let silenceTriggers: [(name: String, sql: String)] = [
        stay("silence"),
        trigger(
            "silence_insert",
            """
            BEFORE INSERT ON silence WHEN NEW.id IS NOT 1 + coalesce(\
            (SELECT id FROM silence ORDER BY id DESC LIMIT 1), 0)
            """, "silence rows follow one another"),
        trigger(
            "silence_update",
            """
            BEFORE UPDATE ON silence WHEN \
            \(lasting.map { "NEW.\($0) IS NOT OLD.\($0)" }.joined(separator: " OR ")) \
            OR NEW.held < OLD.held OR (OLD.ended > 0 AND NEW.ended IS NOT OLD.ended)
            """, "what a silence says stays, and what has ended"),
    ]

    static let silenceViews: [(name: String, sql: String)] = [
        (
            "v_silences",
            """
            CREATE VIEW v_silences AS SELECT id, CASE WHEN ended > 0 AND ended_by <> '' \
            THEN 'removed' WHEN ended > 0 OR until / 1000000000 <= \
            CAST(strftime('%s', 'now') AS INTEGER) THEN 'expired' ELSE 'active' END AS status, \
            nullif(rule, '') AS rule, nullif(client, '') AS client, \
            nullif(subject, '') AS subject, nullif(tenant, '') AS tenant, \
            nullif(attackers, '') AS attackers, \(severityText("most")) AS max_severity, actor, \
            reason, \(times("created", "created")), \(times("until", "until")), held, \
            nullif(ended, 0) / 1e9 AS ended_s, nullif(ended_by, '') AS ended_by FROM silence
            """
        )
    ]
}
