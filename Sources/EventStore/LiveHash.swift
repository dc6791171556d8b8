internal import AuditModel

/// The end of a chain of rows that are numbered from 1.
struct RowChain {
    var count: Int64 = 0
    var head: [UInt8]

    /// The chain of an empty table. It starts with the store's id, so that rows of one store
    /// are no rows of another.
    init(_ table: String, _ identity: ID128) {
        var hash = IdentityHash("chain-start/1")
        hash.add(table)
        hash.add(identity)
        head = hash.digest()
    }
}

/// One run of retention as the store keeps it.
struct RetentionRecord {
    /// The clock's time, nanoseconds UTC.
    var time: Int64
    /// Segments whose events are all older were removed, nanoseconds UTC.
    var cutoff: Int64
    /// Positions of the removed events.
    var first: Int64
    var end: Int64
    /// Leaves of the removed segments, 32 bytes each.
    var leaves: [UInt8]
}

/// Digests and chain links of the rows that live runs write.
enum LiveHash {
    static func position(_ position: ResumePosition, _ identity: ID128) -> [UInt8] {
        var hash = IdentityHash("position-row/1")
        hash.add(identity)
        hash.add(position.source)
        hash.add(position.partition)
        hash.add(position.offset)
        hash.add(position.detail)
        return hash.digest()
    }

    static func progress(_ progress: EngineProgress, _ identity: ID128) -> [UInt8] {
        var hash = IdentityHash("progress-row/1")
        hash.add(identity)
        hash.add(progress.read)
        released(progress.released).withUnsafeBytes { hash.add($0) }
        hash.add(progress.watermark)
        hash.add(progress.bufferLow)
        progress.detail.withUnsafeBytes { hash.add($0) }
        return hash.digest()
    }

    static func alert(_ record: AlertRecord, _ identity: ID128) -> [UInt8] {
        var hash = IdentityHash("alert-row/1")
        hash.add(identity)
        add(record, to: &hash)
        hash.add(record.isNotable ? 1 : 0)
        return hash.digest()
    }

    static func sink(_ name: String, _ delivered: Int64, _ identity: ID128) -> [UInt8] {
        var hash = IdentityHash("sink-row/1")
        hash.add(identity)
        hash.add(name)
        hash.add(delivered)
        return hash.digest()
    }

    static func delivery(_ delivery: DeliveryChange, _ identity: ID128) -> [UInt8] {
        var hash = IdentityHash("delivery-row/1")
        hash.add(identity)
        hash.add(delivery.hook)
        hash.add(delivery.sequence)
        hash.add(delivery.status.rawValue)
        hash.add(Int64(delivery.attempts))
        hash.add(delivery.created ?? 0)
        hash.add(delivery.due)
        hash.add(Int64(delivery.lastStatus ?? 0))
        hash.add(delivery.reason)
        return hash.digest()
    }

    static func hook(_ state: HookState, _ identity: ID128) -> [UInt8] {
        var hash = IdentityHash("hook-row/1")
        hash.add(identity)
        hash.add(state.name)
        hash.add(state.isDisabled ? 1 : 0)
        hash.add(state.reason)
        hash.add(state.time)
        return hash.digest()
    }

    static func triage(_ triage: Triage, _ identity: ID128) -> [UInt8] {
        var hash = IdentityHash("triage-row/1")
        hash.add(identity)
        hash.add(triage.alert)
        hash.add(triage.status.rawValue)
        hash.add(triage.actor)
        hash.add(triage.reason)
        hash.add(triage.note)
        hash.add(triage.time)
        hash.add(Int64(triage.severity.rawValue))
        return hash.digest()
    }

    static func silence(_ silence: Silence, _ identity: ID128) -> [UInt8] {
        var hash = IdentityHash("silence-row/1")
        hash.add(identity)
        hash.add(silence.id)
        for text in [silence.rule, silence.client, silence.subject, silence.tenant] {
            hash.add(text ?? "")
        }
        hash.add(silence.attackerText)
        hash.add(Int64(silence.most.rawValue))
        hash.add(silence.actor)
        hash.add(silence.reason)
        hash.add(silence.created)
        hash.add(silence.until)
        hash.add(silence.held)
        hash.add(silence.ended ?? 0)
        hash.add(silence.endedBy)
        return hash.digest()
    }

    static func incident(
        _ id: IncidentID, merged: IncidentID?, _ identity: ID128
    ) -> [UInt8] {
        var hash = IdentityHash("incident-row/1")
        hash.add(identity)
        hash.add(id.text)
        hash.add(merged?.text ?? "")
        return hash.digest()
    }

    static func member(_ member: IncidentMember, _ identity: ID128) -> [UInt8] {
        var hash = IdentityHash("incident-alert-row/1")
        hash.add(identity)
        hash.add(member.alert)
        hash.add(member.incident.text)
        hash.add(member.origin.text)
        hash.add(member.severity.map { Int64($0.rawValue) } ?? -1)
        hash.add(member.first)
        hash.add(member.last)
        return hash.digest()
    }

    static func telling(_ telling: IncidentTelling, _ identity: ID128) -> [UInt8] {
        var hash = IdentityHash("incident-hook-row/1")
        hash.add(identity)
        hash.add(telling.incident.text)
        hash.add(telling.hook)
        hash.add(telling.severity.map { Int64($0.rawValue) } ?? -1)
        return hash.digest()
    }

    /// The chain with one more control record.
    static func link(_ chain: RowChain, _ record: ControlRecord) -> RowChain {
        link(chain, "control/1") { hash in
            hash.add(record.time)
            hash.add(record.kind)
            hash.add(record.position)
            hash.add(record.body)
        }
    }

    /// The chain with one more notice.
    static func link(_ chain: RowChain, _ record: AlertRecord) -> RowChain {
        link(chain, "notice/1") { add(record, to: &$0) }
    }

    /// The chain with one more retention record.
    static func link(_ chain: RowChain, _ record: RetentionRecord) -> RowChain {
        link(chain, "retention/1") { hash in
            hash.add(record.time)
            hash.add(record.cutoff)
            hash.add(record.first)
            hash.add(record.end)
            record.leaves.withUnsafeBytes { hash.add($0) }
        }
    }

    private static func link(
        _ chain: RowChain, _ domain: StaticString, _ body: (inout IdentityHash) -> Void
    ) -> RowChain {
        var next = chain
        next.count = chain.count &+ 1
        var hash = IdentityHash(domain)
        chain.head.withUnsafeBytes { hash.add($0) }
        hash.add(next.count)
        body(&hash)
        next.head = hash.digest()
        return next
    }

    private static func add(_ record: AlertRecord, to hash: inout IdentityHash) {
        hash.add(record.id)
        hash.add(Int64(record.revision))
        hash.add(record.state.rawValue)
        hash.add(Int64(record.severity.rawValue))
        hash.add(record.time)
        record.body.withUnsafeBytes { hash.add($0) }
    }

    /// No bytes, or time as 8 little-endian bytes, rank, id.
    static func released(_ key: OrderKey?) -> [UInt8] {
        guard let key else { return [] }
        let sink = ByteSink(capacity: 25)
        sink.append(UInt64(bitPattern: key.time))
        sink.append(key.rank)
        sink.append(key.id)
        return [UInt8](sink.bytes)
    }

    /// What ``released(_:)`` wrote; the outer nil if the bytes are something else.
    static func released(_ bytes: UnsafeRawBufferPointer) -> OrderKey?? {
        if bytes.isEmpty { return .some(nil) }
        guard bytes.count == 25, let base = bytes.baseAddress else { return nil }
        let time = base.loadUnaligned(as: UInt64.self)
        return OrderKey(
            time: Int64(bitPattern: UInt64(littleEndian: time)), rank: bytes[8],
            id: ID128(bigEndianBytes: base + 9))
    }
}
