public import AuditModel

/// What became of the records of one input.
public struct InputTally: Sendable, Equatable {
    /// As people named it.
    public var name: String
    public var tally: IntakeTally

    public init(name: String, tally: IntakeTally) {
        self.name = name
        self.tally = tally
    }
}

/// What became of the records of some inputs. Everything that was read is in here somewhere.
public struct IntakeTally: Sendable, Equatable {
    /// Records read, those among them that were cut off or too long.
    public var records = 0
    /// Events they gave.
    public var events = 0
    /// Records that are no events, such as a server's other log lines.
    public var ignored = 0
    /// Events that were there already.
    public var duplicates = 0
    /// Secrets that were replaced by fingerprints.
    public var secrets = 0
    /// Tokens among them that stood where none belongs.
    public var leaks = 0
    /// Records, or elements of one, that are lost, by reason.
    public var rejected: [IssueCode: Int] = [:]
    /// Events that lost a part, by reason.
    public var partial: [IssueCode: Int] = [:]
    /// Events whose local time occurs twice, because clocks were set back.
    public var repeatedTimes = 0
    /// Those among them of which nothing tells which of the two it is.
    public var ambiguousTimes = 0
    /// Streams whose dialect is not clear, the first of them.
    public var doubts: [DialectDoubt] = []
    /// So many streams are named.
    static let mostDoubts = 20
    /// Events suspected of a clock far ahead when their input ended.
    public var suspectedTimes = 0
    /// Events that a bound pushed out of memory, and alerts that found no room.
    public var evictedFamilies = 0
    public var evictedTokens = 0
    /// Group keys that made room for others in what rules remember.
    public var evictedKeys = 0
    public var droppedAlerts = 0

    public init() {}

    public var rejectedCount: Int { rejected.values.reduce(0, +) }

    /// Adds what became of other records; bounds reached are not added.
    public mutating func add(_ other: IntakeTally) {
        records += other.records
        events += other.events
        ignored += other.ignored
        duplicates += other.duplicates
        secrets += other.secrets
        leaks += other.leaks
        repeatedTimes += other.repeatedTimes
        ambiguousTimes += other.ambiguousTimes
        suspectedTimes += other.suspectedTimes
        rejected.merge(other.rejected, uniquingKeysWith: +)
        partial.merge(other.partial, uniquingKeysWith: +)
        doubts += other.doubts.prefix(max(0, Self.mostDoubts - doubts.count))
    }

    /// Lines for standard error: one summary, then one for every kind of loss.
    public var report: [String] {
        var parts = ["\(events) events"]
        // A store holds events; only archives have records.
        if records > 0 { parts.insert("\(records) records", at: 0) }
        if ignored > 0 { parts.append("\(ignored) not events") }
        if duplicates > 0 { parts.append("\(duplicates) duplicates") }
        if rejectedCount > 0 { parts.append("\(rejectedCount) unusable") }
        if secrets > 0 { parts.append("\(secrets) secrets replaced by fingerprints") }
        var lines = [parts.joined(separator: ", ")]
        if leaks > 0 {
            lines.append("  \(leaks) of the secrets are tokens that stood where none belongs")
        }
        lines += Self.lines(rejected, "lost")
        lines += Self.lines(partial, "shortened")
        if repeatedTimes > 0 { lines.append(repeatedTimesLine) }
        lines += doubts.map { "  " + $0.text }
        if suspectedTimes > 0 {
            lines.append("\(suspectedTimes) events lie over an hour ahead of those before them")
        }
        if evictedKeys > 0 {
            lines.append(
                "memory bound reached: rules forgot \(evictedKeys) group keys; if they come back "
                    + "their counts begin anew")
        }
        if droppedAlerts > 0 { lines.append("\(droppedAlerts) alerts found no room") }
        return lines
    }

    private var repeatedTimesLine: String {
        let start = "\(repeatedTimes) events lie in an hour that the clocks repeat: "
        if ambiguousTimes == 0 { return start + "the order of the lines tells which pass is meant" }
        return start + "\(ambiguousTimes) of them count as the first pass, since nothing tells "
            + "(time_ambiguous)"
    }

    private static func lines(_ counts: [IssueCode: Int], _ what: String) -> [String] {
        IssueCode.allCases.compactMap { code in
            counts[code].map { "  \($0) \(what): \(code.rawValue) — \(code.explanation)" }
        }
    }
}
