internal import AuditModel
internal import Detection

extension SourceMap.Vendor {
    /// Keycloak's user events, by the names of `org.keycloak.events.Event` and `Details`.
    ///
    /// Which column a token id is in depends on the event: the token that a refresh presents, the
    /// one that a code gave.
    static let keycloak = SourceMap.Vendor(
        dialect: "keycloak", prefixes: ["details."],
        fields: [
            "type": .column(.vendorType),
            "id": .column(.id),
            "time": .time,
            "realmid": .column(.issuer),
            "realmname": .column(.tenant),
            "clientid": .either(.payload("clientId"), .event(.client)),
            "revoked_client": .column(.client),
            "userid": .column(.subject),
            "refresh_token_sub": .either(.payload("refresh_token_sub"), .event(.subject)),
            "sessionid": .column(.session),
            "code_id": .either(.payload("code_id"), .event(.session)),
            "ipaddress": .column(.ip),
            "error": .either(.payload("error"), .event(.reasonRaw)),
            "reason": .column(.reasonRaw),
            "grant_type": .column(.grantType),
            "scope": .column(.scopes),
            "audience": .column(.audience),
            "user_agent": .column(.userAgent),
            "token_id": .either(.event(.issued), .event(.presented)),
            "refresh_token_id": .either(.event(.presented), .event(.issued)),
            "updated_refresh_token_id": .column(.issued),
            "code": .either(.payload("code"), .event(.code)),
            "refresh_token": .either(.payload("refresh_token"), .event(.presented)),
            "token": .either(.payload("token"), .event(.presented)),
        ])
}
