/// The frame that a Java log manager puts around a message:
/// `2026-03-02 10:15:30,123 WARN  [org.example.category] (thread) message`.
///
/// Servers may add their context between time and level: `{kc.realmName=acme}`, or
/// `traceId=…, parentId=…, spanId=…, sampled=…`. An older console has no date.
struct LogLine {
    /// Date and time as written, or the time of day alone.
    var time: UnsafeRawBufferPointer
    var category: UnsafeRawBufferPointer
    var message: UnsafeRawBufferPointer

    /// Takes a line apart; nil when it has another shape, such as a line of a stack trace.
    init?(_ line: UnsafeRawBufferPointer) {
        var cursor = ByteCursor(line)
        guard cursor.skipTime() else { return nil }
        let timeEnd = cursor.at
        cursor.skipBlanks()
        guard cursor.skipContext(), cursor.skipLevel() else { return nil }
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

    /// Whether the time has a date before it.
    var hasDate: Bool { time.count > 4 && time[4] == 0x2D }
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

    /// Passes a given text; false, having moved nowhere, if another one is there.
    mutating func take(_ text: StaticString) -> Bool {
        let end = at + text.utf8CodeUnitCount
        guard end <= bytes.count,
            ByteSearch.equals(UnsafeRawBufferPointer(rebasing: bytes[at..<end]), text)
        else { return false }
        at = end
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

    /// Whether `dd` and a separator stand at a place, as in a clock's time.
    private func isClock(_ place: Int) -> Bool {
        place + 8 <= bytes.count && bytes[place] &- 0x30 < 10 && bytes[place + 2] == 0x3A
            && bytes[place + 5] == 0x3A
    }

    /// Passes a date and time, joined by `T` or a blank, or a time of day, and what is joined to
    /// it; the blank behind it must be there.
    mutating func skipTime() -> Bool {
        let start = at
        if isClock(start) { return skip(toBlankWithin: 24) }
        guard start + 19 < bytes.count, bytes[start] &- 0x30 < 10, bytes[start + 4] == 0x2D,
            bytes[start + 7] == 0x2D, isClock(start + 11)
        else { return false }
        at = start + 11
        guard bytes[start + 10] == 0x20 || bytes[start + 10] | 0x20 == 0x74 else { return false }
        return skip(toBlankWithin: 29)
    }

    /// Passes what a server adds before the level: a block in braces, and pairs.
    fileprivate mutating func skipContext() -> Bool {
        var parts = 0
        while at < bytes.count, parts < 8 {
            if bytes[at] == 0x7B {
                guard skip(to: 0x7D, within: 1024) else { return false }
                at += 1
            } else {
                let start = at
                guard skip(toBlankWithin: 128) else { return false }
                guard bytes[start..<at].contains(0x3D) else {
                    at = start
                    return true
                }
            }
            skipBlanks()
            parts += 1
        }
        return true
    }

    /// Passes the name of a level, in capitals.
    fileprivate mutating func skipLevel() -> Bool {
        let start = at
        while at < bytes.count, bytes[at] &- 0x41 < 26 { at += 1 }
        return at > start && at - start <= 8 && at < bytes.count && bytes[at] == 0x20
    }
}
