/// A value of the MaxMind DB format 2.0, data section; only the types that the simulator writes.
indirect enum DatabaseValue: Hashable, Sendable {
    case text(String)
    case uint16(UInt16)
    case uint32(UInt32)
    case uint64(UInt64)
    /// A number in hundredths, written as a double.
    case hundredths(Int32)
    case list([DatabaseValue])
    /// Members in the order they are written.
    case map([Member])

    struct Member: Hashable, Sendable {
        var key: String
        var value: DatabaseValue

        init(_ key: String, _ value: DatabaseValue) {
            self.key = key
            self.value = value
        }
    }
}

/// Encodes values one after another; what was written before is pointed to.
struct DatabaseEncoder: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where texts and maps stand. Nil where pointers are not wanted (metadata).
    private var known: [DatabaseValue: Int]?

    init(usesPointers: Bool) { known = usesPointers ? [:] : nil }

    /// Writes a value and returns its offset, or finds it where it stands already.
    mutating func place(_ value: DatabaseValue) -> Int {
        if let offset = known?[value] { return offset }
        let offset = bytes.count
        write(value)
        return offset
    }

    mutating func write(_ value: DatabaseValue) {
        if let offset = known?[value] { return writePointer(offset) }
        let offset = bytes.count
        switch value {
        case .text(let text):
            control(type: 2, size: text.utf8.count)
            bytes += Array(text.utf8)
            // A pointer is no shorter than the shortest texts.
            if text.utf8.count < 3 { return }
        case .uint16(let number): return writeInteger(UInt64(number), type: 5)
        case .uint32(let number): return writeInteger(UInt64(number), type: 6)
        case .uint64(let number): return writeInteger(number, type: 9)
        case .hundredths(let number):
            control(type: 3, size: 8)
            return append((Double(number) / 100).bitPattern, count: 8)
        case .list(let values):
            control(type: 11, size: values.count)
            for value in values { write(value) }
            return
        case .map(let members):
            control(type: 7, size: members.count)
            for member in members {
                write(.text(member.key))
                write(member.value)
            }
        }
        known?[value] = offset
    }

    /// Unsigned integers are written without leading zero bytes.
    private mutating func writeInteger(_ number: UInt64, type: UInt8) {
        let count = (64 - number.leadingZeroBitCount + 7) / 8
        control(type: type, size: count)
        append(number, count: count)
    }

    /// A control byte, with the type's own byte for types above 7 and a longer size from 29 on.
    private mutating func control(type: UInt8, size: Int) {
        let short = UInt8(min(size, size < 29 ? 28 : size < 285 ? 29 : 30))
        bytes.append((type > 7 ? 0 : type << 5) | short)
        if type > 7 { bytes.append(type - 7) }
        if short == 29 { append(UInt64(size - 29), count: 1) }
        if short == 30 { append(UInt64(size - 285), count: 2) }
    }

    private mutating func writePointer(_ offset: Int) {
        let (base, count) = offset < 2048 ? (0, 1) : offset < 526_336 ? (2048, 2) : (526_336, 3)
        let value = UInt64(offset - base)
        let top = UInt8(truncatingIfNeeded: value >> UInt64(8 * count)) & 7
        bytes.append(1 << 5 | UInt8(count - 1) << 3 | top)
        append(value, count: count)
    }

    private mutating func append(_ number: UInt64, count: Int) {
        for place in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * (count - 1 - place))))
        }
    }
}
