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
            "details.refresh_token.session_id": .column(.session),
            "details.familyid": .column(.family),
            "details.tokencounter": .column(.generation),
            "details.failure_reason": .column(.reasonRaw),
            "details.grant_id": .column(.grant),
            "details.credential_id": .column(.presented),
            "mtls_thumbprint_sha256": .column(.proofKey),
            "security_context.ja4": .column(.tls),
            "references.correlation_id": .column(.request),
            "details.access_token_jti": .column(.issued),
        ])
}
