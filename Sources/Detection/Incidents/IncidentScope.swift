public import AuditModel

/// Which clues of an alert count: those that its rule is about.
///
/// An alert names every id of the event that brought it about. A rule over all refusals of a client
/// is not about the grant whose refusal was the last one, and must not tie others to it.
public struct IncidentScope: Sendable {
    /// Rules about one grant, session, subject or token.
    private let aboutGrants: Set<String>
    /// Rules about one address or network: a token that it presents may turn up elsewhere too.
    private let aboutAddresses: Set<String>

    public init(rules: [Rule]) {
        aboutGrants = Self.ids(of: rules, Self.isOfGrant)
        aboutAddresses = Self.ids(of: rules) { $0 == .ip || $0 == .prefix }
    }

    /// What two alerts must share to be part of one incident. Empty for one that stands alone.
    public func links(of clues: IncidentClues) -> [ID128] {
        if aboutGrants.contains(clues.rule) {
            return clues.grant + [clues.token, clues.attacker].compactMap { $0 }
        }
        return aboutAddresses.contains(clues.rule) ? [clues.token].compactMap { $0 } : []
    }

    private static func ids(
        of rules: [Rule], _ isMeant: (Rule.KeyField) -> Bool
    ) -> Set<String> {
        Set(rules.filter { $0.key.contains(where: isMeant) }.map(\.id))
    }

    private static func isOfGrant(_ field: Rule.KeyField) -> Bool {
        switch field {
        case .session, .family, .lineage, .subject: true
        case .field(.event(let field)):
            [.session, .grant, .family, .lineage, .presented, .issued, .code].contains(field)
        case .issuer, .tenant, .client, .ip, .prefix, .field: false
        }
    }
}
