internal import AuditModel

/// Finds one short text in another.
enum ByteSearch {
    /// The offset of the first such byte from `start` on; the length of the text if there is none.
    ///
    /// - Parameter text: 8 more bytes must be readable behind it.
    @inline(__always)
    static func byte(_ byte: UInt8, in text: UnsafeRawBufferPointer, from start: Int) -> Int {
        guard let base = text.baseAddress else { return text.count }
        let ones: UInt64 = 0x0101_0101_0101_0101
        let sought = ones &* UInt64(byte)
        var at = start
        while at < text.count {
            let word = base.loadUnaligned(fromByteOffset: at, as: UInt64.self) ^ sought
            let hits = (word &- ones) & ~word & (ones &* 0x80)
            if hits != 0 { return min(at &+ hits.trailingZeroBitCount &>> 3, text.count) }
            at &+= 8
        }
        return text.count
    }

    static func contains(_ text: UnsafeRawBufferPointer, _ needle: StaticString) -> Bool {
        first(needle, in: text) != nil
    }

    /// Where a text first occurs, from `start` on; nil if it does not.
    static func first(
        _ needle: StaticString, in text: UnsafeRawBufferPointer, from start: Int = 0
    ) -> Int? {
        let count = needle.utf8CodeUnitCount
        guard count > 0, start >= 0, text.count - start >= count else { return nil }
        let sought = UnsafeRawBufferPointer(start: needle.utf8Start, count: count)
        for place in start...(text.count - count) where text[place] == sought[0] {
            let part = UnsafeRawBufferPointer(rebasing: text[place..<(place + count)])
            if RawBytes.equal(part, sought) { return place }
        }
        return nil
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

    /// Whether a text begins with some words, the case of ASCII letters aside.
    ///
    /// - Parameter words: in lower case.
    static func startsFolded(_ text: UnsafeRawBufferPointer, _ words: StaticString) -> Bool {
        let count = words.utf8CodeUnitCount
        return text.count >= count
            && (0..<count).allSatisfy { folded(text[$0]) == words.utf8Start[$0] }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    static func equals(_ text: UnsafeRawBufferPointer, _ other: StaticString) -> Bool {
        text.count == other.utf8CodeUnitCount
            && text.elementsEqual(
                UnsafeRawBufferPointer(start: other.utf8Start, count: text.count))
    }

    /// Whether a text begins with another.
    static func starts(_ text: UnsafeRawBufferPointer, _ prefix: StaticString) -> Bool {
        let count = prefix.utf8CodeUnitCount
        return text.count >= count
            && equals(UnsafeRawBufferPointer(rebasing: text[0..<count]), prefix)
    }
}
