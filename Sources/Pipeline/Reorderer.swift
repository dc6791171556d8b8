internal import AuditModel

/// Puts batches back into total order: holds what may still be overtaken, lets go what may not.
///
/// A heap of sorted runs; events leave in order of (time, rank, id), each id once. Runs that do not
/// overlap, as those of one tidy archive, leave without a comparison per event.
struct Reorderer {
    private struct Run {
        let batch: OrderedBatch
        var place = 0
        var key: OrderKey
    }

    /// A binary heap by key.
    private var heap: [Run] = []
    private var lastID = ID128.none
    /// Everything before this time has left.
    private(set) var released = Int64.min
    /// Events that came twice.
    private(set) var duplicates = 0

    /// Events that wait.
    var count: Int { heap.reduce(0) { $0 + $1.batch.count - $1.place } }

    /// Takes a batch in.
    ///
    /// - Returns: false when it holds an event that should have left already: the input is more
    ///   disordered than the lateness allows.
    mutating func push(_ batch: OrderedBatch) -> Bool {
        if batch.count == 0 { return true }
        let run = Run(batch: batch, key: batch.key(0))
        if run.key.time < released { return false }
        heap.append(run)
        siftUp(heap.count - 1)
        return true
    }

    /// Lets go all events before a time, in order.
    mutating func release(below time: Int64, _ take: (EventBatch, Int) -> Void) {
        released = max(released, time)
        while !heap.isEmpty, heap[0].key.time < time {
            let limit = secondKey()
            emit(upTo: limit, below: time, take)
        }
    }

    /// Lets go everything.
    mutating func finish(_ take: (EventBatch, Int) -> Void) {
        while !heap.isEmpty { emit(upTo: secondKey(), below: .max, take) }
        released = .max
    }

    /// Emits rows of the first run up to the key at which another run takes over, at least one.
    private mutating func emit(
        upTo limit: OrderKey?, below time: Int64, _ take: (EventBatch, Int) -> Void
    ) {
        let ordered = heap[0].batch
        var place = heap[0].place
        var key = heap[0].key
        repeat {
            if key.id == lastID {
                duplicates += 1
            } else {
                take(ordered.batch, ordered.row(place))
                lastID = key.id
            }
            place += 1
            guard place < ordered.count else {
                removeFirst()
                return
            }
            key = ordered.key(place)
        } while (time == .max || key.time < time) && (limit.map { key < $0 } ?? true)
        heap[0].place = place
        heap[0].key = key
        siftDown(0)
    }

    private func secondKey() -> OrderKey? {
        if heap.count > 2 { return min(heap[1].key, heap[2].key) }
        return heap.count == 2 ? heap[1].key : nil
    }

    private mutating func removeFirst() {
        let last = heap.removeLast()
        if heap.isEmpty { return }
        heap[0] = last
        siftDown(0)
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].key < heap[parent].key else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].key < heap[least].key {
                least = child
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
