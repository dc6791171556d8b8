internal import AuditModel

/// One event of a test before it gets its place among the others.
struct TestEvent {
    var row = EventRow()
    /// Texts of coded columns.
    var texts: [CodedColumn: String] = [:]
    /// Texts of ids that their bits cannot give back.
    var idTexts: [(column: IDColumn, text: String)] = []
    /// Canonical JSON.
    var payload: [UInt8] = []

    /// Sets an id that is no secret.
    ///
    /// - Returns: false for an empty text.
    @discardableResult
    mutating func name(_ text: String, _ column: IDColumn) -> Bool {
        guard let packed = Array(text.utf8).withUnsafeBytes({ ID128.pack($0) }) else {
            return false
        }
        row.set(column, packed.id)
        idTexts.removeAll { $0.column == column }
        if !packed.isText { idTexts.append((column, text)) }
        return true
    }
}

/// The events of a test from all of its parts, in total order.
struct TestTimeline {
    private struct Entry {
        var row: EventRow
        var idTexts: [(column: IDColumn, text: String)]
        var payload: [UInt8]
    }

    private var pool = StringPool()
    private var entries: [Entry] = []

    /// 2026-03-02T00:00:00Z, a Monday, in seconds.
    static let firstMidnight: Int64 = 1_772_409_600

    /// Nanoseconds since 1970 of a second of the story.
    static func time(_ second: Int, millisecond: Int = 0) -> Int64 {
        (firstMidnight + Int64(second)) * 1_000_000_000 + Int64(millisecond) * 1_000_000
    }

    var count: Int { entries.count }

    /// Takes in an event that has no name of its own.
    mutating func add(_ event: TestEvent) {
        var row = event.row
        var hash = IdentityHash("story-event/1")
        hash.add(Int64(entries.count))
        row.id = hash.id()
        row.at = Int64(entries.count)
        for (column, text) in event.texts { row.set(column, pool.code(of: text)) }
        entries.append(Entry(row: row, idTexts: event.idTexts, payload: event.payload))
    }

    /// Takes in what a dialect decoded.
    mutating func add(_ batch: EventBatch) {
        for index in 0..<batch.count {
            var row = batch[index]
            for column in CodedColumn.allCases {
                let code = batch.code(column, index)
                if code != 0 { row.set(column, pool.code(of: batch.pool.text(code))) }
            }
            entries.append(
                Entry(
                    row: row, idTexts: Self.texts(batch.idTexts(row: index)),
                    payload: batch.withPayload(index) { Array($0) }))
        }
    }

    private static func texts(_ list: IDTexts) -> [(column: IDColumn, text: String)] {
        (0..<list.count).map { (list.column($0), list.text($0)) }
    }

    consuming func batch() -> EventBatch {
        var batch = EventBatch(capacity: entries.count)
        batch.pool = pool
        for entry in entries.sorted(by: { $0.row.orderKey < $1.row.orderKey }) {
            entry.payload.withUnsafeBytes { batch.append(entry.row, payload: $0) }
            for text in entry.idTexts { batch.keepText(text.text, of: text.column) }
        }
        return batch
    }
}
