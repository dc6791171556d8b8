/// The prepared statements of a store.
final class Statements {
    let readBlock: Statement
    let readFilters: Statement
    let insertSegment: Statement?
    let insertJournal: Statement?
    let deleteJournal: Statement?
    let insertDict: Statement?
    let insertQuarantine: Statement?
    let live: LiveStatements?

    init(_ database: Database, isReadOnly: Bool) throws(StoreError) {
        readBlock = try database.prepare(
            """
            SELECT block, digest, ingest_time, leaf, filters FROM segment WHERE position = ?1
            """, doing: "read events")
        readFilters = try database.prepare(
            "SELECT filters FROM segment WHERE position = ?1", doing: "read block filters")
        if isReadOnly {
            insertSegment = nil
            insertJournal = nil
            deleteJournal = nil
            insertDict = nil
            insertQuarantine = nil
            live = nil
            return
        }
        insertSegment = try database.prepare(
            "INSERT INTO segment VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            doing: "append events")
        insertJournal = try database.prepare(
            "INSERT INTO journal VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", doing: "append events")
        deleteJournal = try database.prepare("DELETE FROM journal", doing: "seal a block")
        insertDict = try database.prepare(
            "INSERT INTO dict VALUES (?1, ?2, ?3, ?4, ?5)", doing: "append texts")
        insertQuarantine = try database.prepare(
            "INSERT OR IGNORE INTO quarantine VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            doing: "keep bad records")
        live = try LiveStatements(database)
    }
}
