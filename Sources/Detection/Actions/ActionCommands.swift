internal import WireFormat

/// What commands of several servers share.
///
/// Hosts and administrators' tokens stand in variables of the operator's shell: a host that a log
/// names must never be sent one.
enum ActionCommands {
    typealias Lines = [(detail: String, line: String?)]

    /// RFC 7009. Grantrail never has the token, nor the client's secret, for which curl asks.
    static func revokeToken(_ target: StandardAction.Target) -> String? {
        let client = target.client.flatMap { client in
            client.contains(":") || client.hasPrefix("-") ? nil : ShellText.queryValue(client)
        }
        return #"tr -d "\n" <TOKEN | curl --fail-with-body"#
            + (client.map { " --user \($0)" } ?? "")
            + #" --data-urlencode token@- "$REVOCATION_ENDPOINT""#
    }

    /// A request to an administration API.
    ///
    /// - Parameter path: its segments are percent-encoded: it needs no other quotes than these.
    static func curl(_ method: String, _ host: String, _ header: String, _ path: String) -> String {
        "curl --fail-with-body -X \(method) -H \"Authorization: \(header)\" "
            + "\"https://$\(host)\(path)\""
    }
}

/// `kcadm.sh`, once its operator has logged in to the server with it.
struct KeycloakActions {
    private let realm: String?
    private let client: String?
    private let target: StandardAction.Target

    init(_ target: StandardAction.Target) {
        self.target = target
        realm = target.realm.flatMap { realm in
            realm.hasPrefix("-") ? nil : ShellText.pathSegment(realm) == realm ? realm : nil
        }
        client = target.client.flatMap(ShellText.queryValue)
    }

    func lines(_ action: StandardAction) -> ActionCommands.Lines {
        guard let realm else { return [] }
        let session = target.session.flatMap(ShellText.pathSegment)
        let subject = target.subject.flatMap(ShellText.pathSegment)
        let granted = target.client.flatMap(ShellText.pathSegment)
        switch action {
        case .endSession:
            return [("", session.map { "kcadm.sh delete sessions/\($0) -r \(realm)" })]
        case .logOutSubject:
            return [("", subject.map { "kcadm.sh create users/\($0)/logout -r \(realm)" })]
        case .revokeGrant:
            guard let subject, let granted else { return [] }
            return [("", "kcadm.sh delete users/\(subject)/consents/\(granted) -r \(realm)")]
        case .revokeToken: return []
        case .disableSubject:
            let disabled = "-r \(realm) -s enabled=false"
            return [("", subject.map { "kcadm.sh update users/\($0) \(disabled)" })]
        case .refuseOlderTokens:
            return onClient(
                "update clients/\"$id\" -r \(realm) -s notBefore=\"$(date +%s)\"",
                "create clients/\"$id\"/push-revocation -r \(realm)")
        case .renewClientSecret: return onClient("create clients/\"$id\"/client-secret -r \(realm)")
        case .disableClient: return onClient("update clients/\"$id\" -r \(realm) -s enabled=false")
        }
    }

    /// Clients have another id inside the server than the one they show.
    private func onClient(_ steps: String...) -> ActionCommands.Lines {
        guard let realm, let client else { return [] }
        let lookUp =
            "id=$(kcadm.sh get clients -r \(realm) -q clientId=\(client) --fields id "
            + "--format csv --noquotes)"
        return [("", ([lookUp] + steps.map { "kcadm.sh " + $0 }).joined(separator: " && "))]
    }
}

/// Auth0's Management API, v2. Needs AUTH0_DOMAIN and AUTH0_TOKEN.
struct Auth0Actions {
    private let target: StandardAction.Target

    init(_ target: StandardAction.Target) { self.target = target }

    func lines(_ action: StandardAction) -> ActionCommands.Lines {
        let client = target.client.flatMap(ShellText.pathSegment)
        switch action {
        case .endSession:
            let session = target.session.flatMap(ShellText.pathSegment)
            return [("", session.map { request("POST", "/sessions/\($0)/revoke") })]
        case .logOutSubject:
            guard let subject = target.subject.flatMap(ShellText.pathSegment) else { return [] }
            return [
                ("", request("DELETE", "/users/\(subject)/sessions")),
                (" and revoke the refresh tokens",
                    request("DELETE", "/users/\(subject)/refresh-tokens")),
            ]
        case .revokeGrant: return [("", revokeGrant)]
        case .disableSubject:
            let subject = target.subject.flatMap(ShellText.pathSegment)
            let blocked = Self.json(#"{"blocked":true}"#)
            return [("", subject.map { request("PATCH", "/users/\($0)") + blocked })]
        case .renewClientSecret:
            return [("", client.map { request("POST", "/clients/\($0)/rotate-secret") })]
        case .revokeToken, .refuseOlderTokens, .disableClient: return []
        }
    }

    private var revokeGrant: String? {
        guard let subject = target.subject, let client = target.client,
            ShellText.isShowable(subject), ShellText.isShowable(client)
        else { return nil }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("client_id", client)
        writer.member("user_id", subject)
        writer.endObject()
        let body = String(decoding: writer.bytes, as: UTF8.self)
        return request("POST", "/refresh-tokens/revoke") + Self.json(body)
    }

    private static func json(_ body: String) -> String {
        " -H \"content-type: application/json\" --data \(ShellText.quoted(body))"
    }

    private func request(_ method: String, _ path: String) -> String {
        ActionCommands.curl(method, "AUTH0_DOMAIN", "Bearer $AUTH0_TOKEN", "/api/v2" + path)
    }
}

/// Okta's management API, v1. Needs OKTA_DOMAIN and OKTA_TOKEN.
struct OktaActions {
    private let target: StandardAction.Target

    init(_ target: StandardAction.Target) { self.target = target }

    func lines(_ action: StandardAction) -> ActionCommands.Lines {
        let client = target.client.flatMap(ShellText.pathSegment)
        let subject = target.subject.flatMap(ShellText.pathSegment)
        switch action {
        case .endSession:
            let session = target.session.flatMap(ShellText.pathSegment)
            return [("", session.map { request("DELETE", "/sessions/\($0)") })]
        case .logOutSubject:
            let path = subject.map { "/users/\($0)/sessions?oauthTokens=true" }
            return [(" and revoke the tokens", path.map { request("DELETE", $0) })]
        case .revokeGrant:
            guard let subject, let client else { return [] }
            return [("", request("DELETE", "/users/\(subject)/clients/\(client)/tokens"))]
        case .disableSubject:
            return [("", subject.map { request("POST", "/users/\($0)/lifecycle/suspend") })]
        case .renewClientSecret:
            return [("", client.map { request("POST", "/apps/\($0)/credentials/secrets") })]
        case .disableClient:
            return [("", client.map { request("POST", "/apps/\($0)/lifecycle/deactivate") })]
        case .revokeToken, .refuseOlderTokens: return []
        }
    }

    private func request(_ method: String, _ path: String) -> String {
        ActionCommands.curl(method, "OKTA_DOMAIN", "SSWS $OKTA_TOKEN", "/api/v1" + path)
    }
}
