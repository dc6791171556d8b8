internal import AuditModel
internal import GrantLedger

/// One event kept beyond its batch, with what the ledger made of it: what an alert about it needs
/// later.
struct KeptEvent: Sendable {
    let row: EventRow
    let transition: Transition?
    private let texts: ContiguousArray<EventBatch.IDText>
    private let payload: ContiguousArray<UInt8>

    /// Payloads beyond this are not kept.
    static let longestPayload = 4_096

    /// The most that one takes, in bytes, texts of ids aside.
    static let bytes = MemoryLayout<KeptEvent>.stride + longestPayload

    init(_ batch: EventBatch, _ row: Int, _ transition: Transition?) {
        self.row = batch[row]
        self.transition = transition
        texts = ContiguousArray(batch.idTexts(row: row))
        payload = batch.withPayload(row) { bytes in
            bytes.count <= Self.longestPayload ? ContiguousArray(bytes) : []
        }
    }

    /// Keeps what tells an event's source, its time and its id, and what a key names of client,
    /// subject, session and address; nothing else of it.
    init(sourceOf batch: EventBatch, _ row: Int, key: [Rule.KeyField]) {
        var event = EventRow()
        event.id = batch.id(.event, row)
        event.time = batch.time[row]
        event.precision = batch.precision[row]
        event.kind = batch.kind[row]
        event.dialect = batch.code(.dialect, row)
        event.source = batch.code(.source, row)
        event.issuer = batch.code(.issuer, row)
        event.tenant = batch.code(.tenant, row)
        if key.contains(.client) { event.client = batch.code(.client, row) }
        if key.contains(.subject) { event.subject = batch.code(.subject, row) }
        if key.contains(.ip) || key.contains(.prefix) {
            event.ip = IPAddress(bits: batch.id(.ip, row))
        }
        if key.contains(.session) {
            event.session = batch.id(.session, row)
            texts = ContiguousArray(batch.idTexts(row: row).filter { $0.column == .session })
        } else {
            texts = []
        }
        self.row = event
        transition = nil
        payload = []
    }

    /// A batch of this one event; its codes belong to the run's pool.
    var batch: EventBatch {
        var batch = EventBatch(capacity: 1)
        payload.withUnsafeBytes { batch.append(row, payload: $0) }
        for entry in texts { batch.keepText(entry.text, of: entry.column) }
        return batch
    }
}
