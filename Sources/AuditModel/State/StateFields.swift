/// A flat record that state images hold field by field: no padding gets into an image, and no bits
/// from an image become a value that the field's type does not have.
///
/// One list of the fields serves writing, reading and measuring, so that they cannot disagree.
public protocol StateRecord: BitwiseCopyable {
    /// What is read into.
    static var blank: Self { get }

    /// Visits every field, always in the same order.
    mutating func visit<Fields: StateFields>(_ fields: inout Fields)
}

/// What a visit of a record's fields does with them.
public protocol StateFields {
    /// A whole number.
    mutating func field<Number: FixedWidthInteger & BitwiseCopyable>(_ number: inout Number)
    /// A floating point number, bit by bit.
    mutating func field(_ number: inout Double)
    /// A truth value.
    mutating func field(_ truth: inout Bool)
    /// An enumeration or option set by its raw value.
    mutating func field<Choice: RawRepresentable>(_ choice: inout Choice)
    where Choice.RawValue: FixedWidthInteger & BitwiseCopyable
    /// A code of the run's pool, whose greatest is told to the reader of the image.
    mutating func code(_ code: inout UInt32)
    /// What must hold of the fields visited so far; without effect except when reading.
    mutating func require(_ condition: Bool)
}

extension StateFields {
    /// A record in a record.
    @inlinable
    public mutating func record<Record: StateRecord>(_ record: inout Record) {
        record.visit(&self)
    }
}

extension StateRecord {
    /// What its fields take in an image.
    @inlinable public static var layout: StateLayout {
        var layout = StateLayout()
        var blank = blank
        blank.visit(&layout)
        return layout
    }
}

/// The size of a record in an image, and a mark that changes when its fields do.
public struct StateLayout: StateFields {
    /// Bytes.
    public private(set) var size = 0
    /// Stands before records in an image.
    public private(set) var mark: UInt32 = 2_166_136_261

    @inlinable public init() {}

    @usableFromInline mutating func note(_ kind: UInt32, _ bytes: Int) {
        size += bytes
        mark = (mark ^ kind ^ UInt32(truncatingIfNeeded: bytes)) &* 16_777_619
    }

    /// See ``StateFields``.
    @inlinable
    public mutating func field<Number: FixedWidthInteger & BitwiseCopyable>(
        _ number: inout Number
    ) {
        note(Number.isSigned ? 0x100 : 0x200, MemoryLayout<Number>.size)
    }

    /// See ``StateFields``.
    @inlinable public mutating func field(_ number: inout Double) { note(0x300, 8) }

    /// See ``StateFields``.
    @inlinable public mutating func field(_ truth: inout Bool) { note(0x400, 1) }

    /// See ``StateFields``.
    @inlinable
    public mutating func field<Choice: RawRepresentable>(_ choice: inout Choice)
    where Choice.RawValue: FixedWidthInteger & BitwiseCopyable {
        note(0x500, MemoryLayout<Choice.RawValue>.size)
    }

    /// See ``StateFields``.
    @inlinable public mutating func code(_ code: inout UInt32) { note(0x600, 4) }

    /// See ``StateFields``.
    @inlinable public mutating func require(_ condition: Bool) {}
}

/// Stores fields one behind the other.
public struct StatePacker: StateFields {
    @usableFromInline var place: UnsafeMutableRawPointer

    @usableFromInline init(_ place: UnsafeMutableRawPointer) { self.place = place }

    /// See ``StateFields``.
    @inlinable
    public mutating func field<Number: FixedWidthInteger & BitwiseCopyable>(
        _ number: inout Number
    ) {
        place.storeBytes(of: number, as: Number.self)
        place += MemoryLayout<Number>.size
    }

    /// See ``StateFields``.
    @inlinable
    public mutating func field(_ number: inout Double) {
        place.storeBytes(of: number.bitPattern, as: UInt64.self)
        place += 8
    }

    /// See ``StateFields``.
    @inlinable
    public mutating func field(_ truth: inout Bool) {
        place.storeBytes(of: truth ? 1 : 0, as: UInt8.self)
        place += 1
    }

    /// See ``StateFields``.
    @inlinable
    public mutating func field<Choice: RawRepresentable>(_ choice: inout Choice)
    where Choice.RawValue: FixedWidthInteger & BitwiseCopyable {
        var raw = choice.rawValue
        field(&raw)
    }

    /// See ``StateFields``.
    @inlinable public mutating func code(_ code: inout UInt32) { field(&code) }

    /// See ``StateFields``.
    @inlinable public mutating func require(_ condition: Bool) {}
}

/// Loads fields one behind the other.
public struct StateUnpacker: StateFields {
    @usableFromInline var place: UnsafeRawPointer
    @usableFromInline var largestCode: UInt32
    /// Whether every field so far had a value of its type.
    @usableFromInline var isValid = true

    @usableFromInline init(_ place: UnsafeRawPointer, largestCode: UInt32) {
        self.place = place
        self.largestCode = largestCode
    }

    /// See ``StateFields``.
    @inlinable
    public mutating func field<Number: FixedWidthInteger & BitwiseCopyable>(
        _ number: inout Number
    ) {
        number = place.loadUnaligned(as: Number.self)
        place += MemoryLayout<Number>.size
    }

    /// See ``StateFields``.
    @inlinable
    public mutating func field(_ number: inout Double) {
        number = Double(bitPattern: place.loadUnaligned(as: UInt64.self))
        place += 8
    }

    /// See ``StateFields``.
    @inlinable
    public mutating func field(_ truth: inout Bool) {
        let byte = place.loadUnaligned(as: UInt8.self)
        place += 1
        truth = byte == 1
        isValid = isValid && byte <= 1
    }

    /// See ``StateFields``.
    @inlinable
    public mutating func field<Choice: RawRepresentable>(_ choice: inout Choice)
    where Choice.RawValue: FixedWidthInteger & BitwiseCopyable {
        let raw = place.loadUnaligned(as: Choice.RawValue.self)
        place += MemoryLayout<Choice.RawValue>.size
        if let known = Choice(rawValue: raw) { choice = known } else { isValid = false }
    }

    /// See ``StateFields``.
    @inlinable
    public mutating func code(_ code: inout UInt32) {
        field(&code)
        largestCode = max(largestCode, code)
    }

    /// See ``StateFields``.
    @inlinable
    public mutating func require(_ condition: Bool) { isValid = isValid && condition }
}
