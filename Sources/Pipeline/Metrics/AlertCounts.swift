public import AuditModel

/// How many alerts there were, by rule and severity.
public struct AlertCounts: Sendable, Equatable {
    /// What is counted apart.
    public struct Key: Sendable, Hashable, Comparable {
        /// The rule's name, such as `REF-01`.
        public var rule: String
        public var severity: Severity

        /// By rule, then by severity.
        public static func < (left: Key, right: Key) -> Bool {
            (left.rule, left.severity) < (right.rule, right.severity)
        }
    }

    /// Keys that are counted apart at most; what is beyond counts as ``others``.
    static let most = 10_000
    /// Stands for every rule beyond the bound. No rule is called so.
    static let others = "(others)"

    public private(set) var counts: [Key: Int] = [:]

    public init() {}

    /// Makes a count that begins at zero, so that its first increase can be seen.
    mutating func begin(rule: String, severity: Severity) { count(rule, severity, by: 0) }

    mutating func count(rule: String, severity: Severity) { count(rule, severity, by: 1) }

    /// Adds what was counted elsewhere.
    mutating func add(_ more: AlertCounts) {
        for (key, number) in more.counts { count(key.rule, key.severity, by: number) }
    }

    private mutating func count(_ rule: String, _ severity: Severity, by number: Int) {
        var key = Key(rule: rule, severity: severity)
        if counts[key] == nil, counts.count >= Self.most { key.rule = Self.others }
        counts[key, default: 0] += number
    }
}
