extension TimeText {
    /// A time read from text.
    public struct Parsed: Sendable, Equatable {
        /// Nanoseconds since 1970-01-01T00:00:00, in UTC unless ``isLocal``.
        public var time: Int64
        /// Fraction digits written, rounded up to 0, 3, 6 or 9.
        public var precision: UInt8
        /// The text names no zone: ``time`` is a local time, see ``ZoneTable/utc(fromLocal:)``.
        public var isLocal: Bool

        public init(time: Int64, precision: UInt8, isLocal: Bool) {
            self.time = time
            self.precision = precision
            self.isLocal = isLocal
        }
    }

    /// Reads a date and time: `yyyy-MM-dd`, one of `T`, `t` or a blank, `HH:mm:ss`, an optional
    /// fraction after `.` or `,` of 1 to 9 digits, and `Z`, `z`, `±HH:mm`, `±HHmm` or nothing
    /// (RFC 3339 §5.6, ISO 8601 and the usual log prefix). Nil for anything else, impossible
    /// dates, and times that nanoseconds in 64 bits cannot hold.
    public static func parse(_ text: UnsafeRawBufferPointer) -> Parsed? {
        guard text.count >= 19, text.count <= 35, let base = text.baseAddress else { return nil }
        guard text[4] == 0x2D, text[7] == 0x2D, text[13] == 0x3A, text[16] == 0x3A,
            text[10] | 0x20 == 0x74 || text[10] == 0x20
        else { return nil }
        guard let year = number(base, 0, 4), let month = number(base, 5, 2),
            let day = number(base, 8, 2), let hour = number(base, 11, 2),
            let minute = number(base, 14, 2), let second = number(base, 17, 2)
        else { return nil }
        guard let fraction = fraction(text, from: 19),
            let zone = zone(text, from: fraction.after)
        else { return nil }
        guard
            let local = time(
                year: year, month: month, day: day, hour: hour, minute: minute, second: second,
                nanosecond: fraction.nanoseconds)
        else { return nil }
        let (utc, overflow) = local.subtractingReportingOverflow(
            (zone.offset ?? 0) * nanosecondsPerSecond)
        if overflow { return nil }
        return Parsed(time: utc, precision: fraction.precision, isLocal: zone.offset == nil)
    }

    private static func number(_ base: UnsafeRawPointer, _ start: Int, _ count: Int) -> Int64? {
        var number: Int64 = 0
        for index in start..<(start + count) {
            let digit = base.load(fromByteOffset: index, as: UInt8.self) &- 0x30
            if digit > 9 { return nil }
            number = number * 10 + Int64(digit)
        }
        return number
    }

    private static func fraction(
        _ text: UnsafeRawBufferPointer, from start: Int
    ) -> (nanoseconds: Int64, precision: UInt8, after: Int)? {
        guard start < text.count, text[start] == 0x2E || text[start] == 0x2C else {
            return (0, 0, start)
        }
        var nanoseconds: Int64 = 0
        var digits = 0
        var index = start + 1
        while index < text.count, text[index] &- 0x30 < 10 {
            nanoseconds = nanoseconds * 10 + Int64(text[index] - 0x30)
            digits += 1
            if digits > 9 { return nil }
            index += 1
        }
        if digits == 0 { return nil }
        for _ in digits..<9 { nanoseconds *= 10 }
        return (nanoseconds, digits <= 3 ? 3 : digits <= 6 ? 6 : 9, index)
    }

    /// Seconds east of UTC; nil inside the result when no zone is written.
    private static func zone(
        _ text: UnsafeRawBufferPointer, from start: Int
    ) -> (offset: Int64?, Void)? {
        if start == text.count { return (nil, ()) }
        if text[start] | 0x20 == 0x7A { return start + 1 == text.count ? (0, ()) : nil }
        let sign: Int64
        switch text[start] {
        case 0x2B: sign = 1
        case 0x2D: sign = -1
        default: return nil
        }
        let separator = text.count == start + 6 && text[start + 3] == 0x3A ? 1 : 0
        guard text.count == start + 5 + separator, let base = text.baseAddress,
            let hours = number(base, start + 1, 2),
            let minutes = number(base, start + 3 + separator, 2),
            hours < 24, minutes < 60
        else { return nil }
        return (sign * (hours * 3600 + minutes * 60), ())
    }
}
