internal import CProcessor

/// Records by index that, once full, give the slots of the oldest to new ones.
///
/// Kept in raw chunks, so that growing copies nothing and access counts no references. A value all
/// the same: the first change to one of two copies copies the chunks.
struct Ring<Record: BitwiseCopyable & Sendable>: @unchecked Sendable {
    private var chunks: RingChunks<Record>
    /// That of `chunks`, to save a step on the way to a record.
    private var directory: UnsafeMutablePointer<UnsafeMutablePointer<Record>>
    let capacity: Int
    var next = 0
    private(set) var count = 0
    var evicted = 0

    init(capacity: Int) {
        // Links between records are 32 bits wide.
        self.capacity = min(max(1, capacity), Int(Int32.max))
        chunks = RingChunks(capacity: self.capacity)
        directory = chunks.directory
    }

    @inline(__always)
    subscript(index: Int) -> Record {
        get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            return withExtendedLifetime(chunks) { place(index).pointee }
        }
        _modify {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: count))
            makeUnique()
            defer { withExtendedLifetime(chunks) {} }
            yield &place(index).pointee
        }
    }

    /// Adds a record. `evict` gets the index of the record that makes room, before it goes.
    @inline(__always)
    mutating func add(_ record: Record, evict: (Int, Record) -> Void) -> Int {
        makeUnique()
        if count < capacity {
            if count & RingChunks<Record>.mask == 0 { chunks.grow() }
            place(count).initialize(to: record)
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

    /// Asks memory for a record that will be read soon; without effect for any other index.
    @inline(__always)
    func prefetch(_ index: Int) {
        guard UInt(bitPattern: index) < UInt(bitPattern: count) else { return }
        withExtendedLifetime(chunks) {
            let record = UnsafeRawPointer(place(index))
            var line = 0
            while line < MemoryLayout<Record>.stride {
                processor_prefetch(record + line)
                line += 64
            }
        }
    }

    @inline(__always)
    private func place(_ index: Int) -> UnsafeMutablePointer<Record> {
        directory[index >> RingChunks<Record>.shift] + (index & RingChunks<Record>.mask)
    }

    @inline(__always)
    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&chunks) { copyChunks() }
    }

    @inline(never)
    private mutating func copyChunks() {
        chunks = RingChunks(copying: chunks, count: count)
        directory = chunks.directory
    }
}

/// Owns the memory of a ring.
private final class RingChunks<Record: BitwiseCopyable> {
    static var shift: Int { 14 }
    static var mask: Int { (1 << shift) - 1 }

    /// The chunks there can be; the first `chunkCount` are allocated.
    let directory: UnsafeMutablePointer<UnsafeMutablePointer<Record>>
    private let room: Int
    private let lastSize: Int
    private var chunkCount = 0

    init(capacity: Int) {
        room = (capacity + Self.mask) >> Self.shift
        lastSize = capacity - (room - 1) << Self.shift
        directory = .allocate(capacity: room)
    }

    convenience init(copying other: RingChunks, count: Int) {
        self.init(capacity: (other.room - 1) << Self.shift + other.lastSize)
        for chunk in 0..<other.chunkCount {
            grow()
            let filled = min(count - chunk << Self.shift, 1 << Self.shift)
            directory[chunk].initialize(from: other.directory[chunk], count: filled)
        }
    }

    deinit {
        for chunk in 0..<chunkCount { directory[chunk].deallocate() }
        directory.deallocate()
    }

    /// Adds a chunk; there must be room for it in the directory.
    func grow() {
        precondition(chunkCount < room)
        let size = chunkCount == room - 1 ? lastSize : 1 << Self.shift
        directory.advanced(by: chunkCount).initialize(to: .allocate(capacity: size))
        chunkCount += 1
    }
}
