internal import AuditModel

/// A test that stands beside a rule: a story or events, and the alerts they must give.
public struct RuleTest: Sendable, Equatable {
    public var name: String
    public var line: Int
    var column: Int
    var script: Script
    var expectation: Expectation
    /// What the client's rotation policy is known to be, as in the ledger's field `rotation`.
    var rotation: String?

    enum Script: Sendable, Equatable {
        case story(StoryText)
        case events([RawEvent])
    }

    /// The alerts of the test's own rule and of every rule named must be exactly those described.
    struct Expectation: Sendable, Equatable {
        var alerts: [ExpectedAlert] = []
        /// Rules that must stay silent, beside those described.
        var silent: [String] = []
    }
}

/// What a test says about one alert; nil says nothing.
struct ExpectedAlert: Sendable, Equatable {
    /// Nil is the rule in whose file the test stands.
    var rule: String?
    var level: Severity?
    var branch: String?
    var verdict: String?
    var count: Int?
}

/// A story as written: its lines with their places.
struct StoryText: Sendable, Equatable {
    struct Line: Sendable, Equatable {
        var text: String
        var place: Place
    }

    var lines: [Line]
}

/// One event written out field by field.
struct RawEvent: Sendable, Equatable {
    struct Member: Sendable, Equatable {
        var name: String
        var values: [String]
        var keyPlace: Place
        var place: Place
    }

    var place: Place
    var members: [Member]
}
