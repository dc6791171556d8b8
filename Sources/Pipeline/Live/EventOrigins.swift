internal import AuditModel

/// Which events were not brought by a live run's own sources: alerts about them are history that
/// nobody is told.
struct EventOrigins {
    /// Positions of foreign events that may still wait.
    private var ranges: [Range<Int64>] = []
    /// Their ids, as far as they wait.
    private var waiting: Set<ID128> = []

    init() {}

    init(encoded: [UInt8]) {
        for part in String(decoding: encoded, as: UTF8.self).split(separator: ",") {
            let ends = part.split(separator: "-").compactMap { Int64($0) }
            if ends.count == 2, ends[0] <= ends[1] { ranges.append(ends[0]..<ends[1]) }
        }
    }

    /// `first-end,first-end`.
    var encoded: [UInt8] {
        Array(ranges.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",").utf8)
    }

    mutating func add(_ range: Range<Int64>) {
        if !range.isEmpty { ranges.append(range) }
    }

    mutating func forget(below position: Int64) {
        if ranges.isEmpty { return }
        ranges.removeAll { $0.upperBound <= position }
        if ranges.isEmpty { waiting = [] }
    }

    func contains(_ position: Int64) -> Bool { ranges.contains { $0.contains(position) } }

    /// Remembers which rows of a batch of waiting events are foreign.
    mutating func note(_ batch: EventBatch, first: Int64) {
        for row in 0..<batch.count where contains(first + Int64(row)) {
            waiting.insert(batch.id(.event, row))
        }
    }

    /// Whether the event that an alert is anchored in is foreign.
    func isHistoric(_ alert: Alert) -> Bool {
        if waiting.isEmpty { return false }
        return alert.evidence.contains { $0.time == alert.time && waiting.contains($0.event) }
    }
}
