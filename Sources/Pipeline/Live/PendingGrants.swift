internal import AuditModel
internal import Detection

/// Events that wait for the watermark, found by the ids they share: what belongs to one grant as
/// far as the events themselves say.
struct PendingGrants {
    struct Place: Hashable {
        fileprivate let batch: Int
        fileprivate let row: Int
    }

    /// An event by its time.
    private struct Waiting: HeapElement {
        let key: Int64
        let place: Place
    }

    private struct Held {
        let batch: SharedBatch
        var waiting: Int
    }

    /// More events than this of one grant are not looked at together.
    static let most = 64

    private static let columns: [IDColumn] = [
        .session, .family, .presented, .issuedRefresh, .issuedAccess, .code,
    ]

    private var batches: [Int: Held] = [:]
    private var places: [ID128: [Place]] = [:]
    /// All places, the one of the earliest event first.
    private var queue = Heap<Waiting>()
    private var next = 0

    var count: Int { queue.count }

    /// Takes in rows of a batch.
    mutating func add(_ batch: SharedBatch, _ rows: [Int]) {
        if rows.isEmpty { return }
        batches[next] = Held(batch: batch, waiting: rows.count)
        for row in rows {
            let place = Place(batch: next, row: row)
            for id in Self.ids(batch.events, row) { places[id, default: []].append(place) }
            queue.insert(Waiting(key: batch.events.time[row], place: place))
        }
        next += 1
    }

    /// Forgets events before a time.
    mutating func forget(before time: Int64) {
        while let first = queue.first, first.key < time {
            let place = first.place
            queue.removeFirst()
            guard let held = batches[place.batch] else { continue }
            for id in Self.ids(held.batch.events, place.row) {
                places[id]?.removeAll { $0 == place }
                if places[id]?.isEmpty == true { places[id] = nil }
            }
            batches[place.batch]?.waiting -= 1
            if held.waiting == 1 { batches[place.batch] = nil }
        }
    }

    /// All events from a time on that share ids with one, also through others, in total order; nil
    /// when there are too many.
    func related(to event: RowReference, from time: Int64) -> [RowReference]? {
        var pending = Self.ids(event.batch.events, event.row)
        var seenIDs = Set(pending)
        var seen: Set<Place> = []
        var found: [RowReference] = []
        while let id = pending.popLast() {
            for place in places[id] ?? [] where seen.insert(place).inserted {
                guard let held = batches[place.batch], held.batch.events.time[place.row] >= time
                else { continue }
                found.append(RowReference(held.batch, row: place.row))
                if found.count > Self.most { return nil }
                for other in Self.ids(held.batch.events, place.row)
                where seenIDs.insert(other).inserted { pending.append(other) }
            }
        }
        // An event without ids stands for itself.
        if found.isEmpty { return [event] }
        return found.sorted {
            $0.batch.events.orderKey($0.row) < $1.batch.events.orderKey($1.row)
        }
    }

    private static func ids(_ batch: EventBatch, _ row: Int) -> [ID128] {
        columns.compactMap { column in
            let id = batch.id(column, row)
            return id.isNone ? nil : id
        }
    }
}
