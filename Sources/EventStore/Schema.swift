internal import AuditModel

/// The tables and triggers of a store. Format 1 had events only; format 2 has what live runs and
/// retention need beside, format 3 what hooks and people do with alerts, format 4 silences,
/// incidents and which notices there are of an alert.
enum Schema {
    static let applicationID: Int64 = 0x4752_5431
    static let version: Int64 = 4

    /// Name and text of every object of the present format, as SQLite keeps them.
    static let objects = objects(of: version)

    /// Name and text of every object of a format, as SQLite keeps them.
    static func objects(of version: Int64) -> [(name: String, sql: String)] {
        var objects = tables
        if version >= 2 { objects += liveTables }
        if version >= 3 { objects += deliveryTables }
        if version >= 4 { objects += silenceTables + incidentTables }
        objects += triggers(of: version)
        if version >= 2 { objects += liveTriggers }
        if version >= 3 { objects += deliveryTriggers + views(of: version) }
        if version >= 4 { objects += silenceTriggers + silenceViews + incidentTriggers }
        return objects
    }

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

    private static func triggers(of version: Int64) -> [(name: String, sql: String)] {
        // Where the first event stands that retention left.
        let start =
            version < 2
            ? "0" : "(SELECT end_position FROM retention ORDER BY seq DESC LIMIT 1), 0"
        let end = "(SELECT position + count FROM segment ORDER BY position DESC LIMIT 1), \(start)"
        let segmentDelete =
            version < 2
            ? trigger("segment_delete", "BEFORE DELETE ON segment", "segment rows stay")
            : trigger(
                "segment_delete",
                "BEFORE DELETE ON segment WHEN OLD.position + OLD.count > coalesce(\(start))",
                "segment rows stay until a retention record covers them")
        return ["meta", "dict", "journal", "segment", "quarantine"].map(neverChange)
            + ["meta", "dict"].map(stay) + [segmentDelete] + [
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
                    \(end))
                    """, "journal rows follow one another"),
                trigger(
                    "segment_insert",
                    """
                    BEFORE INSERT ON segment WHEN NEW.count IS NOT 4096 OR NEW.position IS NOT \
                    coalesce(\(end))
                    """, "segment rows follow one another"),
                trigger(
                    "journal_delete",
                    """
                    BEFORE DELETE ON journal WHEN OLD.position + OLD.count > coalesce(\
                    \(end))
                    """, "journal rows stay until a segment covers them"),
            ]
    }

    static func neverChange(_ table: String) -> (name: String, sql: String) {
        trigger("\(table)_update", "BEFORE UPDATE ON \(table)", "\(table) rows never change")
    }

    static func stay(_ table: String) -> (name: String, sql: String) {
        trigger("\(table)_delete", "BEFORE DELETE ON \(table)", "\(table) rows stay")
    }

    static func trigger(
        _ name: String, _ event: String, _ message: String
    ) -> (name: String, sql: String) {
        let sql = "CREATE TRIGGER \(name) \(event) BEGIN SELECT RAISE(ABORT, '\(message)'); END"
        return (name, sql)
    }

    /// Makes the tables in one transaction, so that a store is whole or not there at all.
    static func create(in database: Database, keyCheck: [UInt8]) throws(StoreError) {
        let task = "create the store"
        try database.execute("PRAGMA page_size = 16384", doing: task)
        // Decided before the first table or never: lets retention give space back.
        try database.execute("PRAGMA auto_vacuum = INCREMENTAL", doing: task)
        try database.execute("BEGIN EXCLUSIVE", doing: task)
        try database.execute("PRAGMA application_id = \(applicationID)", doing: task)
        try database.execute("PRAGMA user_version = \(version)", doing: task)
        for object in objects { try database.execute(object.sql, doing: task) }
        let insert = try database.prepare(
            "INSERT INTO meta (key, value) VALUES ('key_check', ?1)", doing: task)
        insert.bind(1, keyCheck)
        try insert.run()
        try insertIdentity(database)
        try database.execute("COMMIT", doing: task)
    }

    private static func insertIdentity(_ database: Database) throws(StoreError) {
        var generator = SystemRandomNumberGenerator()
        let insert = try database.prepare(
            "INSERT INTO meta (key, value) VALUES ('store_id', ?1)", doing: "name the store")
        insert.bind(1, ID128(high: generator.next() | 1, low: generator.next()))
        try insert.run()
    }

    /// Brings a store of an older format to the present one in one transaction. Nothing that is
    /// there changes.
    static func migrate(_ database: Database) throws(StoreError) {
        let task = "bring the store to format \(version)"
        let found = try database.number("PRAGMA user_version", doing: task)
        if let first = try differences(database, from: found).first {
            throw StoreError(
                .corrupt,
                "cannot \(task) in \(database.path): \(first); run `store verify` and restore a"
                    + " backup")
        }
        let old = Dictionary(uniqueKeysWithValues: objects(of: found).map { ($0.name, $0.sql) })
        try database.execute("BEGIN IMMEDIATE", doing: task)
        for object in objects where old[object.name] != object.sql {
            if old[object.name] != nil {
                let kind = object.sql.hasPrefix("CREATE VIEW") ? "VIEW" : "TRIGGER"
                try database.execute("DROP \(kind) \(object.name)", doing: task)
            }
            try database.execute(object.sql, doing: task)
        }
        if found < 2 { try insertIdentity(database) }
        try database.execute("PRAGMA user_version = \(version)", doing: task)
        try database.execute("COMMIT", doing: task)
    }

    /// What of the tables and triggers is not as a format has them.
    static func differences(
        _ database: Database, from version: Int64
    ) throws(StoreError) -> [String] {
        let query = try database.prepare(
            "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL", doing: "read the schema")
        var found: [String: String] = [:]
        while try query.step() { found[query.text(0)] = query.text(1) }
        var differences: [String] = []
        for object in objects(of: version) {
            guard let sql = found.removeValue(forKey: object.name) else {
                differences.append("\(object.name) is missing")
                continue
            }
            if sql != object.sql { differences.append("\(object.name) was changed") }
        }
        return differences + found.keys.sorted().map { "\($0) does not belong here" }
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
        guard found <= version else { throw newer(found, database.path) }
        return true
    }

    static func newer(_ found: Int64, _ path: String) -> StoreError {
        StoreError(
            .newerFormat,
            "cannot open \(path): it has format \(found) and this program reads up to \(version);"
                + " use a newer Grantrail")
    }
}
