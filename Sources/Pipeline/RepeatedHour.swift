internal import AuditModel
internal import LogFormats
internal import WireFormat

/// Tells apart the two passes of an hour that clocks repeat when they are set back, for the
/// records of one stream in their order: a log goes on in time, so that a local time far behind
/// the one before it belongs to the second pass.
///
/// A decoder takes every such time for the earlier one and flags it. Here the flag goes where the
/// order tells; it stays where it does not, as at the start of a log or behind a long silence.
struct RepeatedHour {
    /// Lines of several threads come out of order by less than this, nanoseconds.
    private static let jitter: Int64 = 60_000_000_000
    /// A line so soon after one whose time is certain goes on in its pass, nanoseconds.
    private static let silence: Int64 = 900_000_000_000

    private let zone: ZoneTable
    /// The time of the record before, and whether it is certain.
    private var last: Int64?
    private var isCertain = false

    /// - Returns: nil for a zone whose clocks are never set.
    init?(_ zone: ZoneTable) {
        if zone.spans.count < 2 { return nil }
        self.zone = zone
    }

    /// Settles the times of the next records of the stream, and counts them.
    mutating func settle(_ batch: inout DecodedBatch) {
        for row in 0..<batch.events.count {
            guard batch.events.flags[row].contains(.timeAmbiguous) else {
                last = batch.events.time[row]
                isCertain = true
                continue
            }
            batch.tally.repeatedTimes += 1
            if let time = settled(batch.events.time[row]) {
                batch.events.settleTime(time, row: row)
                (last, isCertain) = (time, true)
            } else {
                batch.tally.ambiguousTimes += 1
                (last, isCertain) = (batch.events.time[row], false)
            }
        }
    }

    /// The time that a record must mean whose earlier reading is this one; nil where the order
    /// does not tell.
    private func settled(_ earlier: Int64) -> Int64? {
        guard let last else { return nil }
        let gap = earlier.subtractingReportingOverflow(last)
        if gap.overflow { return nil }
        if gap.partialValue >= -Self.jitter {
            return isCertain && gap.partialValue <= Self.silence ? earlier : nil
        }
        guard let later = zone.laterTwin(of: earlier), later - last >= -Self.jitter else {
            return nil
        }
        return later
    }
}
