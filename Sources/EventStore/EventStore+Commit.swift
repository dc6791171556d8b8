internal import AuditModel

extension EventStore {
    func reached(_ step: WriteStep) throws(StoreError) {
        if let onStep { try onStep(step) }
    }

    func begin() throws(StoreError) {
        if isInTransaction { return }
        try database.execute("BEGIN IMMEDIATE", doing: "append")
        isInTransaction = true
    }

    /// Writes the new texts and commits.
    func commit() throws(StoreError) {
        try writeTexts()
        try database.execute("COMMIT", doing: "commit")
        isInTransaction = false
        blocksInTransaction = 0
        try reached(.committed)
    }

    /// The most texts of one dictionary row.
    private static let textsPerRow: UInt32 = 1 << 16

    private func writeTexts() throws(StoreError) {
        let end = UInt32(pool.count)
        let zstd = ZstdCodec()
        var log = writtenLog
        while writtenCodes < end {
            let upper = min(end, writtenCodes + Self.textsPerRow)
            let entries = DictionaryLog.entries(pool, writtenCodes..<upper, zstd: zstd)
            log.extend(pool, to: upper)
            let count = Int64(upper - writtenCodes)
            let digest = log.head.withUnsafeBytes { head in
                entries.withUnsafeBytes {
                    DictionaryLog.rowDigest(
                        firstCode: Int64(writtenCodes), count: count, chain: head, entries: $0)
                }
            }
            try require().insertDict?
                .insert(Int64(writtenCodes), count, log.head, digest, entries)
            writtenCodes = upper
            writtenLog = log
            try reached(.dictInserted)
        }
    }

    /// Keeps records that could not be used. An entry with the same lineage, place and code as
    /// an earlier one is that one.
    public func quarantine(_ entries: [QuarantinedRecord]) throws(StoreError) {
        try checkUsable(forWriting: true)
        if entries.isEmpty { return }
        do {
            try begin()
            for entry in entries {
                try require().insertQuarantine?.insert(
                    entry.source.lineage, entry.at, entry.code, entry.source.name, entry.detail,
                    entry.bytes)
            }
            try reached(.quarantineInserted)
        } catch {
            failure = error
            throw error
        }
    }

    /// All kept records, by lineage, place and code.
    public func quarantined() throws(StoreError) -> [QuarantinedRecord] {
        try checkUsable(forWriting: false)
        let query = try database.prepare(
            """
            SELECT lineage, at, code, source, detail, bytes FROM quarantine
            ORDER BY lineage, at, code
            """, doing: "read the kept records")
        var records: [QuarantinedRecord] = []
        while try query.step() {
            let lineage = query.bytes(0)
            guard lineage.count == 16, let base = lineage.baseAddress else {
                throw corrupt("a quarantined record has no lineage")
            }
            records.append(
                QuarantinedRecord(
                    source: RecordStream(
                        lineage: ID128(bigEndianBytes: base), name: query.text(3)),
                    at: query.int(1), code: query.text(2), detail: query.text(4),
                    bytes: query.array(5)))
        }
        return records
    }
}
