extension Alert {
    /// The members that texts of rules and tests of rules name.
    public static let memberNames = [
        "issuer", "client", "subject", "session", "grant", "family", "lineage", "token",
        "attacker.ip", "victim.ip",
    ]

    /// One of ``memberNames``; nil when the alert does not have it.
    public func member(_ name: String) -> String? {
        switch name {
        case "issuer": keys.issuer
        case "client": keys.client
        case "subject": keys.subject
        case "session": keys.session
        case "grant": keys.grant
        case "family": keys.family
        case "lineage": keys.lineage
        case "token": keys.token
        case "attacker.ip": attacker?.ip
        case "victim.ip": victim?.ip
        default: nil
        }
    }
}
