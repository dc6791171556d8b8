public import AuditModel
public import EventStore
internal import WireFormat

/// One event of an alert with its place: where its record stands, and where it is in the store.
public struct EvidencePlace: Sendable, Equatable {
    public var evidence: Alert.Evidence
    /// Nil when the store does not hold the event.
    public var stored: Stored?

    /// What the store has of the event.
    public struct Stored: Sendable, Equatable {
        /// The stream that brought it, and where in it: decompressed byte offset, or Kafka offset.
        public var source: String
        public var at: Int64
        /// In the store, from 0.
        public var position: Int64
        /// Who and from where, as this event has it; nil where it says nothing.
        public var client: String?
        public var subject: String?
        public var ip: IPAddress?
    }

    /// Finds events by their times and ids: reads only the blocks that may hold one.
    ///
    /// - Returns: one place for each event, in their order.
    public static func find(
        _ evidence: [Alert.Evidence], in store: EventStore
    ) throws(StoreError) -> [EvidencePlace] {
        var found: [ID128: Stored] = [:]
        for (index, block) in store.blocks.enumerated() {
            var wanted: Set<ID128> = []
            for event in evidence
            where event.time >= block.minTime && event.time <= block.maxTime
                && found[event.event] == nil
            {
                if try store.mayContain(event.event, column: .event, block: index) {
                    wanted.insert(event.event)
                }
            }
            if wanted.isEmpty { continue }
            let batch = try store.readBlock(index)
            for row in 0..<batch.count where wanted.contains(batch.id(.event, row)) {
                found[batch.id(.event, row)] = Stored(
                    batch, row, store.pool, position: block.position + Int64(row))
            }
        }
        return evidence.map { EvidencePlace(evidence: $0, stored: found[$0.event]) }
    }

    func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("event_id", evidence.event.hex)
        writer.member("time", time: evidence.time, precision: evidence.precision)
        writer.member("kind", evidence.kind.name)
        writer.member("dialect", evidence.source)
        if let stored {
            writer.member("position", stored.position)
            writer.key("source")
            writer.beginObject()
            writer.member("name", stored.source)
            writer.member("at", stored.at)
            writer.endObject()
        }
        writer.endObject()
    }
}

extension EvidencePlace.Stored {
    fileprivate init(_ batch: EventBatch, _ row: Int, _ pool: StringPool, position: Int64) {
        func text(_ column: CodedColumn) -> String? {
            let code = batch.code(column, row)
            return code == 0 ? nil : pool.text(code)
        }
        let address = IPAddress(bits: batch.id(.ip, row))
        self.init(
            source: text(.source) ?? "", at: batch.at[row], position: position,
            client: text(.client), subject: text(.subject), ip: address.isNone ? nil : address)
    }
}
