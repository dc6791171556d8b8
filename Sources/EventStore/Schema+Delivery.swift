// What format 3 added: the outbox, what people decided, and views for people's own questions.
extension Schema {
    static let deliveryTables: [(name: String, sql: String)] = [
        (
            "delivery",
            """
            CREATE TABLE delivery (hook TEXT NOT NULL, seq INTEGER NOT NULL, status TEXT NOT NULL, \
            attempts INTEGER NOT NULL, created INTEGER NOT NULL, due INTEGER NOT NULL, \
            answer INTEGER NOT NULL, reason TEXT NOT NULL, digest BLOB NOT NULL, \
            PRIMARY KEY (hook, seq)) STRICT, WITHOUT ROWID
            """
        ),
        ("delivery_status", "CREATE INDEX delivery_status ON delivery (status, hook, seq)"),
        (
            "hook",
            """
            CREATE TABLE hook (name TEXT NOT NULL PRIMARY KEY, disabled INTEGER NOT NULL, \
            reason TEXT NOT NULL, time INTEGER NOT NULL, digest BLOB NOT NULL) STRICT, \
            WITHOUT ROWID
            """
        ),
        (
            "triage",
            """
            CREATE TABLE triage (alert BLOB NOT NULL PRIMARY KEY, status TEXT NOT NULL, \
            actor TEXT NOT NULL, reason TEXT NOT NULL, note TEXT NOT NULL, \
            time INTEGER NOT NULL, severity INTEGER NOT NULL, digest BLOB NOT NULL) STRICT
            """
        ),
    ]

    static let deliveryTriggers: [(name: String, sql: String)] =
        ["delivery", "hook", "triage"].map(stay) + [
            trigger(
                "delivery_insert",
                """
                BEFORE INSERT ON delivery WHEN NOT EXISTS (SELECT 1 FROM notice WHERE seq = \
                NEW.seq) OR EXISTS (SELECT 1 FROM delivery WHERE hook = NEW.hook AND seq = NEW.seq)
                """, "a delivery is of a notice, once for each hook"),
            trigger(
                "delivery_update",
                """
                BEFORE UPDATE ON delivery WHEN NEW.hook IS NOT OLD.hook OR NEW.seq IS NOT OLD.seq \
                OR (OLD.status = 'delivered' AND NEW.status IS NOT 'delivered')
                """, "what was delivered stays delivered"),
        ]

    /// The public SQL contract: names and columns stay. Times in seconds since 1970 and as text.
    static func views(of version: Int64) -> [(name: String, sql: String)] {
        version >= 4 ? [alertView(withIncident: true), incidentView] + deliveryViews
            : [alertView(withIncident: false)] + deliveryViews
    }

    private static func alertView(withIncident: Bool) -> (name: String, sql: String) {
        let incident = withIncident ? ", incident_alert.incident AS incident" : ""
        let join =
            withIncident ? " LEFT JOIN incident_alert ON incident_alert.alert = alert.id" : ""
        let sql = """
            CREATE VIEW v_alerts AS SELECT lower(hex(alert.id)) AS id, \
            \(member("alert", "$.rule.name")) AS rule, \
            \(member("alert", "$.rule.title")) AS title, \
            \(severityText("alert.severity")) AS severity, alert.severity AS severity_level, \
            alert.state AS state, alert.revision AS revision, \(times("alert.time", "time")), \
            \(member("alert", "$.keys.client")) AS client, \
            \(member("alert", "$.keys.subject")) AS subject, \
            coalesce(\(member("alert", "$.keys.grant")), \
            \(member("alert", "$.keys.family"))) AS grant_id, \
            \(member("alert", "$.attacker.ip")) AS attacker_ip, \
            \(member("alert", "$.message")) AS message, \
            coalesce(triage.status, 'open') AS status\(incident) \
            FROM alert LEFT JOIN triage ON triage.alert = alert.id\(join)
            """
        return ("v_alerts", sql)
    }

    private static let deliveryViews: [(name: String, sql: String)] = [
        (
            "v_deliveries",
            """
            CREATE VIEW v_deliveries AS SELECT delivery.hook AS hook, delivery.seq AS sequence, \
            lower(hex(notice.id)) AS alert, notice.revision AS revision, \
            delivery.status AS status, delivery.attempts AS attempts, \
            \(times("delivery.created", "created")), delivery.due / 1e9 AS due_s, \
            nullif(delivery.answer, 0) AS last_status, delivery.reason AS reason \
            FROM delivery JOIN notice ON notice.seq = delivery.seq
            """
        ),
        (
            "v_controls",
            """
            CREATE VIEW v_controls AS SELECT seq, \(times("control.time", "time")), kind, \
            position, body FROM control
            """
        ),
        (
            "v_sources",
            "CREATE VIEW v_sources AS SELECT source, partition, offset FROM position"
        ),
    ]

    /// A member of an alert's JSON.
    static func member(_ alert: String, _ path: String) -> String {
        "CAST(\(alert).body AS TEXT) ->> '\(path)'"
    }

    static func severityText(_ column: String) -> String {
        "CASE \(column) WHEN 0 THEN 'info' WHEN 1 THEN 'low' WHEN 2 THEN 'medium' "
            + "WHEN 3 THEN 'high' ELSE 'critical' END"
    }

    static func times(_ column: String, _ name: String) -> String {
        "\(column) / 1e9 AS \(name)_s, "
            + "strftime('%Y-%m-%dT%H:%M:%SZ', \(column) / 1000000000, 'unixepoch') AS \(name)"
    }
}
