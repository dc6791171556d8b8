internal import AuditModel
internal import WireFormat

/// A fixed set of names, found by their bytes: one hash, one or two probes, one comparison.
///
/// Made once for the life of the process as a static value; its memory is never given back.
struct NameTable: @unchecked Sendable {
    private struct Slot {
        var hash: UInt32 = 0
        var index: UInt16 = .max
        var count: UInt16 = 0
        var start: UInt32 = 0
    }

    private let slots: UnsafeMutablePointer<Slot>
    private let mask: Int
    private let arena: UnsafeMutableRawPointer
    private let starts: UnsafeMutablePointer<Int>
    let count: Int

    /// - Parameter names: distinct, in the order of their indices.
    init(_ names: [String]) {
        count = names.count
        var size = 16
        while size < names.count * 4 { size *= 2 }
        mask = size - 1
        slots = .allocate(capacity: size)
        slots.initialize(repeating: Slot(), count: size)
        let bytes = names.flatMap { Array($0.utf8) }
        arena = .allocate(byteCount: bytes.count + 16, alignment: 8)
        arena.initializeMemory(as: UInt8.self, repeating: 0, count: bytes.count + 16)
        for (index, byte) in bytes.enumerated() {
            arena.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        }
        starts = .allocate(capacity: names.count + 1)
        starts.initialize(repeating: 0, count: names.count + 1)
        for (index, name) in names.enumerated() {
            starts[index + 1] = starts[index] + name.utf8.count
            insert(index)
        }
    }

    private func insert(_ index: Int) {
        let name = self.name(index)
        let hash = KeyHash.of(name)
        var slot = Int(hash) & mask
        while slots[slot].index != .max { slot = (slot + 1) & mask }
        slots[slot] = Slot(
            hash: hash, index: UInt16(index), count: UInt16(name.count),
            start: UInt32(starts[index]))
    }

    /// The bytes of a name; 8 more bytes are readable behind them.
    func name(_ index: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(
            start: arena + starts[index], count: starts[index + 1] - starts[index])
    }

    /// The index of a name; nil for an unknown one.
    ///
    /// - Parameter hash: ``KeyHash`` of the bytes.
    @inline(__always)
    func index(of bytes: UnsafeRawBufferPointer, hash: UInt32) -> Int? {
        var slot = Int(hash) & mask
        while slots[slot].index != .max {
            let found = slots[slot]
            if found.hash == hash, Int(found.count) == bytes.count,
                RawBytes.equal(
                    UnsafeRawBufferPointer(start: arena + Int(found.start), count: bytes.count),
                    bytes)
            {
                return Int(found.index)
            }
            slot = (slot &+ 1) & mask
        }
        return nil
    }
}
