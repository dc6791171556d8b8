public import AuditModel

/// Fills where addresses are into decoded events. One for each thread: it remembers answers.
///
/// Where a database was given its answer replaces what the record says, also when it knows
/// nothing: two sources of one field would make people jump between them. Without a database the
/// record's own values stay.
public struct PlaceStage: Sendable {
    private struct Slot {
        var address = ID128.none
        var recordedASN: UInt32 = 0
        var place = ResolvedPlace()
        var pointText = ""
        var hasOwnPlace = false
        /// The batch that the codes belong to.
        var stamp: UInt64 = 0
        var city: UInt32 = 0
        var point: UInt32 = 0
        var network: UInt32 = 0
    }

    /// A power of two; an address has one slot and shares it with those that came before.
    private static let slotCount = 1 << 15

    private let book: PlaceBook
    private var slots = ContiguousArray(repeating: Slot(), count: slotCount)
    private var records = PlaceRecordCache()
    private var stamp: UInt64 = 0

    public init(_ book: PlaceBook) { self.book = book }

    /// Fills `asn`, `country`, `city`, `place` and `network` of every row with an address; makes a
    /// trusted proxy a `caller`. New texts go to the batch's own pool.
    public mutating func fill(_ batch: inout EventBatch) {
        var pool = StringPool()
        swap(&pool, &batch.pool)
        stamp &+= 1
        fillRows(&batch, &pool)
        swap(&pool, &batch.pool)
    }

    /// The same for a batch whose codes belong to a larger pool.
    ///
    /// - Parameter pool: the same one in every call.
    public mutating func fill(_ batch: inout EventBatch, pool: inout StringPool) {
        stamp = max(stamp, 1)
        fillRows(&batch, &pool)
    }

    private mutating func fillRows(_ batch: inout EventBatch, _ pool: inout StringPool) {
        let decidesPlaces = book.decidesPlaces
        let decidesSystems = book.decidesSystems
        for row in 0..<batch.count {
            let address = batch.id(.ip, row)
            if address.isNone { continue }
            let recordedASN = decidesSystems ? 0 : batch.asn[row]
            let index = slot(address, recordedASN)
            if slots[index].stamp != stamp { encode(index, &pool) }
            if slots[index].place.isTrustedProxy { batch.setIPRole(.caller, row: row) }
            if decidesPlaces || slots[index].hasOwnPlace {
                batch.setCountry(slots[index].place.country, row: row)
                batch.setCode(.city, row, slots[index].city)
                batch.setCode(.place, row, slots[index].point)
            }
            if decidesSystems { batch.setASN(slots[index].place.asn, row: row) }
            batch.setCode(.network, row, slots[index].network)
        }
    }

    /// The slot of an address, looked up if it holds another one.
    private mutating func slot(_ address: ID128, _ recordedASN: UInt32) -> Int {
        var hash = (address.high ^ address.low &* 0x9E37_79B9_7F4A_7C15) &+ UInt64(recordedASN)
        hash = (hash ^ hash >> 32) &* 0xBF58_476D_1CE4_E5B9
        let index = Int(truncatingIfNeeded: hash >> 40) & (Self.slotCount - 1)
        if slots[index].address != address || slots[index].recordedASN != recordedASN {
            let ip = IPAddress(bits: address)
            let place = book.lookup(ip, recordedASN: recordedASN, &records)
            slots[index] = Slot(
                address: address, recordedASN: recordedASN, place: place,
                pointText: place.point?.text ?? "", hasOwnPlace: book.hasOwnPlace(ip))
        }
        return index
    }

    private mutating func encode(_ index: Int, _ pool: inout StringPool) {
        slots[index].city = slots[index].place.city.map { pool.code(of: $0) } ?? 0
        slots[index].point = pool.code(of: slots[index].pointText)
        slots[index].network = slots[index].place.networkClass.map { pool.code(of: $0.name) } ?? 0
        slots[index].stamp = stamp
    }
}
