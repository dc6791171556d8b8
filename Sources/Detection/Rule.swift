public import AuditModel
public import GrantLedger

/// A rule as a value: what `RuleBook` makes of a rule file and ``Engine`` runs.
///
/// Selections, condition and points have the meaning of Sigma 2.1; scores are hundredths of a
/// point.
public struct Rule: Sendable, Equatable {
    public var id: String
    /// The short name, such as `REF-01`.
    public var name: String
    public var title: String
    /// 32 hexadecimal digits over the rule's meaning (not its comments or layout).
    public var hash: String
    public var status: Status
    public var level: Severity
    public var description: String
    public var references: [String]
    /// ATT&CK technique ids, upper case, such as `T1528`.
    public var attack: [String]
    public var falsePositives: [String]
    public var selections: [Selection]
    public var condition: Condition
    /// The fields that make two hits the same alert; never empty.
    public var key: [KeyField]
    public var needs: Needs
    /// Points by selection index, in the order of the file.
    public var points: [Points]
    /// The scores at which the rule fires; nil fires whenever the condition holds.
    public var fireAt: Band?
    /// Severities that matched selections lift the alert to.
    public var raise: [Raise]
    /// Names of rules that, when one fired for the same event, keep this one silent.
    public var unless: [String]
    /// One word for what the rule concludes, such as `theft`; nil takes the rule's name.
    public var verdict: String?
    /// `{field}` templates; nil takes the title.
    public var message: String?
    public var actions: [ActionTemplate]

    /// How far a rule is trusted, as Sigma grades it.
    public enum Status: String, Sendable, CaseIterable {
        case stable, test, experimental, deprecated, unsupported
    }

    /// A named search: any of its alternatives, each of which is all of its predicates.
    public struct Selection: Sendable, Equatable {
        public var name: String
        public var alternatives: [[Predicate]]

        public init(name: String, alternatives: [[Predicate]]) {
            self.name = name
            self.alternatives = alternatives
        }
    }

    /// How selections combine.
    public indirect enum Condition: Sendable, Equatable {
        /// An index in ``Rule/selections``.
        case selection(Int)
        case not(Condition)
        case all([Condition])
        case any([Condition])
    }

    /// A field of the group key.
    public enum KeyField: String, Sendable, CaseIterable {
        case issuer, tenant, client, subject, session, family, lineage, ip
    }

    /// What a source must show for the rule to see anything (`all`, `any`) or to see well.
    public struct Needs: Sendable, Equatable {
        public var all: [String]
        public var any: [String]
        public var better: [String]

        public init(all: [String] = [], any: [String] = [], better: [String] = []) {
            self.all = all
            self.any = any
            self.better = better
        }
    }

    /// What a selection that matches adds to the score.
    public struct Points: Sendable, Equatable {
        public var selection: Int
        public var hundredths: Int

        public init(selection: Int, hundredths: Int) {
            self.selection = selection
            self.hundredths = hundredths
        }
    }

    /// `from <= score`, and `score < below` if there is an upper end. Hundredths.
    public struct Band: Sendable, Equatable {
        public var from: Int
        public var below: Int?

        public init(from: Int, below: Int? = nil) {
            self.from = from
            self.below = below
        }

        /// Whether a score lies in the band.
        public func contains(_ score: Int) -> Bool {
            score >= from && below.map { score < $0 } ?? true
        }
    }

    /// A severity that any of some selections lifts an alert to.
    public struct Raise: Sendable, Equatable {
        public var severity: Severity
        public var selections: [Int]

        public init(severity: Severity, selections: [Int]) {
            self.severity = severity
            self.selections = selections
        }
    }

    /// What the operator can do; `{field}` in its texts is filled in from the alert.
    public typealias ActionTemplate = Alert.Action

    /// What `{…}` may name in messages and actions: members of the alert and facts about it. One
    /// that an alert does not have is written as `unknown`.
    public static let placeholders = [
        "issuer", "tenant", "client", "subject", "session", "grant", "family", "lineage", "token",
        "attacker.ip", "victim.ip", "branch", "severity", "generation", "generation_gap",
        "replay_gap", "score", "presenting_client",
    ]

    public init(id: String, name: String, title: String, level: Severity) {
        self.id = id
        self.name = name
        self.title = title
        self.level = level
        hash = ""
        status = .stable
        description = ""
        references = []
        attack = []
        falsePositives = []
        selections = []
        condition = .all([])
        key = [.issuer, .family]
        needs = Needs()
        points = []
        fireAt = nil
        raise = []
        unless = []
        verdict = nil
        message = nil
        actions = []
    }
}

/// A field that a predicate reads.
public enum RuleField: Sendable, Hashable {
    /// A column of the event.
    case event(Field)
    /// A fact of the ledger about the event.
    case ledger(FactField)

    public var name: String {
        switch self {
        case .event(let field): field.name
        case .ledger(let field): field.rawValue
        }
    }
}

/// One field against one or more matchers: any of them, or all (`|all`).
public struct Predicate: Sendable, Equatable {
    public var field: RuleField
    public var matchers: [Matcher]
    public var requiresAll: Bool

    public init(field: RuleField, matchers: [Matcher], requiresAll: Bool = false) {
        self.field = field
        self.matchers = matchers
        self.requiresAll = requiresAll
    }
}

/// What a field's value is held against. A value that is absent or unknown matches nothing but
/// `exists: false`.
public enum Matcher: Sendable, Equatable {
    /// A text pattern; for fields with several values, any value may match.
    case text(TextPattern)
    /// A number in hundredths.
    case number(Comparison, Int)
    case truth(Bool)
    case exists(Bool)

    /// How a number is held against a bound.
    public enum Comparison: String, Sendable, CaseIterable {
        case equal = "eq"
        case greater = "gt"
        case greaterOrEqual = "gte"
        case less = "lt"
        case lessOrEqual = "lte"
    }
}

/// A text with Sigma's wildcards: `*` for any run of bytes, `?` for one byte.
public struct TextPattern: Sendable, Equatable {
    /// A part of a pattern.
    public enum Piece: Sendable, Equatable {
        case literal([UInt8])
        case anyRun
        case anyByte
    }

    public var pieces: [Piece]
    /// Whether ASCII letters must have the same case; Sigma's default is no.
    public var isCased: Bool

    public init(pieces: [Piece], isCased: Bool = false) {
        self.pieces = pieces
        self.isCased = isCased
    }

    /// A pattern without wildcards.
    public init(_ literal: String, isCased: Bool = false) {
        self.init(pieces: [.literal(Array(literal.utf8))], isCased: isCased)
    }
}
