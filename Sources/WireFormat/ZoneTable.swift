/// A time zone as plain data: from when on which offset from UTC holds.
///
/// The core reads no zone database; callers at the rim build the table from the system's.
public struct ZoneTable: Sendable, Equatable {
    /// A stretch of time with one offset.
    public struct Span: Sendable, Equatable {
        /// When it starts, seconds since 1970 in UTC.
        public var start: Int64
        /// Seconds to add to UTC for the local time.
        public var offset: Int64

        /// - Parameter offset: held within a day of UTC.
        public init(start: Int64, offset: Int64) {
            self.start = start
            self.offset = min(max(offset, -86_400), 86_400)
        }
    }

    /// By start, ascending; the first one holds for all time before its start, too.
    public let spans: [Span]

    /// - Parameter spans: in any order; none means UTC.
    public init(spans: [Span]) {
        self.spans =
            spans.isEmpty
            ? [Span(start: .min, offset: 0)] : spans.sorted { $0.start < $1.start }
    }

    public static let utc = ZoneTable(spans: [])

    /// The UTC time of a local time, both nanoseconds since 1970.
    ///
    /// A local time that occurs twice (clocks set back) is the earlier one; a local time that
    /// never occurs (clocks set forward) counts with the offset before the change. A result
    /// outside 64 bits is held at the nearest end.
    public func utc(fromLocal local: Int64) -> Int64 {
        if spans.count == 1 { return Self.subtract(spans[0].offset, from: local) }
        // Offsets stay below a day: only spans that start within a day can hold the time.
        let second = local / TimeText.nanosecondsPerSecond
        var index = max(0, lastSpan(startingBy: second - 86_400))
        while index + 1 < spans.count {
            let utc = second - spans[index].offset
            if utc < spans[index + 1].start { break }
            // In the gap of a change forward the later span does not hold the time either.
            if second - spans[index + 1].offset < spans[index + 1].start { break }
            index += 1
        }
        return Self.subtract(spans[index].offset, from: local)
    }

    /// The later of the two times that a clock shows alike because it was set back between them.
    ///
    /// - Parameter utc: the earlier one, as ``utc(fromLocal:)`` gives it.
    /// - Returns: nil for a time whose local time occurs once, or which is the later one itself.
    public func laterTwin(of utc: Int64) -> Int64? {
        if spans.count == 1 { return nil }
        let second = utc / TimeText.nanosecondsPerSecond
        let next = max(0, lastSpan(startingBy: second)) + 1
        guard next < spans.count else { return nil }
        let setBack = spans[next - 1].offset - spans[next].offset
        guard setBack > 0, second >= spans[next].start - setBack else { return nil }
        return Self.subtract(-setBack, from: utc)
    }

    private func lastSpan(startingBy second: Int64) -> Int {
        var low = 0
        var high = spans.count
        while low < high {
            let middle = (low + high) / 2
            if spans[middle].start <= second { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    private static func subtract(_ offset: Int64, from local: Int64) -> Int64 {
        let (scaled, first) = offset.multipliedReportingOverflow(by: TimeText.nanosecondsPerSecond)
        let (utc, second) = local.subtractingReportingOverflow(scaled)
        guard !first, !second else { return offset > 0 ? .min : .max }
        return utc
    }
}
