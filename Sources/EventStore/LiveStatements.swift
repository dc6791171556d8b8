internal import AuditModel

/// The prepared statements by which a live run writes.
final class LiveStatements {
    let position: Statement
    let progress: Statement
    let control: Statement
    let alert: Statement
    let notice: Statement
    let sink: Statement

    init(_ database: Database) throws(StoreError) {
        position = try database.prepare(
            """
            INSERT INTO position VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (source, partition)
            DO UPDATE SET offset = excluded.offset, detail = excluded.detail,
            digest = excluded.digest
            """, doing: "keep the positions of sources")
        progress = try database.prepare(
            """
            INSERT INTO progress VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id)
            DO UPDATE SET read = excluded.read, released = excluded.released,
            watermark = excluded.watermark, buffer_low = excluded.buffer_low,
            detail = excluded.detail, digest = excluded.digest
            """, doing: "keep the progress of the rules")
        control = try database.prepare(
            "INSERT INTO control VALUES (?1, ?2, ?3, ?4, ?5, ?6)", doing: "keep control records")
        alert = try database.prepare(
            """
            INSERT INTO alert VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id)
            DO UPDATE SET revision = excluded.revision, state = excluded.state,
            severity = excluded.severity, time = excluded.time, body = excluded.body,
            notable = excluded.notable, digest = excluded.digest
            """, doing: "keep alerts")
        notice = try database.prepare(
            "INSERT INTO notice VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", doing: "keep notices")
        sink = try database.prepare(
            """
            INSERT INTO sink VALUES (?1, ?2, ?3) ON CONFLICT (name)
            DO UPDATE SET delivered = excluded.delivered, digest = excluded.digest
            """, doing: "keep what a sink took")
    }
}

extension Statement {
    /// Binds an id as 16 big-endian bytes.
    func bind(_ index: Int32, _ id: ID128) {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { bytes in
            guard let base = bytes.baseAddress else { return }
            id.store(into: base)
            bind(index, UnsafeRawBufferPointer(bytes))
        }
    }

    /// An id of 16 bytes; nil for anything else.
    func id(_ column: Int32) -> ID128? {
        let bytes = bytes(column)
        guard bytes.count == 16, let base = bytes.baseAddress else { return nil }
        return ID128(bigEndianBytes: base)
    }
}
