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
    private var trial = RingTrial<Record>()

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
            makeUnique(writing: index)
            defer { withExtendedLifetime(chunks) {} }
            yield &place(index).pointee
        }
    }

    /// Adds a record. `evict` gets the index of the record that makes room, before it goes.
    @inline(__always)
    mutating func add(_ record: Record, evict: (Int, Record) -> Void) -> Int {
        makeUnique(writing: count)
        if count < capacity {
            if count & RingChunks<Record>.mask == 0 { chunks.grow(for: count) }
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
    private mutating func makeUnique(writing index: Int) {
        if !isKnownUniquelyReferenced(&chunks) { writeShared(index) }
    }

    /// A trial holds the chunks as well, so that keeping what it overwrites costs other writes
    /// nothing.
    @inline(never)
    private mutating func writeShared(_ index: Int) {
        if trial.chunks != nil {
            if index < trial.count { trial.keep(place(index).pointee, of: index) }
            return
        }
        chunks = RingChunks(copying: chunks, count: count)
        directory = chunks.directory
    }
}

// MARK: - Trials

extension Ring {
    /// From here to ``rollBack()`` every change can be undone. The ring must not be copied then.
    mutating func beginTrial() {
        makeUnique(writing: count)
        trial.chunks = chunks
        trial.count = count
        trial.next = next
        trial.evicted = evicted
    }

    /// Undoes every change since ``beginTrial()``.
    mutating func rollBack() {
        for (index, record) in trial.records.reversed() { place(index).pointee = record }
        trial.records.removeAll(keepingCapacity: true)
        trial.chunks = nil
        count = trial.count
        next = trial.next
        evicted = trial.evicted
    }
}

/// What a trial has overwritten in a ring.
private struct RingTrial<Record: BitwiseCopyable> {
    /// A second reference to the ring's chunks; nil while there is no trial.
    var chunks: RingChunks<Record>?
    var count = 0
    var next = 0
    var evicted = 0
    /// Oldest first.
    var records: ContiguousArray<(index: Int, record: Record)> = []

    mutating func keep(_ record: Record, of index: Int) {
        // Members are changed one after another; only the first time counts.
        if let last = records.last, last.index == index { return }
        records.append((index, record))
    }
}

/// Owns the memory of a ring.
private final class RingChunks<Record: BitwiseCopyable> {
    static var shift: Int { 16 }
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
            grow(for: chunk << Self.shift)
            let filled = max(0, min(count - chunk << Self.shift, 1 << Self.shift))
            directory[chunk].initialize(from: other.directory[chunk], count: filled)
        }
    }

    deinit {
        for chunk in 0..<chunkCount { directory[chunk].deallocate() }
        directory.deallocate()
    }

    /// Adds the chunk of an index, unless a trial left it; there must be room in the directory.
    func grow(for index: Int) {
        if index >> Self.shift < chunkCount { return }
        precondition(chunkCount < room)
        let size = chunkCount == room - 1 ? lastSize : 1 << Self.shift
        directory.advanced(by: chunkCount).initialize(to: Self.allocate(size))
        chunkCount += 1
    }

    private static func allocate(_ size: Int) -> UnsafeMutablePointer<Record> {
        let bytes = size * MemoryLayout<Record>.stride
        // Records are met in no order: large pages spare most translations.
        let large = 2 << 20
        let alignment = bytes > large ? large : MemoryLayout<Record>.alignment
        let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: alignment)
        processor_use_large_pages(memory, bytes)
        return memory.bindMemory(to: Record.self, capacity: size)
    }
}
