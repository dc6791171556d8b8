internal import AuditModel
internal import Detection

extension SourceMap.Vendor {
    /// Auth0's tenant logs, by the members of a log event; streams wrap them in `data`.
    static let auth0 = SourceMap.Vendor(
        dialect: "auth0", prefixes: ["data."],
        fields: [
            "type": .column(.vendorType),
            "log_id": .column(.id),
            "date": .time,
            "tenant_name": .column(.tenant),
            "client_id": .column(.client),
            "user_id": .column(.subject),
            "ip": .column(.ip),
            "user_agent": .column(.userAgent),
            "audience": .column(.audience),
            "scope": .column(.scopes),
            "details.session_id": .column(.session),
            "details.familyid": .column(.family),
            "details.access_token_jti": .column(.issued),
        ])
}
