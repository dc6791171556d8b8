internal import AuditModel
internal import WireFormat

/// The frame that a Java log manager puts around a message:
/// `2026-03-02 10:15:30,123 WARN  [org.example.category] (thread) message`.
struct LogLine {
    /// Date and time as written.
    var time: UnsafeRawBufferPointer
    var category: UnsafeRawBufferPointer
    var message: UnsafeRawBufferPointer

    /// Takes a line apart; nil when it has another shape, such as a line of a stack trace.
    init?(_ line: UnsafeRawBufferPointer) {
        var cursor = ByteCursor(line)
        guard cursor.skip(toBlankWithin: 40), line.count > 10 else { return nil }
        if line[cursor.at - 1] != 0x5A, !Self.isDateTime(line, cursor.at) {
            cursor.skipBlanks()
            guard cursor.skip(toBlankWithin: 24) else { return nil }
        }
        let timeEnd = cursor.at
        cursor.skipBlanks()
        guard cursor.skip(toBlankWithin: 12) else { return nil }
        cursor.skipBlanks()
        guard cursor.take(0x5B) else { return nil }
        let categoryStart = cursor.at
        guard cursor.skip(to: 0x5D, within: 256) else { return nil }
        category = UnsafeRawBufferPointer(rebasing: line[categoryStart..<cursor.at])
        cursor.at += 1
        cursor.skipBlanks()
        if cursor.take(0x28) {
            guard cursor.skip(to: 0x29, within: 256) else { return nil }
            cursor.at += 1
            cursor.skipBlanks()
        }
        time = UnsafeRawBufferPointer(rebasing: line[0..<timeEnd])
        message = UnsafeRawBufferPointer(rebasing: line[cursor.at...])
    }

    private static func isDateTime(_ line: UnsafeRawBufferPointer, _ end: Int) -> Bool {
        end >= 19 && line[10] | 0x20 == 0x74
    }
}

/// A bounded walk over bytes.
struct ByteCursor {
    let bytes: UnsafeRawBufferPointer
    var at = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Passes one given byte; false if another one is there.
    mutating func take(_ byte: UInt8) -> Bool {
        guard at < bytes.count, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    mutating func skipBlanks() {
        while at < bytes.count, bytes[at] == 0x20 { at += 1 }
    }

    /// Goes to the next blank; false if none comes soon or none was passed over.
    mutating func skip(toBlankWithin limit: Int) -> Bool {
        let start = at
        return skip(to: 0x20, within: limit) && at > start
    }

    /// Goes to the next such byte; false if none comes within `limit` bytes.
    mutating func skip(to byte: UInt8, within limit: Int) -> Bool {
        let end = min(bytes.count, at + limit)
        while at < end, bytes[at] != byte { at += 1 }
        return at < end
    }
}

/// Finds one short text in another.
enum ByteSearch {
    /// The offset of the first quote from `start` on; the length of the text if there is none.
    ///
    /// - Parameter text: 8 more bytes must be readable behind it.
    @inline(__always)
    static func quote(_ text: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let base = text.baseAddress else { return text.count }
        let ones: UInt64 = 0x0101_0101_0101_0101
        var at = start
        while at < text.count {
            let word = base.loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ (ones &* 0x22)
            let hits = (word &- ones) & ~word & (ones &* 0x80)
            if hits != 0 { return min(at &+ hits.trailingZeroBitCount &>> 3, text.count) }
            at &+= 8
        }
        return text.count
    }

    static func contains(_ text: UnsafeRawBufferPointer, _ needle: StaticString) -> Bool {
        let count = needle.utf8CodeUnitCount
        guard count > 0, text.count >= count else { return false }
        let sought = UnsafeRawBufferPointer(start: needle.utf8Start, count: count)
        for start in 0...(text.count - count) where text[start] == sought[0] {
            let part = UnsafeRawBufferPointer(rebasing: text[start..<(start + count)])
            if part.elementsEqual(sought) { return true }
        }
        return false
    }

    /// Whether a text has some words in it, the case of ASCII letters aside.
    ///
    /// - Parameter needle: in lower case.
    static func containsFolded(
        _ text: UnsafeRawBufferPointer, _ needle: StaticString
    ) -> Bool {
        let count = needle.utf8CodeUnitCount
        guard count > 0, text.count >= count else { return false }
        for start in 0...(text.count - count) {
            var at = 0
            while at < count, folded(text[start + at]) == needle.utf8Start[at] { at += 1 }
            if at == count { return true }
        }
        return false
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    @inline(__always)
    static func hasPrefix(_ text: UnsafeRawBufferPointer, _ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        return text.count >= count
            && RawBytes.equal(
                UnsafeRawBufferPointer(rebasing: text[..<count]),
                UnsafeRawBufferPointer(start: prefix.utf8Start, count: count))
    }

    @inline(__always)
    static func equals(_ text: UnsafeRawBufferPointer, _ other: StaticString) -> Bool {
        RawBytes.equal(
            text,
            UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }
}
