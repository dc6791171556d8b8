internal import AuditModel
internal import WireFormat

extension MapTimeFormat {
    /// The time that a text or number says; nil with the fault where it says none.
    func read(
        _ text: UnsafeRawBufferPointer, _ zone: ZoneTable, _ fault: inout IssueCode
    ) -> RecordTime? {
        switch self {
        case .auto: automatic(text, zone, &fault)
        case .rfc3339:
            TimeText.parse(text) == nil
                ? Self.fail(.timeInvalid, &fault) : RecordTime(text, zone, &fault)
        case .seconds: Self.epoch(text, 1_000_000_000, &fault)
        case .milliseconds: Self.epoch(text, 1_000_000, &fault)
        case .microseconds: Self.epoch(text, 1000, &fault)
        case .nanoseconds: Self.epoch(text, 1, &fault)
        }
    }

    /// Numbers below these are seconds, milliseconds, microseconds: 2262 in one unit is 1970 in the
    /// next.
    private func automatic(
        _ text: UnsafeRawBufferPointer, _ zone: ZoneTable, _ fault: inout IssueCode
    ) -> RecordTime? {
        if text.count >= 19, text[4] == 0x2D { return RecordTime(text, zone, &fault) }
        switch text.prefix(while: { $0 &- 0x30 < 10 }).count {
        case ...10: return Self.epoch(text, 1_000_000_000, &fault)
        case ...13: return Self.epoch(text, 1_000_000, &fault)
        case ...16: return Self.epoch(text, 1000, &fault)
        default: return Self.epoch(text, 1, &fault)
        }
    }

    private static func fail(_ code: IssueCode, _ fault: inout IssueCode) -> RecordTime? {
        fault = code
        return nil
    }

    /// A whole or decimal number of units since 1970; digits below a nanosecond are cut.
    ///
    /// - Parameter unit: nanoseconds.
    private static func epoch(
        _ text: UnsafeRawBufferPointer, _ unit: Int64, _ fault: inout IssueCode
    ) -> RecordTime? {
        let dot = text.firstIndex(of: 0x2E) ?? text.count
        let number = JSONNumber.integer(UnsafeRawBufferPointer(rebasing: text[..<dot]))
        guard case .value(let whole) = number, whole >= 0 else {
            return fail(number == .outOfRange ? .timeRange : .timeInvalid, &fault)
        }
        var fraction: Int64 = 0
        var scale = unit
        var digits = 0
        for byte in text[min(dot + 1, text.count)...] {
            guard byte &- 0x30 < 10 else { return fail(.timeInvalid, &fault) }
            scale /= 10
            fraction += Int64(byte - 0x30) * scale
            digits += 1
        }
        if dot < text.count, digits == 0 { return fail(.timeInvalid, &fault) }
        let (product, first) = whole.multipliedReportingOverflow(by: unit)
        let (time, second) = product.addingReportingOverflow(fraction)
        if first || second { return fail(.timeRange, &fault) }
        return RecordTime(time: time, precision: precision(unit, digits))
    }

    /// 0, 3, 6 or 9 digits of a second.
    private static func precision(_ unit: Int64, _ digits: Int) -> UInt8 {
        var all = digits
        var rest = unit
        while rest < 1_000_000_000 {
            rest *= 10
            all += 1
        }
        return all == 0 ? 0 : all <= 3 ? 3 : all <= 6 ? 6 : 9
    }
}
