internal import AuditModel
internal import Detection

/// What is missing from the events of each source, which rules suffer, and what to change.
public struct Checkup: Sendable {
    /// One symptom of one source.
    public struct Finding: Sendable, Equatable {
        public var symptom: Symptom
        /// With the figures that show it. Texts are as logs have them.
        public var what: String
        public var remedy: String?
        public var commands: [String]
        /// Names of rules that see nothing for it, and of those that see less.
        public var blind: [String] = []
        public var degraded: [String] = []
    }

    /// One source with what is wrong with it.
    public struct Source: Sendable {
        public var survey: SourceSurvey.Source
        /// Problems first.
        public var findings: [Finding]
        /// Rules that work, wholly or in part, and those that see nothing.
        public var active: [String]
        public var degraded: [String]
        public var blind: [String]
    }

    /// By dialect, then name.
    public let sources: [Source]

    /// - Parameter now: nanoseconds UTC; nil when no clock is to be held against the events.
    public init(_ rules: LoadedRules, _ survey: SourceSurvey, now: Int64?) {
        let coverage = Coverage(rules, survey)
        sources = coverage.sources.enumerated().map { index, source in
            let entries = coverage.entries.filter { $0.source == index }
            func names(_ state: Coverage.State, _ lacks: Set<String>? = nil) -> [String] {
                entries.filter { entry in
                    entry.state == state && !(lacks?.isDisjoint(with: entry.lacks) ?? false)
                }.map(\.rule)
            }
            let found = SymptomSearch(source: source, now: now).found
            let findings = found.map { symptom, what in
                let remedy = Remedies.remedy(symptom, dialect: source.dialect)
                return Finding(
                    symptom: symptom, what: what, remedy: remedy?.text,
                    commands: remedy?.commands ?? [], blind: names(.blind, symptom.lacks),
                    degraded: names(.degraded, symptom.lacks))
            }
            return Source(
                survey: source,
                findings: findings.filter(\.symptom.isProblem)
                    + findings.filter { !$0.symptom.isProblem },
                active: names(.active), degraded: names(.degraded), blind: names(.blind))
        }
    }

    /// Whether something should be mended.
    public var hasProblems: Bool {
        sources.contains { $0.findings.contains(where: \.symptom.isProblem) }
    }
}

/// Holds one source against every symptom.
private struct SymptomSearch {
    let source: SourceSurvey.Source
    let now: Int64?

    /// A clock may differ by so much, nanoseconds.
    private static let tolerance: Int64 = 300_000_000_000

    var found: [(Symptom, String)] {
        Symptom.allCases.compactMap { symptom in what(symptom).map { (symptom, $0) } }
    }

    /// The symptom in words; nil when the source has none of it. Too few events show nothing.
    private func what(_ symptom: Symptom) -> String? {
        guard source.isTelling || symptom == .clockAhead else { return nil }
        return switch symptom {
        case .noSuccesses, .noTokenEvents, .noRefreshes, .noRefreshIDs, .noTokenUse,
            .noSessionEnds:
            tokens(symptom)
        case .noAddress, .proxyAddress, .oneNetwork, .privateAddresses, .webBackEnd:
            addresses(symptom)
        case .noTimeZone, .clockAhead: times(symptom)
        case .maskedSubjects, .noSubjects, .noEventIDs, .unknownTypes: names(symptom)
        }
    }

    private static let tokenKinds: [EventKind] = [
        .codeIssued, .codeRedeemed, .codeRejected, .codeReplayed, .tokenIssued, .tokenIssueFailed,
        .tokenExchanged, .tokenExchangeFailed, .refreshSucceeded, .refreshRejected,
        .refreshReuseDetected, .deviceCodeRedeemed, .cibaRedeemed, .clientAuthFailed,
    ]
    private static let useKinds: [EventKind] = [
        .tokenIntrospected, .tokenIntrospectFailed, .tokenValidated, .tokenValidationFailed,
        .tokenUsed,
    ]

    private func tokens(_ symptom: Symptom) -> String? {
        let shows = source.showsSuccesses
        // A resource server's or gateway's log is about the use of tokens alone.
        let isUse = source.saw(Self.useKinds) && !source.saw(Self.tokenKinds)
        if isUse { return nil }
        switch symptom {
        case .noSuccesses:
            if shows || source.failures == 0 { return nil }
            return "\(source.failures) errors in \(hours) and not one success"
        case .noTokenEvents:
            return source.saw(Self.tokenKinds)
                ? nil : "\(source.events) events, and none of codes or tokens"
        case .noRefreshes:
            guard shows, source.saw([.codeRedeemed]), !source.saw([.refreshSucceeded])
            else { return nil }
            return "\(source.count(.codeRedeemed)) codes were redeemed and nothing was refreshed"
        case .noRefreshIDs:
            guard source.saw([.refreshSucceeded]), !source.has("refresh_id"),
                !source.has("generation")
            else { return nil }
            return "\(source.count(.refreshSucceeded)) refreshes, none of which names a token"
        case .noTokenUse:
            return shows && !source.saw(Self.useKinds)
                ? "no event tells where an access token is used" : nil
        default:
            return shows && !source.has("revocation") ? "no logout and no revocation" : nil
        }
    }

    private func addresses(_ symptom: Symptom) -> String? {
        let use = source.health.addresses
        switch symptom {
        case .noAddress: return source.has("ip") ? nil : "no address in \(source.sampled) events"
        case .proxyAddress, .oneNetwork:
            guard let network = use.onlyNetwork,
                network.isPrivate == (symptom == .proxyAddress)
            else { return nil }
            return "four of five of \(use.count) events of people come from "
                + network.networkText + (network.isPrivate ? ": the address of a proxy" : "")
        case .privateAddresses:
            guard use.isPrivate, use.onlyNetwork == nil else { return nil }
            return "\(use.ofPrivate) of \(use.count) addresses are of private networks"
        default:
            if use.onlyNetwork != nil { return nil }
            let clients = source.health.clients.compactMap { name, use in
                use.onlyNetwork.map { "\(name) (\($0.networkText))" }
            }.sorted()
            if clients.isEmpty { return nil }
            let shown = clients.prefix(5).joined(separator: ", ")
            return "web back ends redeem for many people from one network: \(shown)"
                + (clients.count > 5 ? " and \(clients.count - 5) more" : "")
        }
    }

    private func times(_ symptom: Symptom) -> String? {
        let health = source.health
        if symptom == .noTimeZone {
            return health.zoneless > 0
                ? "\(health.zoneless) of \(source.events) times name no zone" : nil
        }
        guard let now, source.events > 0, health.last > now + Self.tolerance else { return nil }
        let ahead = DurationText.text(health.last - now)
        return "the newest event is \(ahead) ahead of this machine's clock"
    }

    private func names(_ symptom: Symptom) -> String? {
        let health = source.health
        switch symptom {
        case .maskedSubjects:
            return health.masked > 0 && health.masked * 2 >= health.subjects
                ? "\(health.masked) of \(health.subjects) subjects are masked" : nil
        case .noSubjects:
            return source.showsSuccesses && health.subjects == 0
                ? "no subject in \(source.sampled) events" : nil
        case .noEventIDs:
            return health.unnamed > 0
                ? "\(health.unnamed) of \(source.events) events carry no id of their own" : nil
        default:
            guard health.unknown * 10 >= source.sampled, !health.unknownTypes.isEmpty
            else { return nil }
            return "\(health.unknown) of \(source.sampled) events are of types that mean "
                + "nothing here, such as " + health.unknownTypes.joined(separator: ", ")
        }
    }

    private var hours: String {
        DurationText.text(max(0, source.health.last - source.health.first))
    }
}
