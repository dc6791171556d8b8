/// What of each attack a dialect shows.
extension SimulatedDialect {
    /// The rules any of which should find a scenario in this dialect's log; none where the server
    /// logs too little.
    public func expectedRules(_ scenario: AttackScenario) -> [String] {
        hidden[scenario.rawValue] == nil ? scenario.expectedRules : []
    }

    /// Why no rule can find a scenario in this dialect; nil where one can.
    public func blindness(_ scenario: AttackScenario) -> String? { hidden[scenario.rawValue] }

    /// By the scenario's name.
    private var hidden: [String: String] {
        switch self {
        case .keycloakJSON, .keycloakText: [:]
        case .auth0: Self.hiddenInAuth0
        case .okta: Self.hiddenInOkta
        case .nginx: Self.hiddenFromGateways
        }
    }

    private static let hiddenFromGateways = Dictionary(
        uniqueKeysWithValues: AttackScenario.allCases.map {
            ($0.rawValue, "A gateway sees neither logins nor refreshes")
        })

    private static let hiddenInAuth0 = [
        "A11-introspection": "Auth0 has no introspection to log",
        "A1-fork": "Tokens that are not rotated have no name",
        "A6": "Auth0 names neither the code nor the session when it refuses a code",
        "A24": "Auth0 names neither the code nor the session when it refuses a code",
        "A25": "Codes and logins carry no `familyId`",
        "A26": "A refusal other than for reuse names no token",
        "A27": "what it was first granted does not show",
    ]

    private static let hiddenInOkta = [
        "A11-introspection": "Okta logs no introspection",
        "A13": "Okta names tokens by hash",
        "A6": "Okta names neither the code nor the session when it refuses a code",
        "A24": "Okta names neither the code nor the session when it refuses a code",
        "A26": "A refusal other than for reuse names no token",
    ]
}
