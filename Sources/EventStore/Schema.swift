/// The tables and triggers of a store, format 1.
enum Schema {
    static let applicationID: Int64 = 0x4752_5431
    static let version: Int64 = 1

    /// Name and text of every object, as SQLite keeps them.
    static let objects: [(name: String, sql: String)] = tables + triggers

    private static let tables: [(name: String, sql: String)] = [
        ("meta", "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) STRICT"),
        (
            "dict",
            """
            CREATE TABLE dict (first_code INTEGER PRIMARY KEY, count INTEGER NOT NULL, \
            chain BLOB NOT NULL, digest BLOB NOT NULL, entries BLOB NOT NULL) STRICT
            """
        ),
        (
            "journal",
            """
            CREATE TABLE journal (position INTEGER PRIMARY KEY, count INTEGER NOT NULL, \
            min_time INTEGER NOT NULL, max_time INTEGER NOT NULL, ingest_time INTEGER NOT NULL, \
            chain BLOB NOT NULL, digest BLOB NOT NULL, block BLOB NOT NULL) STRICT
            """
        ),
        (
            "segment",
            """
            CREATE TABLE segment (position INTEGER PRIMARY KEY, count INTEGER NOT NULL, \
            min_time INTEGER NOT NULL, max_time INTEGER NOT NULL, ingest_time INTEGER NOT NULL, \
            leaf BLOB NOT NULL, digest BLOB NOT NULL, filters BLOB NOT NULL, \
            block BLOB NOT NULL) STRICT
            """
        ),
        (
            "quarantine",
            """
            CREATE TABLE quarantine (lineage BLOB NOT NULL, at INTEGER NOT NULL, \
            code TEXT NOT NULL, source TEXT NOT NULL, detail TEXT NOT NULL, bytes BLOB NOT NULL, \
            PRIMARY KEY (lineage, at, code)) STRICT, WITHOUT ROWID
            """
        ),
    ]

    private static let triggers: [(name: String, sql: String)] =
        ["meta", "dict", "journal", "segment", "quarantine"].map { table in
            trigger("\(table)_update", "BEFORE UPDATE ON \(table)", "\(table) rows never change")
        } + ["meta", "dict", "segment"].map { table in
            trigger("\(table)_delete", "BEFORE DELETE ON \(table)", "\(table) rows stay")
        } + [
            trigger(
                "meta_insert",
                "BEFORE INSERT ON meta WHEN EXISTS (SELECT 1 FROM meta WHERE key = NEW.key)",
                "meta rows never change"),
            trigger(
                "dict_insert",
                """
                BEFORE INSERT ON dict WHEN NEW.count < 1 OR NEW.first_code IS NOT coalesce(\
                (SELECT first_code + count FROM dict ORDER BY first_code DESC LIMIT 1), 1)
                """, "dict rows follow one another"),
            trigger(
                "journal_insert",
                """
                BEFORE INSERT ON journal WHEN NEW.count < 1 OR NEW.position IS NOT coalesce(\
                (SELECT position + count FROM journal ORDER BY position DESC LIMIT 1), \
                (SELECT position + count FROM segment ORDER BY position DESC LIMIT 1), 0)
                """, "journal rows follow one another"),
            trigger(
                "segment_insert",
                """
                BEFORE INSERT ON segment WHEN NEW.count IS NOT 4096 OR NEW.position IS NOT \
                coalesce((SELECT position + count FROM segment ORDER BY position DESC LIMIT 1), 0)
                """, "segment rows follow one another"),
            trigger(
                "journal_delete",
                """
                BEFORE DELETE ON journal WHEN OLD.position + OLD.count > coalesce(\
                (SELECT position + count FROM segment ORDER BY position DESC LIMIT 1), 0)
                """, "journal rows stay until a segment covers them"),
        ]

    private static func trigger(
        _ name: String, _ event: String, _ message: String
    ) -> (name: String, sql: String) {
        let sql = "CREATE TRIGGER \(name) \(event) BEGIN SELECT RAISE(ABORT, '\(message)'); END"
        return (name, sql)
    }

    /// Makes the tables in one transaction, so that a store is whole or not there at all.
    static func create(in database: Database, keyCheck: [UInt8]) throws(StoreError) {
        let task = "create the store"
        try database.execute("PRAGMA page_size = 16384", doing: task)
        try database.execute("BEGIN EXCLUSIVE", doing: task)
        try database.execute("PRAGMA application_id = \(applicationID)", doing: task)
        try database.execute("PRAGMA user_version = \(version)", doing: task)
        for object in objects { try database.execute(object.sql, doing: task) }
        let insert = try database.prepare(
            "INSERT INTO meta (key, value) VALUES ('key_check', ?1)", doing: task)
        insert.bind(1, keyCheck)
        try insert.run()
        try database.execute("COMMIT", doing: task)
    }

    /// Whether the file is a store of a format this program knows; false for an empty file.
    static func check(_ database: Database) throws(StoreError) -> Bool {
        let task = "open the store"
        let application = try database.number("PRAGMA application_id", doing: task)
        let objects = try database.number("SELECT count(*) FROM sqlite_schema", doing: task)
        if application == 0, objects == 0 { return false }
        guard application == applicationID else {
            throw StoreError(
                .notAStore,
                "cannot open \(database.path): the file is no Grantrail store; give the path of"
                    + " a store")
        }
        let found = try database.number("PRAGMA user_version", doing: task)
        guard found <= version else {
            throw StoreError(
                .newerFormat,
                "cannot open \(database.path): it has format \(found) and this program reads up to"
                    + " \(version); use a newer Grantrail")
        }
        return true
    }
}
