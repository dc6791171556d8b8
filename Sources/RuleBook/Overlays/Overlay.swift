internal import AuditModel
internal import Detection
internal import MarkedText

/// A change of a rule that its operator made, with who answers for it and until when: what
/// `rules list` and alerts say about it.
public struct RuleOverlay: Sendable, Equatable {
    /// What it does, such as `disabled` or `level: low`, and to which events.
    public var effect: String
    public var owner: String
    public var reason: String
    /// Event time, nanoseconds since 1970, from which on it does nothing.
    public var expires: Int64
    /// Where it stands.
    public var path: String
    public var line: Int
    /// Whether the rule gives no alerts at all until then.
    public var isDisabled: Bool

    /// One line for people.
    public var text: String {
        "\(effect), by \(owner) until \(OverlayDate.text(before: expires)): \(reason)"
    }
}

/// One entry of `overlays:` or `allow:` as written.
struct Overlay {
    /// What it makes of the rules it names.
    enum Change {
        case disable
        case level(Severity)
        case fireAt(Rule.Band)
        /// A number of the rule's operator, by its path.
        case set([Setting])
        /// Hides alerts; where a rule stands on a fact of the ledger, lowers them to `info`.
        case allow(String)
    }

    struct Setting {
        /// Such as `count.gte`.
        var path: String
        var value: YAMLNode
        var place: Place
    }

    /// Names or ids of rules; empty for any.
    var rules: [RuleDraft.Reference]
    var changes: [Change]
    /// The events it is about, any of these; nil for all.
    var scope: [[Predicate]]?
    /// ``scope`` as written, for people.
    var scopeText: String
    var owner: String
    var reason: String
    /// Nanoseconds since 1970.
    var since: Int64?
    var expires: Int64
    /// Index of its file.
    var file: Int
    var place: Place
}

/// Days as overlays write them.
enum OverlayDate {
    static let day: Int64 = 86_400_000_000_000

    /// The first moment of `2026-12-31` in UTC; nil for anything else.
    static func start(_ text: String) -> Int64? {
        text.utf8.count == 10 ? RuleTime.read(text + "T00:00:00Z") : nil
    }

    /// The last day before a moment.
    static func text(before time: Int64) -> String {
        var bytes = RuleTime.text(time - day)
        bytes.removeLast(10)
        return bytes
    }
}
