public import AuditModel
internal import GrantLedger

/// Whether a leaked token can still be used, as far as one can know.
public enum ScanStatus: String, Sendable, CaseIterable {
    /// The store knows it and nothing ended it.
    case live
    /// It is past its own expiry.
    case expired
    /// The store knows it, and that it was spent or revoked, or its grant ended.
    case revoked
    /// Nobody knows.
    case unknown
}

/// What a store knows of a leaked token.
struct KnownToken: Sendable, Equatable {
    var issuer: String?
    var client: String?
    var subject: String?
    var session: String?
    var family: String?
    var scopes: [String] = []
    /// Why it can no longer be used; nil if nothing says so.
    var ended: String?
    /// The event that named it first.
    var event: ID128
    var time: Int64
    var precision: UInt8
    var eventKind: EventKind
    var dialect: String
}

/// What a store says about some tokens as of one moment.
public struct LeakKnowledge: Sendable {
    var tokens: [ID128: KnownToken] = [:]
    /// Issuers and tenants of the store's events.
    var issuers: Set<String> = []
    /// The moment asked about: the one named, else the last event's; nanoseconds UTC.
    public var asOf: Int64
    /// Events looked at.
    public var events = 0
    /// Whether the store made its fingerprints with the same key.
    public var hasSameKey = true

    /// Nothing known, at some moment.
    public init(asOf: Int64) { self.asOf = asOf }

    func token(of finding: LeakFinding) -> KnownToken? {
        finding.aliases.lazy.compactMap { tokens[$0] }.first
    }

    /// Whether an issuer in a JWS is one of the store's: by its text, or by the last part of its
    /// path, which in Keycloak's is the realm.
    func knows(issuer: String?) -> Bool {
        guard let issuer else { return false }
        if issuers.contains(issuer) { return true }
        return issuer.split(separator: "/").last.map { issuers.contains(String($0)) } ?? false
    }
}

/// A finding with its verdict.
public struct LeakVerdict: Sendable {
    public var finding: LeakFinding
    public var status: ScanStatus
    public var alert: Alert

    init(_ finding: LeakFinding, _ knowledge: LeakKnowledge) {
        let known = knowledge.token(of: finding)
        let isExpired = finding.expires.map { $0 <= knowledge.asOf / 1_000_000_000 } ?? false
        self.finding = finding
        if isExpired {
            status = .expired
        } else if let known {
            status = known.ended == nil ? .live : .revoked
        } else {
            status = .unknown
        }
        let rule: LeakRule =
            switch (status, known) {
            case (.live, _): .live
            case (.expired, _), (.revoked, _): .dead
            case (.unknown, _): .unknown
            }
        let severity: Severity =
            switch status {
            case .live: finding.isLongLived ? .critical : .high
            case .expired, .revoked: .low
            case .unknown:
                finding.isWebToken
                    ? (knowledge.knows(issuer: finding.issuer) ? .high : .medium)
                    : (finding.isVendors ? .medium : .low)
            }
        alert = Alert(
            id: Self.identity(rule, finding), rule: rule.alertRule, severity: severity,
            time: knowledge.asOf, precision: 3)
        fill(known)
    }

    /// Nothing in it depends on the fingerprint key.
    private static func identity(_ rule: LeakRule, _ finding: LeakFinding) -> ID128 {
        Alert.identity(
            ruleID: rule.id,
            groupKey: [finding.path, "\(finding.line)", "\(finding.column)", finding.kind],
            anchor: finding.lineDigest)
    }

    private mutating func fill(_ known: KnownToken?) {
        alert.count = finding.count
        alert.confidence = finding.isWebToken || finding.isVendors || known != nil ? 95 : 60
        alert.verdict =
            switch status {
            case .live: "live_token"
            case .expired, .revoked: "dead_token"
            case .unknown: "unknown_token"
            }
        alert.keys.issuer = known?.issuer ?? finding.issuer
        alert.keys.client = known?.client
        alert.keys.subject = known?.subject
        alert.keys.session = known?.session
        alert.keys.family = known?.family
        alert.keys.token = (finding.tokenID ?? finding.fingerprint).hex
        alert.message = message(known)
        if let known {
            alert.evidence = [
                Alert.Evidence(
                    event: known.event, time: known.time, precision: known.precision,
                    kind: known.eventKind, source: known.dialect)
            ]
            if status == .live {
                alert.blastRadius = Alert.BlastRadius(families: 1, scopes: known.scopes)
            }
        }
        alert.attack = ["T1552.001", "T1528"]
        alert.references = ["RFC 6750 section 5.3", "RFC 6819 section 4.1"]
        alert.actions = actions(known)
    }

    private func message(_ known: KnownToken?) -> String {
        let name = LeakRule.name(ofKind: finding.kind)
        let owner = [known?.subject.map { "of \($0)" }, known?.client.map { "at \($0)" }]
            .compactMap { $0 }.joined(separator: " ")
        let who = owner.isEmpty ? name : "\(name) \(owner)"
        return switch status {
        case .live: "\(who) stands in a log and can be used"
        case .expired: "\(who) stands in a log; it has expired"
        case .revoked: "\(who) stands in a log; \(known?.ended ?? "it was revoked")"
        case .unknown where finding.isWebToken:
            "\(who) stands in a log; it has not expired, and no event names it"
        case .unknown: "\(who) stands in a log; whether it can be used is not known"
        }
    }

    private func actions(_ known: KnownToken?) -> [Alert.Action] {
        var actions: [Alert.Action] = []
        if status == .live || status == .unknown {
            actions.append(
                Alert.Action(
                    title: finding.isLongLived && known == nil
                        ? "Rotate the credential" : "Revoke the token and its grant",
                    command: nil, reversible: false))
        }
        if let family = known?.family {
            actions.append(
                Alert.Action(
                    title: "See what the grant did", command: "grantrail grant show \(family)",
                    reversible: true))
        }
        actions.append(
            Alert.Action(
                title: "Keep tokens out of this log, and purge what it holds", command: nil,
                reversible: false))
        return actions
    }
}

/// The rules behind findings. LEAK-01 and LEAK-04 share their ids with the pack's rules of that
/// name, which judge the authorization server's own records.
enum LeakRule: String, CaseIterable {
    case live = "LEAK-01"
    case unknown = "LEAK-03"
    case dead = "LEAK-04"

    var id: String { "1b0e5c1a-6b8e-4a63-9a0e-3d0f5a9c01" + rawValue.suffix(2) }

    var title: String {
        switch self {
        case .live: "Live token in a log"
        case .unknown: "Token of unknown state in a log"
        case .dead: "Dead token in a log"
        }
    }

    var help: String {
        switch self {
        case .live: "The store knows the token and nothing has ended it: revoke it now."
        case .unknown: "No event names the token. Find its owner; revoke it if it is real."
        case .dead: "The token has expired or was revoked. Keep tokens out of this log."
        }
    }

    var alertRule: Alert.Rule {
        var hash = IdentityHash("scan/1")
        hash.add(id)
        return Alert.Rule(id: id, name: rawValue, title: title, hash: hash.id().hex)
    }

    /// What people call a token with this tag.
    static func name(ofKind tag: String) -> String {
        switch tag {
        case "jwt": "a JWT"
        case "bearer": "a bearer token"
        case "dpop": "a DPoP token"
        case "basic": "an HTTP Basic credential"
        case "rt": "a refresh token"
        case "at": "an access token"
        case "idt": "an ID token"
        case "code": "an authorization code"
        case "dc": "a device code"
        case "secret": "a client secret"
        case "assertion": "an assertion"
        case "verifier": "a code verifier"
        case "password": "a password"
        case "cookie": "a session cookie"
        default: "a token"
        }
    }
}
