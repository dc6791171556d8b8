internal import AuditModel
internal import WireFormat

/// What one event type of a server means.
struct TypeMeaning: Equatable {
    var kind: EventKind
    var outcome: Outcome
    var effects: EffectSet
    var ipRole: IPRole
    var reason: Reason
}

/// What every known event type of a server means, found by its name.
struct TypeTable: Sendable {
    /// Types that mean the same.
    struct Group {
        var names: [String]
        var meaning: TypeMeaning

        /// - Parameter names: joined by blanks.
        init(
            _ names: String, _ kind: EventKind, _ outcome: Outcome = .success,
            effects: EffectSet = [], ip: IPRole = .unknown, reason: Reason = .none
        ) {
            self.init(
                list: names.split(separator: " ").map(String.init), kind, outcome,
                effects: effects, ip: ip, reason: reason)
        }

        /// - Parameter list: names that may have blanks.
        init(
            list: [String], _ kind: EventKind, _ outcome: Outcome = .success,
            effects: EffectSet = [], ip: IPRole = .unknown, reason: Reason = .none
        ) {
            names = list
            meaning = TypeMeaning(
                kind: kind, outcome: outcome, effects: effects, ipRole: ip,
                reason: outcome == .failure && reason == .none ? .unspecified : reason)
        }
    }

    private let table: NameTable
    private let meanings: [TypeMeaning]
    /// Every name, in the order of the groups.
    let names: [String]

    /// - Parameter groups: no name is in two of them.
    init(_ groups: [Group]) {
        names = groups.flatMap(\.names)
        meanings = groups.flatMap { group in group.names.map { _ in group.meaning } }
        table = NameTable(names)
    }

    /// What a type means; nil for an unknown one.
    func meaning(_ name: UnsafeRawBufferPointer) -> TypeMeaning? {
        table.index(of: name, hash: KeyHash.of(name)).map { meanings[$0] }
    }
}

/// A server's words about why something failed, in the common vocabulary.
struct ReasonTexts: Sendable {
    private let entries: [(words: StaticString, reason: Reason)]

    /// - Parameter entries: parts of such texts in lower case; the first that occurs decides.
    init(_ entries: [(StaticString, Reason)]) {
        self.entries = entries.map { (words: $0.0, reason: $0.1) }
    }

    /// `unspecified` for no text, `unknown` for one that has none of the words.
    func reason(_ text: UnsafeRawBufferPointer?) -> Reason {
        guard let text, !text.isEmpty else { return .unspecified }
        for entry in entries where ByteSearch.containsFolded(text, entry.words) {
            return entry.reason
        }
        return .unknown
    }
}
