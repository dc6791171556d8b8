public import AuditModel

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
    /// What an event must meet for the rule to look at it. For a rule with ``inputs``, any of them.
    public var condition: Condition
    /// The streams of an operation that has more than one, such as a correlation's rules; empty
    /// when ``condition`` is the only one.
    public var inputs: [Input]
    /// What is made of the events over time; nil fires at every event that meets the condition.
    public var operation: Operation?
    /// The fields that make two hits the same alert, and by which an operation groups; empty puts
    /// all events into one group.
    public var key: [KeyField]
    /// Hits of one key closer together than this, in nanoseconds of event time, are one alert; nil
    /// makes all hits of a key one.
    public var suppress: Int64?
    /// The rule gives no alerts of its own, only hits for correlations (Sigma's `generate`).
    public var isSilent: Bool
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
        /// Another rule, by its id, fired for the same event.
        case fired(String)
    }

    /// One stream of events of an operation.
    public struct Input: Sendable, Equatable {
        /// What explanations call it: the name of the rule or selection it came from.
        public var name: String
        public var condition: Condition
        /// The fields to group by in this stream, one for each of the rule's ``Rule/key``, where
        /// Sigma's `aliases` give it other ones; nil groups by the rule's.
        public var key: [KeyField]?
        /// Events of this stream that one step of ``Operation/Kind/temporal(ordered:)`` takes.
        public var least: Int

        public init(
            name: String, condition: Condition, key: [KeyField]? = nil, least: Int = 1
        ) {
            self.name = name
            self.condition = condition
            self.key = key
            self.least = least
        }
    }

    /// A field of the group key.
    public enum KeyField: Sendable, Hashable {
        case issuer, tenant, client, subject, session, family, lineage, ip
        /// The /24 or /56 of the address.
        case prefix
        /// Any other field; the first of several values counts.
        case field(RuleField)

        /// Those with a name of their own, as rules write them.
        public static let named: [(name: String, field: KeyField)] = [
            ("issuer", .issuer), ("tenant", .tenant), ("client", .client), ("subject", .subject),
            ("session", .session), ("family", .family), ("lineage", .lineage), ("ip", .ip),
            ("prefix", .prefix),
        ]

        /// Whether a key is that of a grant or of one of its tokens, whoever logs them.
        static func nameGrant(_ fields: [KeyField]) -> Bool {
            fields.contains {
                $0 == .family || $0 == .lineage || $0 == .field(.event(.presented))
            }
        }

        public var name: String {
            if case .field(let field) = self { return field.name }
            return Self.named.first { $0.field == self }?.name ?? ""
        }
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

    /// A severity that any of some selections, or a score, lifts an alert to.
    public struct Raise: Sendable, Equatable {
        public var severity: Severity
        public var selections: [Int]
        /// The score from which on it holds, in hundredths; nil when only selections count.
        public var score: Int?

        public init(severity: Severity, selections: [Int], score: Int? = nil) {
            self.severity = severity
            self.selections = selections
            self.score = score
        }
    }

    /// What the operator can do; `{field}` in its texts is filled in from the alert.
    public struct ActionTemplate: Sendable, Equatable {
        public var title: String
        public var command: String?
        public var reversible: Bool
        /// Gives title, command and the rest in place of the members above.
        public var standard: StandardAction?

        public init(title: String, command: String?, reversible: Bool) {
            self.title = title
            self.command = command
            self.reversible = reversible
        }

        public init(_ standard: StandardAction) {
            self.init(title: standard.title, command: nil, reversible: standard.reversible)
            self.standard = standard
        }
    }

    /// What `{…}` may name in messages and actions: members of the alert and facts about it. One
    /// that an alert does not have is written as `unknown`.
    public static let placeholders =
        [
            "issuer", "tenant", "client", "subject", "session", "grant", "family", "lineage",
            "token", "attacker.ip", "victim.ip", "branch", "severity", "generation",
            "generation_gap", "replay_gap", "score", "presenting_client",
        ] + Operation.figures + eventFields

    /// Fields of the anchor event that texts may name.
    private static let eventFields = [
        "kind", "outcome", "reason", "reason_raw", "grant_type", "scopes", "audience", "ip", "asn",
        "country", "city", "network", "user_agent", "device", "source", "dialect", "vendor_type",
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
        inputs = []
        operation = nil
        key = [.issuer, .family]
        suppress = nil
        isSilent = false
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
