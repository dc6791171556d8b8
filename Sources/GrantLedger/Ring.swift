/// Records by index that, once full, give the slots of the oldest to new ones.
///
/// Kept in chunks, so that growing copies nothing.
struct Ring<Record: BitwiseCopyable & Sendable>: Sendable {
    private static var chunkShift: Int { 14 }
    private static var chunkMask: Int { (1 << chunkShift) - 1 }

    private var chunks: ContiguousArray<ContiguousArray<Record>> = []
    private let capacity: Int
    private var next = 0
    private(set) var count = 0
    private(set) var evicted = 0

    init(capacity: Int) { self.capacity = max(1, capacity) }

    @inline(__always)
    subscript(index: Int) -> Record {
        get { chunks[index >> Self.chunkShift][index & Self.chunkMask] }
        _modify { yield &chunks[index >> Self.chunkShift][index & Self.chunkMask] }
    }

    /// Adds a record. `evict` gets the index of the record that makes room, before it goes.
    mutating func add(_ record: Record, evict: (Int, Record) -> Void) -> Int {
        if count < capacity {
            if count & Self.chunkMask == 0 {
                chunks.append([])
                chunks[chunks.count - 1].reserveCapacity(min(capacity, 1 << Self.chunkShift))
            }
            chunks[chunks.count - 1].append(record)
            count += 1
            return count - 1
        }
        let index = next
        next = next + 1 == capacity ? 0 : next + 1
        evicted += 1
        evict(index, self[index])
        self[index] = record
        return index
    }
}
