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
}

/// One line of a story, understood.
struct StoryAct: Sendable, Equatable {
    enum Verb: Sendable, Equatable {
        case login
        case code(StoryToken)
        case refresh(StoryToken, issued: StoryToken)
        case refused(StoryToken, Refusal)
        case use(StoryToken)
        case logout
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
        var subject: String
        var session: String
        var client: String
        var tab: Int
    }

    /// Seconds since the first midnight of the story.
    var second: Int
    /// The actor; a stranger is `???`.
    var actor: String
    var place: StoryPlace
    var verb: Verb
    var lineage: Lineage
    /// Where the line stands.
    var line: Place

    static let stranger = "???"

    /// The tokens the line names, and the one it brings into being.
    var tokens: (named: StoryToken?, issued: StoryToken?) {
        switch verb {
        case .login, .logout: (nil, nil)
        case .code(let issued): (nil, issued)
        case .refresh(let presented, let issued): (presented, issued)
        case .refused(let presented, _): (presented, nil)
        case .use(let token): (token, nil)
        }
    }
}
