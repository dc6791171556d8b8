/// The name of an incident: of alerts about one grant or one attacker, close to each other in time.
///
/// The first 64 bits of `H("incident/1", id of its first alert)`, first in the order of (time, id):
/// whoever knows the same alerts gives the same name.
public struct IncidentID: Hashable, Comparable, Sendable {
    public let bits: UInt64

    /// - Parameter alert: the incident's first.
    public init(first alert: ID128) {
        var hash = IdentityHash("incident/1")
        hash.add(alert)
        bits = hash.id().high
    }

    /// Reads ``text``; nil for anything else.
    public init?(_ text: String) {
        guard text.hasPrefix(Self.prefix),
            let id = ID128(hex: String(text.dropFirst(Self.prefix.count)) + Self.padding)
        else { return nil }
        bits = id.high
        // One incident has one text.
        guard self.text == text else { return nil }
    }

    /// `in_` and 16 lower-case hexadecimal digits.
    public var text: String { Self.prefix + String(ID128(high: bits, low: 0).hex.prefix(16)) }

    /// What the text of every incident begins with.
    public static let prefix = "in_"
    private static let padding = String(repeating: "0", count: 16)

    public static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }
}

extension Alert {
    /// The incident that an alert is part of, as it was when somebody was told.
    public struct Incident: Sendable, Equatable {
        public var id: IncidentID
        /// How many of its alerts stood then; nil where nobody is told.
        public var alerts: Int?
        /// The incident that the alert was told under before it proved to be part of `id`.
        public var before: IncidentID?
        /// Incidents that this alert showed to be part of `id`.
        public var joined: [IncidentID]

        public init(
            id: IncidentID, alerts: Int? = nil, before: IncidentID? = nil,
            joined: [IncidentID] = []
        ) {
            self.id = id
            self.alerts = alerts
            self.before = before
            self.joined = joined
        }
    }
}

/// What of an alert tells which others are about the same grant or attacker: hashes that are equal
/// where the texts are. Which of them count depends on what the alert's rule groups by.
public struct IncidentClues: Sendable, Equatable {
    /// The id of the rule.
    public var rule: String
    public var alert: ID128
    /// Event times of the first hit and the last.
    public var first: Int64
    public var last: Int64
    /// Family, session and grant of the anchor event, as far as they are known.
    public var grant: [ID128]
    /// The token that the anchor event presented.
    public var token: ID128?
    /// The address of who is said to be the attacker, unless it is one that many machines have.
    public var attacker: ID128?
}

extension Alert {
    /// Tenants never share an incident: nobody hears through one of another's alerts.
    public var clues: IncidentClues {
        func clue(_ kind: String, _ issuer: String?, _ value: String?) -> ID128? {
            guard let value, !value.isEmpty else { return nil }
            var hash = IdentityHash("incident-clue/1")
            for part in [kind, tenant ?? "", issuer ?? "", value] { hash.add(part) }
            return hash.id()
        }
        let address = attacker?.ip.flatMap { IPAddress($0) }
        return IncidentClues(
            rule: rule.id, alert: id, first: min(time, firstSeen), last: max(time, lastSeen),
            grant: [
                clue("family", keys.issuer, keys.family),
                clue("session", keys.issuer, keys.session),
                clue("grant", keys.issuer, keys.grant),
            ].compactMap { $0 },
            token: clue("token", nil, keys.token),
            attacker: address.flatMap { $0.isPrivate ? nil : clue("attacker", nil, $0.text) })
    }
}
