internal import AuditModel

/// Puts batches back into total order: holds what may still be overtaken, lets go what may not.
///
/// A heap of sorted runs; events leave in order of (time, rank, id), each id once. Runs that do not
/// overlap, as those of one tidy archive, leave without a comparison per event.
struct Reorderer {
    private struct Run: HeapElement {
        let batch: OrderedBatch
        var place = 0
        var key: OrderKey
    }

    private var heap = Heap<Run>()
    private var lastID = ID128.none
    /// Everything before this time has left.
    private(set) var released = Int64.min
    /// Events that came twice.
    private(set) var duplicates = 0

    /// Events that wait.
    private(set) var count = 0

    /// Takes a batch in.
    ///
    /// - Returns: false when it holds an event that should have left already: the input is more
    ///   disordered than the lateness allows.
    mutating func push(_ batch: OrderedBatch) -> Bool {
        if batch.count == 0 { return true }
        let run = Run(batch: batch, key: batch.key(0))
        if run.key.time < released { return false }
        heap.insert(run)
        count += batch.count
        return true
    }

    /// Lets go all events before a time, in order.
    mutating func release(below time: Int64, _ take: (EventBatch, Int) -> Void) {
        released = max(released, time)
        while let run = heap.first, run.key.time < time { emit(run, below: time, take) }
    }

    /// Lets go everything.
    mutating func finish(_ take: (EventBatch, Int) -> Void) {
        while let run = heap.first { emit(run, below: .max, take) }
        released = .max
    }

    /// Emits rows of the first run up to the key at which another run takes over, at least one.
    private mutating func emit(
        _ run: Run, below time: Int64, _ take: (EventBatch, Int) -> Void
    ) {
        let limit = heap.secondKey
        let ordered = run.batch
        var place = run.place
        var key = run.key
        defer { count -= place - run.place }
        repeat {
            if key.id == lastID {
                duplicates += 1
            } else {
                take(ordered.batch, ordered.row(place))
                lastID = key.id
            }
            place += 1
            guard place < ordered.count else {
                heap.removeFirst()
                return
            }
            key = ordered.key(place)
        } while (time == .max || key.time < time) && (limit.map { key < $0 } ?? true)
        heap.replaceFirst(with: Run(batch: ordered, place: place, key: key))
    }
}
