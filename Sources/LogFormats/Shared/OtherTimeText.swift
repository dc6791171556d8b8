internal import WireFormat

/// Times as web servers and their kin write them, which ``TimeText`` does not read.
enum OtherTimeText {
    /// Reads one of
    /// - `02/Mar/2026:10:15:30 +0000`, the Common Log Format's,
    /// - `2026/03/02 10:15:30`, Go's, with an optional fraction,
    /// - a date and time of RFC 3339 with ` GMT`, ` UTC` or an offset without colon behind it,
    /// - `1772446530.123`, seconds since 1970 with a fraction.
    ///
    /// - Returns: nil for anything else and for times that do not exist.
    static func parse(_ text: UnsafeRawBufferPointer) -> TimeText.Parsed? {
        guard text.count >= 12, text.count <= 40 else { return nil }
        if text[2] == 0x2F { return commonLog(text) }
        if text[4] == 0x2F { return slashed(text) }
        return text[4] == 0x2D ? zoned(text) : seconds(text)
    }

    private static func commonLog(_ text: UnsafeRawBufferPointer) -> TimeText.Parsed? {
        guard text.count == 26, text[6] == 0x2F, text[11] == 0x3A, text[14] == 0x3A,
            text[17] == 0x3A, text[20] == 0x20, let month = month(text, 3),
            let day = number(text, 0, 2), let year = number(text, 7, 4),
            let hour = number(text, 12, 2), let minute = number(text, 15, 2),
            let second = number(text, 18, 2), let offset = offset(text, 21),
            let local = TimeText.time(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second,
                nanosecond: 0)
        else { return nil }
        return shifted(TimeText.Parsed(time: local, precision: 0, isLocal: true), offset)
    }

    /// The same as the text with hyphens in its date.
    private static func slashed(_ text: UnsafeRawBufferPointer) -> TimeText.Parsed? {
        guard text[7] == 0x2F else { return nil }
        return withUnsafeTemporaryAllocation(byteCount: text.count, alignment: 1) { copy in
            copy.copyMemory(from: text)
            copy[4] = 0x2D
            copy[7] = 0x2D
            return TimeText.parse(UnsafeRawBufferPointer(copy))
        }
    }

    private static func zoned(_ text: UnsafeRawBufferPointer) -> TimeText.Parsed? {
        var end = text.count
        var shift: Int64 = 0
        let tail = UnsafeRawBufferPointer(rebasing: text[(end - 3)...])
        if ByteSearch.equals(tail, "GMT") || ByteSearch.equals(tail, "UTC") {
            end -= 3
        } else if let offset = offset(text, end - 5) {
            shift = offset
            end -= 5
        } else {
            return nil
        }
        while end > 0, text[end - 1] == 0x20 { end -= 1 }
        guard let local = TimeText.parse(UnsafeRawBufferPointer(rebasing: text[..<end])),
            local.isLocal
        else { return nil }
        return shifted(local, shift)
    }

    private static func seconds(_ text: UnsafeRawBufferPointer) -> TimeText.Parsed? {
        guard let dot = text.firstIndex(of: 0x2E), dot >= 1, dot <= 10,
            let whole = number(text, 0, dot)
        else { return nil }
        let digits = text.count - dot - 1
        guard digits >= 1, digits <= 9, var fraction = number(text, dot + 1, digits) else {
            return nil
        }
        for _ in digits..<9 { fraction *= 10 }
        let (scaled, overflow) = whole.multipliedReportingOverflow(
            by: TimeText.nanosecondsPerSecond)
        let (time, carry) = scaled.addingReportingOverflow(fraction)
        if overflow || carry { return nil }
        return TimeText.Parsed(
            time: time, precision: digits <= 3 ? 3 : digits <= 6 ? 6 : 9, isLocal: false)
    }

    /// - Parameter offset: seconds east of UTC.
    private static func shifted(
        _ local: TimeText.Parsed, _ offset: Int64
    ) -> TimeText.Parsed? {
        let (time, overflow) = local.time.subtractingReportingOverflow(
            offset * TimeText.nanosecondsPerSecond)
        if overflow { return nil }
        return TimeText.Parsed(time: time, precision: local.precision, isLocal: false)
    }

    /// Seconds east of UTC of `+hhmm` or `-hhmm` at the end of a text.
    private static func offset(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int64? {
        guard start > 0, start + 5 == text.count, text[start] == 0x2B || text[start] == 0x2D,
            let hours = number(text, start + 1, 2), let minutes = number(text, start + 3, 2),
            hours < 24, minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (text[start] == 0x2D ? -1 : 1)
    }

    private static func month(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int64? {
        let names: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
        for month in 0..<12 {
            let isSame = (0..<3).allSatisfy { text[start + $0] == names.utf8Start[month * 3 + $0] }
            if isSame { return Int64(month + 1) }
        }
        return nil
    }

    private static func number(
        _ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int
    ) -> Int64? {
        var number: Int64 = 0
        for index in start..<(start + count) {
            let digit = text[index] &- 0x30
            if digit > 9 { return nil }
            number = number * 10 + Int64(digit)
        }
        return number
    }
}
