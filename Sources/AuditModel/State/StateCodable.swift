/// A value that state images hold.
public protocol StateCodable {
    /// Stores the value.
    func write(to writer: inout StateWriter)
    /// Reads what ``write(to:)`` stored.
    init(from reader: inout StateReader) throws(StateFault)
}

extension Int: StateRecord, StateCodable {
    @inlinable public static var blank: Int { 0 }

    /// The fields, in the order of their declaration.
    @inlinable
    public mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&self)
    }

    /// Eight bytes.
    public func write(to writer: inout StateWriter) { writer.raw(Int64(self)) }

    public init(from reader: inout StateReader) throws(StateFault) {
        self = Int(truncatingIfNeeded: try reader.raw(Int64.self))
    }
}

extension Int64: StateCodable {
    /// Eight bytes.
    public func write(to writer: inout StateWriter) { writer.raw(self) }

    public init(from reader: inout StateReader) throws(StateFault) {
        self = try reader.raw(Int64.self)
    }
}

extension UInt32: StateCodable {
    /// Four bytes.
    public func write(to writer: inout StateWriter) { writer.raw(self) }

    public init(from reader: inout StateReader) throws(StateFault) {
        self = try reader.raw(UInt32.self)
    }
}

extension UInt8: StateRecord, StateCodable {
    @inlinable public static var blank: UInt8 { 0 }

    /// The fields, in the order of their declaration.
    @inlinable
    public mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&self)
    }

    /// One byte.
    public func write(to writer: inout StateWriter) { writer.raw(self) }

    public init(from reader: inout StateReader) throws(StateFault) {
        self = try reader.raw(UInt8.self)
    }
}

extension Bool: StateCodable {
    /// One byte, 0 or 1.
    public func write(to writer: inout StateWriter) { writer.raw(self ? 1 as UInt8 : 0) }

    public init(from reader: inout StateReader) throws(StateFault) {
        let byte = try reader.raw(UInt8.self)
        try reader.require(byte <= 1, "a truth value is neither 0 nor 1")
        self = byte == 1
    }
}

extension Double: StateCodable {
    /// Its bits, eight bytes.
    public func write(to writer: inout StateWriter) { writer.raw(bitPattern) }

    public init(from reader: inout StateReader) throws(StateFault) {
        self.init(bitPattern: try reader.raw(UInt64.self))
    }
}

extension String: StateCodable {
    /// Length in four bytes, then UTF-8.
    public func write(to writer: inout StateWriter) {
        var text = self
        text.withUTF8 { bytes in
            writer.raw(UInt32(truncatingIfNeeded: bytes.count))
            writer.bytes(UnsafeRawBufferPointer(bytes))
        }
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        let count = Int(try reader.raw(UInt32.self))
        let bytes = UnsafeRawBufferPointer(start: try reader.take(count), count: count)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .damaged("a text is not UTF-8")
        }
        self = text
    }
}

extension Optional: StateCodable where Wrapped: StateCodable {
    /// Whether there is one, then the value.
    public func write(to writer: inout StateWriter) {
        writer.put(self != nil)
        if let self { writer.put(self) }
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        let isThere: Bool = try reader.get()
        self = isThere ? try Wrapped(from: &reader) : nil
    }
}

extension Array: StateCodable where Element: StateCodable {
    /// Their number, then each.
    public func write(to writer: inout StateWriter) {
        writer.put(count)
        for element in self { writer.put(element) }
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        let count = try reader.count(ofBytes: 1)
        self = []
        for _ in 0..<count { append(try Element(from: &reader)) }
    }
}

extension ID128: StateRecord, StateCodable {
    @inlinable public static var blank: ID128 { .none }

    /// The fields, in the order of their declaration.
    @inlinable
    public mutating func visit<Fields: StateFields>(_ fields: inout Fields) {
        fields.field(&high)
        fields.field(&low)
    }

    /// Sixteen bytes.
    public func write(to writer: inout StateWriter) { writer.record(self) }

    public init(from reader: inout StateReader) throws(StateFault) {
        self = try reader.record()
    }
}

extension StringPool: StateCodable {
    /// Their number, then every text by its code. The seed of the hashes stays behind.
    public func write(to writer: inout StateWriter) {
        writer.put(count - 1)
        for code in 1..<UInt32(max(1, count)) {
            withBytes(of: code) { bytes in
                writer.raw(UInt32(truncatingIfNeeded: bytes.count))
                writer.bytes(bytes)
            }
        }
    }

    public init(from reader: inout StateReader) throws(StateFault) {
        self.init()
        let texts = try reader.count(ofBytes: 5)
        for _ in 0..<texts {
            let length = Int(try reader.raw(UInt32.self))
            let bytes = UnsafeRawBufferPointer(start: try reader.take(length), count: length)
            let next = count
            let code = code(of: bytes)
            try reader.require(Int(code) == next, "a pool of texts has one twice")
        }
    }
}
