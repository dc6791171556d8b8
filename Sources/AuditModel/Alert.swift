/// How bad it is. Ordered: `info < low < medium < high < critical`.
public enum Severity: UInt8, CaseIterable, Comparable, Sendable {
    case info = 0
    case low, medium, high, critical

    public var name: String { Self.names[Int(rawValue)] }

    public static let names = ["info", "low", "medium", "high", "critical"]

    public init?(name: String) {
        guard let index = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: UInt8(index))
    }

    public static func < (left: Severity, right: Severity) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Where an alert is in its life.
public enum AlertState: String, Sendable {
    case provisional, confirmed, withdrawn, historic
}

/// Which of the two presenters of a replayed token was the thief.
public enum Branch: String, Sendable {
    case attackerFirst = "attacker_first"
    case victimFirst = "victim_first"
    case undetermined
}

/// How much of a grant's life the source shows, from `L0` (free text) to `L4` (issue, refresh,
/// revocation and use, ids with parents).
public enum Visibility: UInt8, Sendable {
    case l0 = 0
    case l1, l2, l3, l4

    public var name: String { "L\(rawValue)" }
}

/// What a person receives: a rule's finding with its evidence.
///
/// `id` is `H("alert/1", rule id, group key, anchor event id)`: the same from any source, batch
/// size, restart or fingerprint key. Everything else may grow from revision to revision.
public struct Alert: Sendable, Equatable {
    /// The rule as it stood when it spoke.
    public struct Rule: Sendable, Equatable {
        public var id: String
        public var name: String
        public var title: String
        /// 32 hexadecimal digits over the rule's meaning.
        public var hash: String

        public init(id: String, name: String, title: String, hash: String) {
            self.id = id
            self.name = name
            self.title = title
            self.hash = hash
        }
    }

    /// All ids known for the anchor event and its grant; absent ones are nil.
    public struct Keys: Sendable, Equatable {
        public var issuer: String?
        public var client: String?
        public var subject: String?
        public var session: String?
        public var grant: String?
        public var family: String?
        public var lineage: String?
        public var token: String?

        public init() {}
    }

    /// One side of a conflict: where a token was presented from.
    public struct Presenter: Sendable, Equatable {
        public var ip: String?
        public var asn: UInt32?
        public var place: String?
        public var userAgent: String?

        public init() {}
    }

    /// One fact that counted, with what it was held against.
    public struct Why: Sendable, Equatable {
        public var fact: String
        public var value: String
        public var comparedTo: String?
        /// Hundredths of a point; nil for a fact that only describes.
        public var points: Int?
        public var evidence: [ID128]

        public init(
            fact: String, value: String, comparedTo: String? = nil, points: Int? = nil,
            evidence: [ID128] = []
        ) {
            self.fact = fact
            self.value = value
            self.comparedTo = comparedTo
            self.points = points
            self.evidence = evidence
        }
    }

    /// One event that the finding rests on.
    public struct Evidence: Sendable, Equatable {
        public var event: ID128
        public var time: Int64
        public var precision: UInt8
        public var kind: EventKind
        /// The dialect of the record.
        public var source: String

        public init(
            event: ID128, time: Int64, precision: UInt8, kind: EventKind, source: String
        ) {
            self.event = event
            self.time = time
            self.precision = precision
            self.kind = kind
            self.source = source
        }
    }

    /// What the alert's token could reach.
    public struct BlastRadius: Sendable, Equatable {
        public var families: Int
        public var scopes: [String]

        public init(families: Int, scopes: [String]) {
            self.families = families
            self.scopes = scopes
        }
    }

    /// What the operator can do.
    public struct Action: Sendable, Equatable {
        public var title: String
        public var command: String?
        public var reversible: Bool

        public init(title: String, command: String?, reversible: Bool) {
            self.title = title
            self.command = command
            self.reversible = reversible
        }
    }

    public var id: ID128
    public var revision: Int
    public var state: AlertState
    public var rule: Rule
    public var severity: Severity
    /// 0 to 100.
    public var confidence: Int
    /// Hundredths of a point.
    public var score: Int?
    public var verdict: String
    public var branch: Branch?
    /// Event time of the anchor, nanoseconds UTC, and its fraction digits.
    public var time: Int64
    public var precision: UInt8
    public var firstSeen: Int64
    public var lastSeen: Int64
    public var count: Int
    public var tenant: String?
    public var keys: Keys
    public var attacker: Presenter?
    public var victim: Presenter?
    public var message: String
    public var why: [Why]
    public var evidence: [Evidence]
    public var blastRadius: BlastRadius?
    public var actions: [Action]
    public var attack: [String]
    public var references: [String]
    public var visibility: Visibility
    /// What it is part of; no rule knows, and ``IncidentID`` says who finds out.
    public var incident: Incident?
    /// What kept the last notification of it back, such as `silence:3`; nil when nothing did. A
    /// stored alert has it: rules do not know of it.
    public var suppressedBy: String?

    public init(id: ID128, rule: Rule, severity: Severity, time: Int64, precision: UInt8) {
        self.id = id
        self.rule = rule
        self.severity = severity
        self.time = time
        self.precision = precision
        revision = 1
        state = .confirmed
        confidence = 0
        verdict = ""
        firstSeen = time
        lastSeen = time
        count = 1
        keys = Keys()
        message = ""
        why = []
        evidence = []
        actions = []
        attack = []
        references = []
        visibility = .l0
    }

    /// `H("alert/1", rule id, canonical group key, anchor event id)`.
    public static func identity(ruleID: String, groupKey: [String], anchor: ID128) -> ID128 {
        var hash = IdentityHash("alert/1")
        hash.add(ruleID)
        for part in groupKey { hash.add(part) }
        hash.add(anchor)
        return hash.id()
    }
}
