internal import AuditModel

/// The prepared statements by which a live run writes, and those by which it asks for what it
/// may write anew.
final class LiveStatements {
    let position: Statement
    let progress: Statement
    let control: Statement
    let alert: Statement
    let notice: Statement
    let sink: Statement
    let delivery: Statement
    let deliveryCreated: Statement
    let deliveryChange: Statement
    let hook: Statement
    let triage: Statement
    let readAlert: Statement
    let readTriage: Statement
    let silence: Statement
    let silenceKnown: Statement
    let silenceChange: Statement
    let readMember: Statement
    let incidentFound: Statement
    let incidentMerged: Statement
    let incidentAlert: Statement
    let incidentHook: Statement

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
        let task = "keep deliveries"
        delivery = try database.prepare(
            "INSERT INTO delivery VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)", doing: task)
        deliveryCreated = try database.prepare(
            "SELECT created FROM delivery WHERE hook = ?1 AND seq = ?2", doing: task)
        deliveryChange = try database.prepare(
            """
            UPDATE delivery SET status = ?3, attempts = ?4, created = ?5, due = ?6, answer = ?7,
            reason = ?8, digest = ?9 WHERE hook = ?1 AND seq = ?2
            """, doing: task)
        hook = try database.prepare(
            """
            INSERT INTO hook VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (name)
            DO UPDATE SET disabled = excluded.disabled, reason = excluded.reason,
            time = excluded.time, digest = excluded.digest
            """, doing: "keep the state of hooks")
        triage = try database.prepare(
            """
            INSERT INTO triage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (alert)
            DO UPDATE SET status = excluded.status, actor = excluded.actor,
            reason = excluded.reason, note = excluded.note, time = excluded.time,
            severity = excluded.severity, digest = excluded.digest
            """, doing: "keep what was decided")
        readAlert = try EventStore.readAlert(database)
        readTriage = try EventStore.readTriage(database)
        let silencing = "keep silences"
        silence = try database.prepare(
            """
            INSERT INTO silence VALUES
            (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """, doing: silencing)
        silenceKnown = try database.prepare(
            "SELECT 1 FROM silence WHERE id = ?1", doing: silencing)
        silenceChange = try database.prepare(
            "UPDATE silence SET held = ?2, ended = ?3, ended_by = ?4, digest = ?5 WHERE id = ?1",
            doing: silencing)
        readMember = try EventStore.readMember(database)
        let incidents = "keep incidents"
        incidentFound = try database.prepare(
            "INSERT INTO incident VALUES (?1, '', ?2) ON CONFLICT (id) DO NOTHING",
            doing: incidents)
        incidentMerged = try database.prepare(
            """
            INSERT INTO incident VALUES (?1, ?2, ?3) ON CONFLICT (id)
            DO UPDATE SET merged = excluded.merged, digest = excluded.digest
            """, doing: incidents)
        incidentAlert = try database.prepare(
            """
            INSERT INTO incident_alert VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (alert)
            DO UPDATE SET incident = excluded.incident, origin = excluded.origin,
            severity = excluded.severity, first = excluded.first, last = excluded.last,
            digest = excluded.digest
            """, doing: incidents)
        incidentHook = try database.prepare(
            """
            INSERT INTO incident_hook VALUES (?1, ?2, ?3, ?4) ON CONFLICT (incident, hook)
            DO UPDATE SET severity = excluded.severity, digest = excluded.digest
            """, doing: incidents)
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
