/// What format 2 added.
extension Schema {
    static let liveTables: [(name: String, sql: String)] = [
        (
            "position",
            """
            CREATE TABLE position (source TEXT NOT NULL, partition TEXT NOT NULL, \
            offset INTEGER NOT NULL, detail TEXT NOT NULL, digest BLOB NOT NULL, \
            PRIMARY KEY (source, partition)) STRICT, WITHOUT ROWID
            """
        ),
        (
            "progress",
            """
            CREATE TABLE progress (id INTEGER PRIMARY KEY CHECK (id = 1), read INTEGER NOT NULL, \
            released BLOB NOT NULL, watermark INTEGER NOT NULL, buffer_low INTEGER NOT NULL, \
            detail BLOB NOT NULL, digest BLOB NOT NULL) STRICT
            """
        ),
        (
            "control",
            """
            CREATE TABLE control (seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, \
            kind TEXT NOT NULL, position INTEGER NOT NULL, body TEXT NOT NULL, \
            chain BLOB NOT NULL) STRICT
            """
        ),
        (
            "alert",
            """
            CREATE TABLE alert (id BLOB NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, \
            state TEXT NOT NULL, severity INTEGER NOT NULL, time INTEGER NOT NULL, \
            body BLOB NOT NULL, notable INTEGER NOT NULL, digest BLOB NOT NULL) STRICT
            """
        ),
        (
            "notice",
            """
            CREATE TABLE notice (seq INTEGER PRIMARY KEY, id BLOB NOT NULL, \
            revision INTEGER NOT NULL, state TEXT NOT NULL, severity INTEGER NOT NULL, \
            time INTEGER NOT NULL, body BLOB NOT NULL, chain BLOB NOT NULL) STRICT
            """
        ),
        (
            "sink",
            """
            CREATE TABLE sink (name TEXT NOT NULL PRIMARY KEY, delivered INTEGER NOT NULL, \
            digest BLOB NOT NULL) STRICT, WITHOUT ROWID
            """
        ),
        (
            "retention",
            """
            CREATE TABLE retention (seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, \
            cutoff INTEGER NOT NULL, first_position INTEGER NOT NULL, \
            end_position INTEGER NOT NULL, leaves BLOB NOT NULL, chain BLOB NOT NULL) STRICT
            """
        ),
    ]

    static let liveTriggers: [(name: String, sql: String)] =
        ["control", "notice", "retention"].flatMap { table in
            [
                neverChange(table), stay(table),
                trigger(
                    "\(table)_insert",
                    """
                    BEFORE INSERT ON \(table) WHEN NEW.seq IS NOT 1 + coalesce(\
                    (SELECT seq FROM \(table) ORDER BY seq DESC LIMIT 1), 0)
                    """, "\(table) rows follow one another"),
            ]
        } + ["position", "progress", "alert", "sink"].map(stay) + [
            trigger(
                "sink_insert",
                """
                BEFORE INSERT ON sink WHEN NEW.delivered < coalesce((SELECT delivered FROM sink \
                WHERE name = NEW.name), 0) OR NEW.delivered > coalesce((SELECT seq FROM notice \
                ORDER BY seq DESC LIMIT 1), 0)
                """, "what a sink took only grows, up to the last notice"),
            trigger(
                "sink_update",
                """
                BEFORE UPDATE ON sink WHEN NEW.name IS NOT OLD.name OR NEW.delivered < \
                OLD.delivered OR NEW.delivered > coalesce((SELECT seq FROM notice ORDER BY seq \
                DESC LIMIT 1), 0)
                """, "what a sink took only grows, up to the last notice"),
            trigger(
                "retention_range",
                """
                BEFORE INSERT ON retention WHEN NEW.first_position IS NOT coalesce((SELECT \
                end_position FROM retention ORDER BY seq DESC LIMIT 1), 0) OR NEW.end_position \
                <= NEW.first_position OR NEW.end_position % 4096 IS NOT 0 OR NOT EXISTS (SELECT 1 \
                FROM segment WHERE position = NEW.end_position - 4096) OR length(NEW.leaves) IS \
                NOT (NEW.end_position - NEW.first_position) / 128
                """, "a retention record covers the oldest segments"),
        ]
}
