internal import AuditModel

/// Events that wait for the watermark, found by the ids they share: what belongs to one grant as
/// far as the events themselves say.
struct PendingGrants {
    struct Place: Hashable {
        fileprivate let batch: Int
        fileprivate let row: Int
    }

    private struct Held {
        let batch: OrderedBatch
        var waiting: Int
    }

    /// More events than this of one grant are not looked at together.
    static let most = 64

    private static let columns: [IDColumn] = [
        .session, .family, .presented, .issuedRefresh, .issuedAccess, .code,
    ]

    private var batches: [Int: Held] = [:]
    private var places: [ID128: [Place]] = [:]
    private var queue: [Place] = []
    private var head = 0
    private var next = 0

    var count: Int { queue.count - head }

    /// Takes in rows of a batch.
    mutating func add(_ ordered: OrderedBatch, _ rows: [Int]) {
        if rows.isEmpty { return }
        batches[next] = Held(batch: ordered, waiting: rows.count)
        for row in rows {
            let place = Place(batch: next, row: row)
            for id in Self.ids(ordered.batch, row) { places[id, default: []].append(place) }
            queue.append(place)
        }
        next += 1
    }

    /// Forgets, in the order they came, events before a time; one that waits behind a later one
    /// stays a while longer and is passed over.
    mutating func forget(before time: Int64) {
        while head < queue.count {
            let place = queue[head]
            guard let held = batches[place.batch], held.batch.batch.time[place.row] < time
            else { break }
            for id in Self.ids(held.batch.batch, place.row) {
                places[id]?.removeAll { $0 == place }
                if places[id]?.isEmpty == true { places[id] = nil }
            }
            batches[place.batch]?.waiting -= 1
            if held.waiting == 1 { batches[place.batch] = nil }
            head += 1
        }
        if head > 4096, head * 2 > queue.count {
            queue.removeFirst(head)
            head = 0
        }
    }

    /// All events from a time on that share ids with one, also through others, in total order; nil
    /// when there are too many.
    func related(to ordered: OrderedBatch, _ row: Int, from time: Int64) -> EventBatch? {
        var pending = Self.ids(ordered.batch, row)
        var seenIDs = Set(pending)
        var seen: Set<Place> = []
        var found: [(batch: OrderedBatch, row: Int)] = []
        while let id = pending.popLast() {
            for place in places[id] ?? [] where seen.insert(place).inserted {
                guard let held = batches[place.batch], held.batch.batch.time[place.row] >= time
                else { continue }
                found.append((held.batch, place.row))
                if found.count > Self.most { return nil }
                for other in Self.ids(held.batch.batch, place.row)
                where seenIDs.insert(other).inserted { pending.append(other) }
            }
        }
        if found.isEmpty { found = [(ordered, row)] }
        found.sort { $0.batch.batch.orderKey($0.row) < $1.batch.batch.orderKey($1.row) }
        var events = EventBatch(capacity: found.count)
        for entry in found { events.append(row: entry.row, of: entry.batch.batch) }
        return events
    }

    private static func ids(_ batch: EventBatch, _ row: Int) -> [ID128] {
        columns.compactMap { column in
            let id = batch.id(column, row)
            return id.isNone ? nil : id
        }
    }
}
