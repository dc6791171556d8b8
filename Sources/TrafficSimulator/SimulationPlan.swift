/// A log format the simulator writes.
public enum SimulatedDialect: String, CaseIterable, Sendable {
    /// One JSON object a line, as a Keycloak event listener sends to Kafka.
    case keycloakJSON = "keycloak"
    /// Lines of Keycloak 26's own log with every value quoted.
    case keycloakText = "keycloak-text"
    /// What an Auth0 log stream sends, one a line.
    case auth0
    /// Okta's System Log, one event a line.
    case okta
    /// What Amazon Cognito writes to CloudTrail, one event a line.
    case cognito
    /// Microsoft Entra ID's records as diagnostic settings store them, one a line.
    case entra
    /// The JSON access log of an nginx before the applications' interface.
    case nginx
    /// Ory Hydra's log as JSON.
    case hydra
    /// PingFederate's audit log as pairs.
    case pingfederate

    /// The name of the file this dialect is written to.
    public var fileName: String {
        self == .keycloakText || self == .pingfederate ? rawValue + ".log" : rawValue + ".jsonl"
    }

    /// The name of the file with the labels whose event ids belong to this dialect.
    public var truthFileName: String {
        switch self {
        case .keycloakJSON: "truth.jsonl"
        case .keycloakText: "truth-text.jsonl"
        default: "truth-\(rawValue).jsonl"
        }
    }

    /// What the product calls the format.
    var formatName: String { self == .keycloakText ? "keycloak" : rawValue }
}

/// Which releases of Keycloak 26 the server's events look like.
public enum ServerRelease: Sendable {
    /// Session ids and access-token ids are UUIDs; a refresh says nothing about its timing.
    case earlier
    /// Session ids have 24 URL-safe characters, access-token ids a prefix that names session and
    /// grant, and a refresh tells the access token's lifetime and the refresh token's age.
    case later
}

/// How often honest clients present a refresh token twice, in refreshes per million.
public struct BenignRates: Sendable, Equatable {
    /// Two tabs redeem one token within a second or two (browser applications).
    public var race = 900
    /// The response was lost; the device tries again 1 to 120 s later.
    public var lostResponse = 700
    /// The response was lost and the device slept; it tries again hours or days later.
    public var lateResume = 250
    /// A restored backup presents a token two generations old.
    public var backupRestore = 15
    /// Requests that fail without anybody's fault (mistyped passwords, tokens presented too late):
    /// per client and hour, for a thousand subjects.
    public var failures = 5

    public init() {}
}

/// Everything that decides what a simulation writes: equal plans give equal bytes.
public struct SimulationPlan: Sendable, Equatable {
    public var seed: UInt64
    /// The first moment, nanoseconds UTC; 1970 to 2200.
    public var startTime: Int64
    /// How long, 1 to 3,660 days.
    public var days: Int
    /// Days at the start without attacks.
    public var quietDays = 0
    /// The number of resource owners, 1 to 5 million.
    public var subjects: Int
    /// Stops after exactly this many events, if there are as many.
    public var targetEvents: Int?
    /// The realm that rotates refresh tokens (`revokeRefreshToken`, reuse 0).
    public var realmName = "acme"
    /// The realm that does not rotate them.
    public var lenientRealmName = "acme-partners"
    /// Subjects in the rotating realm, percent.
    public var rotatingShare = 80
    /// Subjects' applications that run in a browser, percent; the others are mostly phones.
    public var browserShare = 45
    /// How many attacks of each scenario.
    public var attacks: [AttackScenario: Int] = [:]
    public var rates = BenignRates()
    /// How many times an administrator invalidates all tokens of one client (not-before).
    public var notBeforePushes = 1
    /// How many releases of clients go wrong: three times the usual failures for 20 minutes.
    public var deploys = 2
    /// Hours simulated before `startTime` and not written, so that the log starts in mid-life.
    public var warmUpHours = 0
    public var release = ServerRelease.later
    public var dialects: [SimulatedDialect] = [.keycloakJSON]
    /// Whether the realms and their clients are written as well, as Keycloak exports them.
    public var writesRealms = false

    public init(seed: UInt64, startTime: Int64, days: Int, subjects: Int) {
        self.seed = seed
        self.startTime = startTime
        self.days = days
        self.subjects = subjects
    }

    /// 2026-03-02T00:00:00Z, a Monday.
    public static let defaultStart: Int64 = 1_772_409_600_000_000_000

    /// The attacks of a plan made by ``events(_:seed:startTime:days:attacks:)`` or
    /// ``demo(seed:)``.
    public static let fewAttacks: [AttackScenario: Int] = [
        .attackerFirst: 2, .victimFirst: 2, .victimFirstOlder: 2, .silentTakeover: 1, .fork: 1,
        .distantUse: 1, .tokenStuffing: 1, .leakedToken: 1, .leakedDeadToken: 1,
    ]

    /// A plan that stops at exactly the number of events wanted, most of the way through its
    /// days, with attacks in its second half.
    public static func events(
        _ events: Int, seed: UInt64 = 1, startTime: Int64 = defaultStart, days: Int = 9,
        attacks: [AttackScenario: Int] = fewAttacks
    ) -> SimulationPlan {
        let length = max(1, min(days, 3660))
        var plan = SimulationPlan(seed: seed, startTime: startTime, days: length, subjects: 1)
        plan.quietDays = length * 5 / 9
        plan.attacks = attacks
        plan.fit(events: events)
        return plan
    }

    /// Eight quiet days and one with labelled attacks.
    public static func demo(seed: UInt64 = 7) -> SimulationPlan {
        var plan = SimulationPlan(seed: seed, startTime: defaultStart, days: 9, subjects: 130)
        plan.quietDays = 8
        plan.rates.failures = 14
        plan.attacks = fewAttacks
        return plan
    }

    /// A large, refresh-heavy archive: 14 days, many short sessions, a few stolen refresh tokens.
    public static func benchmark(events: Int = 2_000_000, seed: UInt64 = 42) -> SimulationPlan {
        var plan = SimulationPlan(seed: seed, startTime: defaultStart, days: 14, subjects: 1)
        plan.quietDays = 3
        plan.browserShare = 90
        plan.release = .earlier
        plan.rates.failures = 1
        plan.attacks = [
            .attackerFirst: 4, .victimFirst: 4, .victimFirstOlder: 4, .silentTakeover: 2, .fork: 2,
        ]
        plan.fit(events: events)
        return plan
    }

    /// The same plan without attacks: everyone else's traffic keeps its bytes.
    public var benignTwin: SimulationPlan {
        var plan = self
        plan.attacks = [:]
        return plan
    }
}
