internal import AuditModel
internal import MarkedText

/// A refresh token as a story names it: `g5`, or `g5b` for a second one of the same generation.
struct StoryToken: Hashable, Sendable {
    var generation: Int
    var suffix: String

    var text: String { "g\(generation)\(suffix)" }

    init(generation: Int, suffix: String = "") {
        self.generation = generation
        self.suffix = suffix
    }

    init?(_ text: some StringProtocol) {
        guard text.hasPrefix("g") else { return nil }
        let rest = text.dropFirst()
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        let suffix = rest.dropFirst(digits.count)
        guard digits.count <= 4, let generation = Int(digits), suffix.count <= 4,
            suffix.allSatisfy({ $0.isASCII && $0.isLetter })
        else { return nil }
        self.init(generation: generation, suffix: String(suffix))
    }

    /// The newest of a chain, whichever that is; see ``StoryAct/Verb``.
    static let newest = StoryToken(generation: -1)

    /// The token that a rotation of this one gives where no other is named.
    var next: StoryToken { StoryToken(generation: generation + 1, suffix: suffix) }
}

/// One line of a story, or one of its repetitions, understood.
struct StoryAct: Sendable, Equatable {
    enum Verb: Sendable, Equatable {
        case code(String?, issued: StoryToken)
        case refresh(StoryToken, issued: StoryToken)
        case refused(StoryToken, Refusal)
        case use(StoryToken)
        case deed(StoryDeed)
    }

    /// What the server says when it refuses a refresh token.
    enum Refusal: String, Sendable, CaseIterable {
        /// It said no more than that.
        case plain
        /// It called it reuse.
        case reuse
        /// Older than its policy allows (Keycloak's "Stale token").
        case stale
        case expired
        /// It knows no such token.
        case gone
    }

    /// One chain of refresh tokens: an actor's session and client, and the tab in it.
    struct Lineage: Hashable, Sendable {
        /// Empty for one that nobody knows.
        var subject: String
        var session: String
        var client: String
        var tab: Int
    }

    /// Seconds since the first midnight of the story, and the milliseconds after them.
    var second: Int
    var millisecond = 0
    /// The actor; a stranger is `???`, one of whom nothing is known `-`.
    var actor: String
    var place: StoryPlace
    var verb: Verb
    var lineage: Lineage
    /// Fields of the event that the line sets itself.
    var members: [RawEvent.Member] = []
    /// Where the line stands.
    var line: Place

    static let stranger = "???"
    static let nobody = "-"

    /// The tokens the line names, and the one it brings into being.
    var tokens: (named: StoryToken?, issued: StoryToken?) {
        switch verb {
        case .code(_, let issued): (nil, issued)
        case .refresh(let presented, let issued): (presented, issued)
        case .refused(let presented, _): (presented, nil)
        case .use(let token): (token, nil)
        case .deed(let deed): (deed.token, deed.issued)
        }
    }
}

/// What a line says that is not about the life of refresh tokens.
struct StoryDeed: Sendable, Equatable {
    var kind: EventKind
    var outcome: Outcome = .success
    var reason: Reason = .none
    var ipRole: IPRole = .holder
    /// The token whose access token was presented.
    var token: StoryToken?
    /// What the line brings into being.
    var issued: StoryToken?
    var code: String?
    var grantType: String?
    /// A token was presented that nobody has seen before.
    var isUnknownToken = false
    /// The tag of the kind of token that leaked, and whether it had expired.
    var leak: Leak?

    struct Leak: Sendable, Equatable {
        var kind: String
        var isExpired: Bool
    }
}
