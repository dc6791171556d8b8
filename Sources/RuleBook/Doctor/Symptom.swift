/// Something that is missing from what arrives, or wrong with it.
public enum Symptom: String, CaseIterable, Sendable {
    case noSuccesses = "no_successes"
    case noTokenEvents = "no_token_events"
    case noRefreshes = "no_refreshes"
    case noRefreshIDs = "no_refresh_ids"
    case noTokenUse = "no_token_use"
    case noSessionEnds = "no_session_ends"
    case noAddress = "no_ip"
    case proxyAddress = "proxy_address"
    case oneNetwork = "one_network"
    case privateAddresses = "private_addresses"
    case webBackEnd = "web_back_end"
    case noTimeZone = "no_time_zone"
    case clockAhead = "clock_ahead"
    case maskedSubjects = "masked_subjects"
    case noSubjects = "no_subjects"
    case noEventIDs = "no_event_ids"
    case unknownTypes = "unknown_types"

    /// Whether rules are wrong or blind for it, so that it should be mended first.
    public var isProblem: Bool {
        switch self {
        case .noSuccesses, .noTokenEvents, .noRefreshes, .noRefreshIDs, .noAddress, .proxyAddress,
            .clockAhead, .maskedSubjects, .noSubjects:
            true
        case .noTokenUse, .noSessionEnds, .oneNetwork, .privateAddresses, .webBackEnd,
            .noTimeZone, .noEventIDs, .unknownTypes:
            false
        }
    }

    /// What coverage says is lacking where this is so, by the names of `needs`.
    var lacks: Set<String> {
        switch self {
        case .noSuccesses: ["successes"]
        case .noTokenEvents: ["successes", "refresh_id", "parent_id", "kinds"]
        case .noRefreshes, .noRefreshIDs: ["refresh_id", "parent_id", "generation"]
        case .noTokenUse: ["token_use", "introspection"]
        case .noSessionEnds: ["revocation"]
        case .noAddress: ["ip"]
        case .proxyAddress, .oneNetwork, .privateAddresses: ["asn", "country"]
        case .maskedSubjects, .noSubjects: ["subject"]
        case .webBackEnd, .noTimeZone, .clockAhead, .noEventIDs, .unknownTypes: []
        }
    }
}

/// What to do about a symptom.
struct Remedy: Sendable {
    /// One sentence.
    var text: String
    /// As they are typed, where there are any; `$REALM` and the like are the reader's.
    var commands: [String] = []
}

/// What to change where. A new server is a file with its table, and a line here.
enum Remedies {
    private static let servers: [String: [Symptom: Remedy]] = [
        "keycloak": keycloak,
        "auth0": auth0,
        "okta": okta,
        "entra": entra,
    ]

    /// What cures a symptom at a server; nil when nothing is known to.
    static func remedy(_ symptom: Symptom, dialect: String) -> Remedy? {
        servers[dialect]?[symptom] ?? general[symptom]
    }

    /// Whatever the server.
    private static let general: [Symptom: Remedy] = [
        .noSuccesses: Remedy(text: "let the server log what went well, too"),
        .noTokenEvents: Remedy(
            text: "let the server log the token endpoint: code redemptions, refreshes, refusals"),
        .noAddress: Remedy(
            text: "let the server or the log shipper keep the address of the client"),
        .proxyAddress: Remedy(
            text: "let the server take the client's address from the proxy's header, and only "
                + "from the proxy's"),
        .oneNetwork: Remedy(
            text: "a proxy: let the server read the forwarded address; a web back end: register "
                + "it as confidential; one office: nothing to do"),
        .privateAddresses: Remedy(
            text: "name your networks and where they are, so that places can be told apart "
                + "(docs/PLACES.md)",
            commands: ["grantrail ingest … --networks own.csv"]),
        .webBackEnd: Remedy(
            text: "register it as confidential, so that its address is not taken for people's",
            commands: ["grantrail clients import realm.json --out clients.yml"]),
        .noTimeZone: Remedy(
            text: "say which zone the log is written in, unless it is UTC",
            commands: [
                "grantrail ingest … --time-zone Europe/Berlin",
                "sources: [{…, time_zone: Europe/Berlin}]",
            ]),
        .clockAhead: Remedy(
            text: "set the server's clock by NTP; where times name no zone, name it with time_zone"
        ),
        .noEventIDs: Remedy(
            text: "nothing is lost; but the same events by two ways would count twice, so take "
                + "each log by one way only"),
        .unknownTypes: Remedy(
            text: "they are kept and searchable, and no rule looks at them"),
    ]
}
