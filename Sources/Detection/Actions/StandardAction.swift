internal import AuditModel

/// What operators do about a finding at any authorization server. Rules name it, the command is
/// that of the server that wrote the event (docs/RULES.md, "Actions").
public enum StandardAction: String, CaseIterable, Sendable {
    case endSession = "end_session"
    case logOutSubject = "log_out_subject"
    case revokeGrant = "revoke_grant"
    case revokeToken = "revoke_token"
    case refuseOlderTokens = "refuse_older_tokens"
    case renewClientSecret = "renew_client_secret"
    case disableSubject = "disable_subject"
    case disableClient = "disable_client"

    /// Says what it does, with placeholders.
    public var title: String {
        switch self {
        case .endSession: "End the session {session}"
        case .logOutSubject: "Log {subject} out of every session"
        case .revokeGrant: "Revoke the refresh tokens that {client} has for {subject}"
        case .revokeToken:
            "Revoke the token itself, put into the file TOKEN, at the endpoint of {issuer}"
        case .refuseOlderTokens: "Refuse all tokens that {client} was issued before now"
        case .renewClientSecret: "Give {client} a new secret"
        case .disableSubject: "Disable {subject} until they were asked"
        case .disableClient: "Disable {client}"
        }
    }

    /// Whether the operator can take it back.
    public var reversible: Bool {
        [.refuseOlderTokens, .disableSubject, .disableClient].contains(self)
    }

    /// What it is done to.
    struct Target {
        /// Of the server that wrote the event: `keycloak`, `auth0`, `okta`, or another.
        var dialect: String
        /// The realm of Keycloak.
        var realm: String?
        var issuer: String?
        var client: String?
        var subject: String?
        var session: String?
    }

    /// The steps to take, titles still with placeholders. None where the alert does not say whom
    /// it is done to; no command where the server has none or a value could not stand in one.
    func steps(_ target: Target) -> [Alert.Action] {
        guard isKnown(target) else { return [] }
        let commands: (vendor: String, lines: [(detail: String, line: String?)]) =
            if self == .revokeToken {
                ("RFC 7009", [("", ActionCommands.revokeToken(target))])
            } else {
                switch target.dialect {
                case "keycloak": ("Keycloak", KeycloakActions(target).lines(self))
                case "auth0": ("Auth0", Auth0Actions(target).lines(self))
                case "okta": ("Okta", OktaActions(target).lines(self))
                default: ("", [])
                }
            }
        let known = commands.lines.filter { $0.line != nil }
        if known.isEmpty {
            return [Alert.Action(title: title, command: nil, reversible: reversible)]
        }
        return known.map { detail, line in
            Alert.Action(
                title: "\(title)\(detail) (\(commands.vendor))", command: line,
                reversible: reversible)
        }
    }

    private func isKnown(_ target: Target) -> Bool {
        let needed: [String?] =
            switch self {
            case .endSession: [target.session]
            case .logOutSubject, .disableSubject: [target.subject]
            case .revokeGrant: [target.subject, target.client]
            case .revokeToken: [target.issuer]
            case .refuseOlderTokens, .renewClientSecret, .disableClient: [target.client]
            }
        return needed.allSatisfy { $0?.isEmpty == false }
    }
}
