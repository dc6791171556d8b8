// What format 4 added: which alerts are one incident, and what hooks have heard of it.
extension Schema {
    static let incidentTables: [(name: String, sql: String)] = [
        (
            "incident",
            """
            CREATE TABLE incident (id TEXT NOT NULL PRIMARY KEY, merged TEXT NOT NULL, \
            digest BLOB NOT NULL) STRICT, WITHOUT ROWID
            """
        ),
        ("incident_merged", "CREATE INDEX incident_merged ON incident (merged)"),
        (
            "incident_alert",
            """
            CREATE TABLE incident_alert (alert BLOB NOT NULL PRIMARY KEY, incident TEXT NOT NULL, \
            origin TEXT NOT NULL, severity INTEGER NOT NULL, first INTEGER NOT NULL, \
            last INTEGER NOT NULL, digest BLOB NOT NULL) STRICT, WITHOUT ROWID
            """
        ),
        (
            "incident_alert_of",
            """
            CREATE INDEX incident_alert_of ON incident_alert \
            (incident, severity DESC, first, alert, last)
            """
        ),
        (
            "incident_hook",
            """
            CREATE TABLE incident_hook (incident TEXT NOT NULL, hook TEXT NOT NULL, \
            severity INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (incident, hook)) \
            STRICT, WITHOUT ROWID
            """
        ),
        ("notice_id", "CREATE INDEX notice_id ON notice (id)"),
    ]

    static let incidentTriggers = ["incident", "incident_alert", "incident_hook"].map(stay)

    static let incidentView = (
        name: "v_incidents",
        sql: """
            CREATE VIEW v_incidents AS SELECT part.incident AS id, \
            (SELECT group_concat(id, ' ') FROM incident WHERE merged = part.incident) AS former, \
            \(member("head", "$.rule.title")) AS title, \
            \(severityText("head.severity")) AS severity, head.severity AS severity_level, \
            CASE WHEN part.alerts = 0 THEN 'withdrawn' ELSE (SELECT CASE min(CASE \
            coalesce(triage.status, 'open') WHEN 'open' THEN 0 WHEN 'acknowledged' THEN 1 ELSE 2 \
            END) WHEN 0 THEN 'open' WHEN 1 THEN 'acknowledged' ELSE 'closed' END FROM \
            incident_alert AS other LEFT JOIN triage ON triage.alert = other.alert WHERE \
            other.incident = part.incident AND other.severity >= 0) END AS status, \
            part.alerts AS alerts, \(times("part.first", "first_seen")), \
            \(times("part.last", "last_seen")), \
            \(member("head", "$.keys.client")) AS client, \
            \(member("head", "$.keys.subject")) AS subject, \
            \(member("head", "$.attacker.ip")) AS attacker_ip \
            FROM (SELECT incident, count(*) FILTER (WHERE severity >= 0) AS alerts, \
            min(first) AS first, max(last) AS last FROM incident_alert GROUP BY incident) AS part \
            JOIN alert AS head ON head.id = (SELECT worst.alert FROM incident_alert AS worst \
            WHERE worst.incident = part.incident ORDER BY worst.severity DESC, worst.first, \
            worst.alert LIMIT 1)
            """
    )
}
