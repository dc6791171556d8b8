internal import COpenSSL

/// Reads a state image. Never trusts it: whatever the bytes are, it throws or gives values that
/// their types can have.
///
/// The image is lent and must stay as it is, and where it is, until the reader is done with.
public struct StateReader {
    /// Without the digest.
    private let image: UnsafeRawBufferPointer
    private var offset: Int
    /// The greatest code of the run's pool among all codes read so far: a pool with fewer texts is
    /// not the one that the image belongs to.
    public private(set) var largestCode: UInt32 = 0

    /// Checks what kind of image it is, and its digest.
    ///
    /// - Parameter key: what the image must belong to; with another one it is foreign.
    public init(_ image: UnsafeRawBufferPointer, key: ID128) throws(StateFault) {
        guard image.count >= StateImage.headerSize + StateImage.digestSize else {
            throw .damaged("it is too short")
        }
        self.image = UnsafeRawBufferPointer(rebasing: image.dropLast(StateImage.digestSize))
        offset = 0
        guard try raw(UInt32.self) == StateImage.magic else {
            throw .foreign("it is no state image")
        }
        guard try raw(UInt32.self) == StateImage.version else {
            throw .foreign("it has another format version")
        }
        guard try record(ID128.self) == key else {
            throw .foreign("it was made with other rules, limits or another program")
        }
        guard IdentityHash.sha256(self.image) == Array(image.suffix(StateImage.digestSize)) else {
            throw .damaged("its digest does not match")
        }
    }

    /// Bytes that were not read yet.
    var left: Int { image.count - offset }

    /// Throws unless everything was read.
    public func finish() throws(StateFault) {
        guard left == 0 else { throw .damaged("there are \(left) bytes behind its end") }
    }

    /// Begins a part.
    ///
    /// - Returns: what ``end(_:)`` needs.
    public mutating func begin(_ name: StaticString, version: UInt8) throws(StateFault) -> Int {
        let written = try raw(UInt8.self)
        let found: String = try get()
        guard found == name.description else {
            throw .damaged("there is \(found) in place of \(name)")
        }
        guard written == version else { throw .foreign("\(name) has version \(written)") }
        return offset
    }

    /// Ends a part.
    public mutating func end(_ start: Int) throws(StateFault) {
        let length = offset - start
        guard try get() == length else { throw .damaged("a part is longer than what it holds") }
    }

    /// The next value.
    public mutating func get<Value: StateCodable>() throws(StateFault) -> Value {
        try Value(from: &self)
    }

    /// A number of things that take so many bytes each, or more; there are bytes enough for them.
    public mutating func count(ofBytes size: Int) throws(StateFault) -> Int {
        let count: Int = try get()
        guard count >= 0, count <= left / max(1, size) else {
            throw .damaged("it says \(count) where less has room")
        }
        return count
    }

    mutating func raw<Bits: FixedWidthInteger & BitwiseCopyable>(
        _ type: Bits.Type
    ) throws(StateFault) -> Bits {
        try take(MemoryLayout<Bits>.size).loadUnaligned(as: Bits.self)
    }

    /// Lends the next bytes; valid as long as the image.
    @usableFromInline
    mutating func take(_ count: Int) throws(StateFault) -> UnsafeRawPointer {
        guard let base = image.baseAddress, count >= 0, count <= left else {
            throw .damaged("it ends too soon")
        }
        offset += count
        return base + (offset - count)
    }

    @usableFromInline
    mutating func note(_ unpacker: StateUnpacker) throws(StateFault) {
        guard unpacker.isValid else { throw .damaged("a field has no possible value") }
        largestCode = max(largestCode, unpacker.largestCode)
    }

    /// Throws for something that no image says which was written.
    public func require(_ condition: Bool, _ what: StaticString) throws(StateFault) {
        guard condition else { throw .damaged("\(what)") }
    }
}

extension StateReader {
    /// The next record.
    @inlinable
    public mutating func record<Record: StateRecord>(
        _ type: Record.Type = Record.self
    ) throws(StateFault) -> Record {
        var record = Record.blank
        var unpacker = StateUnpacker(try take(Record.layout.size), largestCode: 0)
        record.visit(&unpacker)
        try note(unpacker)
        return record
    }

    /// The next records, one by one.
    ///
    /// - Parameters:
    ///   - most: as many as there may be.
    ///   - body: takes each; false for one that cannot be.
    /// - Returns: how many there were.
    @discardableResult
    @inlinable
    public mutating func records<Record: StateRecord>(
        _ type: Record.Type, most: Int, _ body: (Record) -> Bool
    ) throws(StateFault) -> Int {
        let layout = Record.layout
        let count = try head(layout.mark, layout.size, most)
        var unpacker = StateUnpacker(try take(count * layout.size), largestCode: 0)
        var record = Record.blank
        var isValid = true
        for _ in 0..<count {
            record.visit(&unpacker)
            isValid = isValid && unpacker.isValid && body(record)
            if !isValid { break }
        }
        unpacker.require(isValid)
        try note(unpacker)
        return count
    }

    /// The next array of records.
    @inlinable
    public mutating func array<Record: StateRecord>(
        _ type: Record.Type = Record.self, most: Int = .max
    ) throws(StateFault) -> ContiguousArray<Record> {
        var array: ContiguousArray<Record> = []
        try records(type, most: most) {
            array.append($0)
            return true
        }
        return array
    }

    /// The next array of numbers.
    public mutating func numbers<Number: Numeric & BitwiseCopyable>(
        _ type: Number.Type = Number.self, most: Int = .max
    ) throws(StateFault) -> ContiguousArray<Number> {
        let stride = MemoryLayout<Number>.stride
        let count = try head(UInt32(stride), stride, most)
        let bytes = UnsafeRawBufferPointer(start: try take(count * stride), count: count * stride)
        return ContiguousArray(unsafeUninitializedCapacity: count) { buffer, filled in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
            filled = count
        }
    }

    @usableFromInline
    mutating func head(_ mark: UInt32, _ size: Int, _ most: Int) throws(StateFault) -> Int {
        let count: Int = try get()
        guard try raw(UInt32.self) == mark else {
            throw .foreign("its records have other fields")
        }
        guard count >= 0, count <= left / max(1, size) else {
            throw .damaged("it says \(count) where less has room")
        }
        guard count <= most else { throw .damaged("it says \(count) where \(most) are possible") }
        return count
    }
}
