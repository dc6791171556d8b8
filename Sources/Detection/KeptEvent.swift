internal import AuditModel
internal import GrantLedger

/// One event kept beyond its batch, with what the ledger made of it: what an alert about it needs
/// later. An object, because it is large and handed on as it is.
final class KeptEvent: Sendable {
    let row: EventRow
    let transition: Transition?
    let texts: IDTexts
    let payload: ContiguousArray<UInt8>

    /// Payloads beyond this are not kept.
    static let longestPayload = 4_096

    /// The most that one takes, in bytes, texts of ids aside.
    static let bytes =
        MemoryLayout<EventRow>.stride + MemoryLayout<Transition?>.stride + longestPayload

    init(_ batch: EventBatch, _ row: Int, _ transition: Transition?) {
        self.row = batch[row]
        self.transition = transition
        texts = batch.idTexts(row: row)
        payload = batch.withPayload(row) { bytes in
            bytes.count <= Self.longestPayload ? ContiguousArray(bytes) : []
        }
    }

    /// An event of which only its source, its time, its id and its kind are kept.
    init(_ event: EventReference, ofSource source: EventRow) {
        var row = source
        row.id = event.id
        row.time = event.time
        row.precision = event.precision
        row.kind = event.kind
        self.row = row
        transition = nil
        texts = IDTexts()
        payload = []
    }

    /// An event as a state image kept it.
    init(
        row: EventRow, transition: Transition?, texts: IDTexts, payload: ContiguousArray<UInt8>
    ) {
        self.row = row
        self.transition = transition
        self.texts = texts
        self.payload = payload
    }

    /// What tells an event's source, and nothing else of it.
    static func source(of batch: EventBatch, _ row: Int) -> EventRow {
        var event = EventRow()
        event.dialect = batch.code(.dialect, row)
        event.source = batch.code(.source, row)
        event.issuer = batch.code(.issuer, row)
        event.tenant = batch.code(.tenant, row)
        event.flags = batch.flags[row].intersection(.tenantAssigned)
        return event
    }

    /// A batch of this one event; its codes belong to the run's pool.
    var batch: EventBatch {
        var batch = EventBatch(capacity: 1)
        payload.withUnsafeBytes { batch.append(row, payload: $0) }
        batch.keepTexts(texts)
        return batch
    }
}
