internal import WireFormat

/// Times that Entra writes in another way than RFC 3339: `8/22/2022 6:07:16 PM` in envelopes, and
/// hours of one digit. They are UTC where they name no zone.
enum EntraTime {
    /// Nil for anything else.
    static func read(_ text: UnsafeRawBufferPointer) -> RecordTime? {
        guard text.count <= 40 else { return nil }
        var cursor = ByteCursor(text)
        guard let date = date(&cursor), cursor.take(0x20) || cursor.take(0x54),
            var hour = number(&cursor, 2), cursor.take(0x3A),
            let minute = number(&cursor, 2), cursor.take(0x3A),
            let second = number(&cursor, 2)
        else { return nil }
        var nanosecond: Int64 = 0
        var digits = 0
        if cursor.take(0x2E) {
            let start = cursor.at
            guard let fraction = number(&cursor, 9) else { return nil }
            digits = cursor.at - start
            nanosecond = fraction
            for _ in digits..<9 { nanosecond *= 10 }
        }
        if let isAfternoon = half(&cursor) {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        guard let offset = zone(&cursor), cursor.at == text.count,
            let time = TimeText.time(
                year: date.year, month: date.month, day: date.day, hour: hour, minute: minute,
                second: second, nanosecond: nanosecond)
        else { return nil }
        let (utc, overflow) = time.subtractingReportingOverflow(offset * 1_000_000_000)
        if overflow || utc < 0 { return nil }
        return RecordTime(time: utc, precision: UInt8((digits + 2) / 3 * 3))
    }

    /// `yyyy-M-d` or `M/d/yyyy`.
    private static func date(
        _ cursor: inout ByteCursor
    ) -> (year: Int64, month: Int64, day: Int64)? {
        guard let first = number(&cursor, 4) else { return nil }
        let mark: UInt8 = cursor.take(0x2D) ? 0x2D : 0x2F
        guard mark == 0x2D || cursor.take(0x2F), let second = number(&cursor, 2),
            cursor.take(mark), let third = number(&cursor, 4)
        else { return nil }
        return mark == 0x2D ? (first, second, third) : (third, first, second)
    }

    /// Whether ` PM` stands here; nil where neither half of the day does.
    private static func half(_ cursor: inout ByteCursor) -> Bool? {
        let rest = cursor.bytes[cursor.at...]
        let isAfternoon = rest.starts(with: " PM".utf8)
        guard isAfternoon || rest.starts(with: " AM".utf8) else { return nil }
        cursor.at += 3
        return isAfternoon
    }

    /// Seconds east of UTC; nil for what is no zone.
    private static func zone(_ cursor: inout ByteCursor) -> Int64? {
        cursor.skipBlanks()
        if cursor.at == cursor.bytes.count || cursor.take(0x5A) { return 0 }
        let isEast = cursor.take(0x2B)
        guard isEast || cursor.take(0x2D), let hours = number(&cursor, 2), cursor.take(0x3A),
            let minutes = number(&cursor, 2), hours < 24, minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (isEast ? 1 : -1)
    }

    /// One to `limit` digits.
    private static func number(_ cursor: inout ByteCursor, _ limit: Int) -> Int64? {
        let start = cursor.at
        var number: Int64 = 0
        while cursor.at < cursor.bytes.count, cursor.at - start < limit,
            cursor.bytes[cursor.at] &- 0x30 < 10
        {
            number = number * 10 + Int64(cursor.bytes[cursor.at] - 0x30)
            cursor.at += 1
        }
        return cursor.at > start ? number : nil
    }
}
