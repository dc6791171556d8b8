internal import AuditModel
internal import Detection

/// Events that wait for the watermark, found by the ids they share: what belongs to one grant as
/// far as the events themselves say.
///
/// Each event has an entry for each of its ids, and every entry names the one before it with the
/// same hash. Events leave in the order they came, and with them their entries: nothing is removed
/// from a chain, a walk ends where it comes to entries that have left, as all further ones are
/// older.
struct PendingGrants {
    private struct Entry: BitwiseCopyable {
        let id: ID128
        let event: Int
        /// The entry before it with the same hash; less than any that is left at the chain's end.
        let earlier: Int
    }

    private struct Event: BitwiseCopyable {
        let batch: Int
        let row: Int32
        /// The last question that met the event.
        var question: UInt32 = 0
    }

    private struct Held {
        let batch: SharedBatch
        /// The greatest time of an event of it.
        let last: Int64
        let eventsEnd: Int
        let entriesEnd: Int
    }

    /// More events than this of one grant are not looked at together.
    static let most = 64

    private static let columns: [IDColumn] = [
        .session, .family, .presented, .issuedRefresh, .issuedAccess, .code,
    ]

    private var batches: [Held] = []
    /// How many batches left before the first of ``batches``.
    private var left = 0
    private var events = NumberedRing<Event>()
    private var entries = NumberedRing<Entry>()
    /// The last entry of each hash; as many as `entries` has room for.
    private var heads: ContiguousArray<Int> = []
    private var question: UInt32 = 0
    // Kept between questions for their memory.
    private var ids: [ID128] = []
    private var found: [Int] = []

    /// Events that are held, of which some may be before the time that was last forgotten.
    var count: Int { events.count }

    /// Takes in rows of a batch.
    mutating func add(_ batch: SharedBatch, _ rows: [Int]) {
        if rows.isEmpty { return }
        var last = Int64.min
        for row in rows {
            last = max(last, batch.events.time[row])
            events.append(Event(batch: left + batches.count, row: Int32(row)))
            for column in Self.columns {
                let id = batch.events.id(column, row)
                if !id.isNone { link(id) }
            }
        }
        batches.append(
            Held(batch: batch, last: last, eventsEnd: events.end, entriesEnd: entries.end))
    }

    /// Adds an entry for the last event.
    private mutating func link(_ id: ID128) {
        if entries.count == heads.count { makeRoom() }
        let home = Int(truncatingIfNeeded: id.tableHash) & (heads.count - 1)
        entries.append(Entry(id: id, event: events.end - 1, earlier: heads[home]))
        heads[home] = entries.end - 1
    }

    private mutating func makeRoom() {
        var roomier = NumberedRing<Entry>(capacity: max(1024, heads.count * 2))
        roomier.start(at: entries.first)
        heads = ContiguousArray(repeating: -1, count: roomier.capacity)
        for number in entries.first..<entries.end {
            let entry = entries[number]
            let home = Int(truncatingIfNeeded: entry.id.tableHash) & (heads.count - 1)
            roomier.append(Entry(id: entry.id, event: entry.event, earlier: heads[home]))
            heads[home] = number
        }
        entries = roomier
    }

    /// Forgets events before a time.
    ///
    /// - Parameter waiting: how many events there are from that time on, at most.
    mutating func forget(before time: Int64, waiting: Int) {
        var gone = 0
        while gone < batches.count {
            let first = batches[gone]
            // One event from the far future must not keep all others that came after it.
            let isCrowded = events.count > 2 * waiting + Self.slack
            if first.last >= time, !isCrowded { break }
            let rows = first.last < time ? [] : rows(of: first, from: time)
            events.drop(before: first.eventsEnd)
            entries.drop(before: first.entriesEnd)
            gone += 1
            add(first.batch, rows)
        }
        batches.removeFirst(gone)
        left += gone
    }

    private static let slack = 4096

    /// The rows of the oldest batch from a time on.
    private func rows(of oldest: Held, from time: Int64) -> [Int] {
        (events.first..<oldest.eventsEnd).map { Int(events[$0].row) }
            .filter { oldest.batch.events.time[$0] >= time }
    }

    /// All events from a time on that share ids with one, also through others, in total order; nil
    /// when there are too many.
    mutating func related(to event: RowReference, from time: Int64) -> [RowReference]? {
        question &+= 1
        ids.removeAll(keepingCapacity: true)
        found.removeAll(keepingCapacity: true)
        note(event.batch.events, event.row)
        var next = 0
        while next < ids.count {
            guard gather(ids[next], from: time) else { return nil }
            next += 1
        }
        // An event without ids stands for itself.
        if found.isEmpty { return [event] }
        let related = found.map { reference(events[$0]) }
        if related.count == 1 { return related }
        return related.sorted {
            $0.batch.events.orderKey($0.row) < $1.batch.events.orderKey($1.row)
        }
    }

    /// Finds the events with an id.
    ///
    /// - Returns: false when there are too many.
    private mutating func gather(_ id: ID128, from time: Int64) -> Bool {
        if heads.isEmpty { return true }
        var number = heads[Int(truncatingIfNeeded: id.tableHash) & (heads.count - 1)]
        while number >= entries.first {
            let entry = entries[number]
            number = entry.earlier
            guard entry.id == id, events[entry.event].question != question else { continue }
            events[entry.event].question = question
            let event = reference(events[entry.event])
            guard event.batch.events.time[event.row] >= time else { continue }
            if found.count == Self.most { return false }
            found.append(entry.event)
            note(event.batch.events, event.row)
        }
        return true
    }

    /// Notes the ids of an event that were not met yet.
    private mutating func note(_ batch: EventBatch, _ row: Int) {
        for column in Self.columns {
            let id = batch.id(column, row)
            if !id.isNone, !ids.contains(id) { ids.append(id) }
        }
    }

    private func reference(_ event: Event) -> RowReference {
        RowReference(batches[event.batch - left].batch, row: Int(event.row))
    }
}
