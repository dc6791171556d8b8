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
        case .cognito: Self.hiddenInCognito
        case .entra: Self.hiddenInEntra
        case .nginx: Self.hiddenFromGateways
        case .hydra: Self.hiddenInHydra
        case .pingfederate: Self.hiddenInPingFederate
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

    private static let hiddenInCognito: [String: String] = {
        let nameless = [
            "A1", "A2", "A2-older", "A1-fork", "A1-distant", "A1-hosting", "A6", "A24", "A25",
            "A26", "A27",
        ].map { ($0, "Requests for tokens name neither user, session nor token") }
        let others = [
            ("A11-introspection", "Cognito has no introspection to log"),
            ("A13", "whether it is one of the pool's does not show"),
            ("A21", "Who tries to log in is hidden"),
            ("A21-single", "Who tries to log in is hidden"),
            ("A22", "Cognito has no password grant"),
            ("A7", "Cognito has no device authorization"),
        ]
        return Dictionary(uniqueKeysWithValues: nameless + others)
    }()

    private static let hiddenInEntra = [
        "A2": "Entra names no refresh token",
        "A2-older": "Entra names no refresh token",
        "A11-introspection": "Entra has no introspection",
        "A13": "the redirect URI that it refused",
        "A13-expired": "the redirect URI that it refused",
        "A23": "the redirect URI that it refused",
        "A24": "whose a refused code was",
        "A25": "Entra names no refresh token",
        "A26": "Entra names no refresh token",
        "A27": "Entra names no refresh token",
    ]

    private static let hiddenInHydra: [String: String] = {
        let names = "names neither client nor subject nor session"
        let login = "The login application checks passwords"
        let texts = "Hydra leaves redirect URIs, scopes and tokens out of its log"
        var hidden: [String: String] = [
            "A11-introspection": "Hydra answers an introspection alike",
            "A21": login, "A21-single": login, "A13": texts, "A13-expired": texts, "A23": texts,
            "A27": texts,
        ]
        for scenario in [
            "A1", "A2", "A2-older", "A1-fork", "A1-distant", "A1-hosting", "A7", "A11",
            "A12", "A22", "A24", "A25", "A26",
        ] {
            hidden[scenario] = names
        }
        return hidden
    }()

    private static let hiddenInPingFederate = [
        "A6": "neither user nor session when it refuses a token or a code",
        "A24": "neither user nor session when it refuses a token or a code",
        "A13": "Redirect URIs and granted scopes are not in the log",
        "A13-expired": "Redirect URIs and granted scopes are not in the log",
        "A23": "Redirect URIs and granted scopes are not in the log",
        "A27": "Redirect URIs and granted scopes are not in the log",
        "A1": "PingFederate names no tokens and no codes",
        "A1-fork": "PingFederate names no tokens and no codes",
        "A1-hosting": "PingFederate names no tokens and no codes",
        "A2": "PingFederate names no tokens and no codes",
        "A2-older": "PingFederate names no tokens and no codes",
        "A25": "PingFederate names no tokens and no codes",
        "A26": "PingFederate names no tokens and no codes",
    ]
}
