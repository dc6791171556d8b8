internal import AuditModel

/// Places of records read before: many addresses share one record, and reading it costs more than
/// finding it. For one database.
struct PlaceRecordCache: Sendable {
    private struct Slot {
        var offset: UInt32 = 0
        var isFilled = false
        var country: UInt16 = 0
        var city: String?
        var point: GeoPoint?
    }

    private var slots: ContiguousArray<Slot>

    /// - Parameter slotCount: a power of two.
    init(slotCount: Int = 1 << 13) {
        slots = ContiguousArray(repeating: Slot(), count: slotCount)
    }

    /// Country, city and point of a record.
    mutating func fill(
        _ place: inout ResolvedPlace, from record: PlaceDatabase.Record,
        of database: PlaceDatabase
    ) {
        let hash = record.offset &* 0x9E37_79B1
        let index = Int(hash >> 8) & (slots.count - 1)
        if !slots[index].isFilled || slots[index].offset != record.offset {
            var read = ResolvedPlace()
            database.fill(&read, from: record)
            slots[index] = Slot(
                offset: record.offset, isFilled: true, country: read.country, city: read.city,
                point: read.point)
        }
        place.country = slots[index].country
        place.city = slots[index].city
        place.point = slots[index].point
    }
}
