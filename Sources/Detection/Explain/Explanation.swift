public import AuditModel

/// How one rule sees one event: every part of it with what the event has there, and how far it was
/// from firing.
public struct Explanation: Sendable, Equatable {
    /// A part of a condition with the parts below it.
    public struct Part: Sendable, Equatable {
        /// What a part asks of those below it; `field` and `rule` have none.
        public enum Kind: String, Sendable {
            case all, any, not, selection, alternative, field, rule
        }

        public var kind: Kind
        /// For people: a selection's name, or `fact = refresh.replayed`.
        public var text: String
        public var passed: Bool
        /// What a field of the event holds; empty for an absent one, nil for other parts.
        public var actual: String?
        public var parts: [Part]
    }

    /// A stream of an operation that has several.
    public struct Input: Sendable, Equatable {
        public var name: String
        public var part: Part
    }

    /// A selection that has points.
    public struct Points: Sendable, Equatable {
        public var part: Part
        public var hundredths: Int
    }

    /// What the rule's operation found at this event.
    public struct Operation: Sendable, Equatable {
        /// `count >= 10 in 5 min`.
        public var text: String
        /// Whether the rule's condition let the event through to it, and it fired.
        public var fired: Bool
        /// What it found, also where that is not enough; empty when nothing is known.
        public var figures: [Figure]
        /// What it adds to the score, in hundredths.
        public var score: Int?
    }

    /// One figure of an operation.
    public struct Figure: Sendable, Equatable {
        public var name: String
        public var value: String
        public var comparedTo: String?
    }

    /// A field of the group key with the event's value; nil when the event has none.
    public struct KeyPart: Sendable, Equatable {
        public var name: String
        public var value: String?
    }

    /// A severity that the alert would be lifted to.
    public struct Raise: Sendable, Equatable {
        public var severity: Severity
        public var passed: Bool
    }

    public var rule: Alert.Rule
    public var event: ID128
    /// Nanoseconds since 1970.
    public var time: Int64
    public var precision: UInt8
    public var kind: EventKind
    public var dialect: String
    /// Names of the ledger's facts about the event.
    public var facts: [String]
    public var fired: Bool
    /// Of the alert the event would give; nil when the rule does not fire.
    public var severity: Severity?
    public var condition: Part
    public var inputs: [Input]
    public var points: [Points]
    /// Hundredths; nil for a rule without points.
    public var score: Int?
    public var fireAt: Rule.Band?
    public var raises: [Raise]
    public var operation: Operation?
    public var key: [KeyPart]
    /// Rules that fired for the same event and keep this one silent.
    public var silencedBy: [String]
    /// The smallest changes that would have made it fire, a sentence each; empty when it fired.
    public var nearestMiss: [String]
}
