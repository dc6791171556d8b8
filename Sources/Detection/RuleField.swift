public import AuditModel
public import GrantLedger

/// A field that a predicate reads.
public enum RuleField: Sendable, Hashable {
    /// A column of the event.
    case event(Field)
    /// A fact of the ledger about the event.
    case ledger(FactField)
    /// What the server's record says beyond the columns, by dotted path. ASCII case is ignored;
    /// arrays are entered, so that one path may have several values.
    case payload(String)
    /// Every text of the event and its payload: what Sigma's keywords search.
    case anyText
    /// A part of the event's time in UTC (Sigma's `minute` to `year`).
    case time(TimePart)

    /// A part of a civil time.
    public enum TimePart: String, Sendable, CaseIterable {
        /// `week` is ISO 8601's week of the year, `day` the day of the month.
        case minute, hour, day, week, month, year
    }

    public var name: String {
        switch self {
        case .event(let field): field.name
        case .ledger(let field): field.rawValue
        case .payload(let path): path
        case .anyText: "*"
        case .time(let part): "time|\(part.rawValue)"
        }
    }
}

/// One field against one or more matchers: any of them, or all (`|all`).
public struct Predicate: Sendable, Equatable {
    public var field: RuleField
    public var matchers: [Matcher]
    public var requiresAll: Bool
    /// None of the matchers may match, and the field must have a value (Sigma's `neq`).
    public var isNegated: Bool

    public init(
        field: RuleField, matchers: [Matcher], requiresAll: Bool = false, isNegated: Bool = false
    ) {
        self.field = field
        self.matchers = matchers
        self.requiresAll = requiresAll
        self.isNegated = isNegated
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
    case regex(RegexPattern)
    /// The address lies in a network; for fields that hold addresses.
    case network(IPPrefix)
    /// Another field of the same event has the same value, or is a part of this one's.
    case sameAs(RuleField, Affix, isCased: Bool)

    /// Where in a text another one must stand.
    public enum Affix: String, Sendable {
        case whole, contains, startswith, endswith
    }

    /// How a number is held against a bound.
    public enum Comparison: String, Sendable, CaseIterable {
        case equal = "eq"
        case notEqual = "neq"
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
