internal import AuditModel
internal import Detection

extension SourceMap.Vendor {
    /// Okta's System Log, by the members of `LogEvent`.
    static let okta = SourceMap.Vendor(
        dialect: "okta", prefixes: ["okta."], dropsUnderscores: true,
        fields: [
            "eventtype": .column(.vendorType),
            "uuid": .column(.id),
            "published": .time,
            "client.ipaddress": .column(.ip),
            "client.useragent.rawuseragent": .column(.userAgent),
            "outcome.reason": .column(.reasonRaw),
            "authenticationcontext.externalsessionid": .column(.session),
            "debugcontext.debugdata.granttype": .column(.grantType),
            "debugcontext.debugdata.grantedscopes": .column(.scopes),
            "debugcontext.debugdata.authorizationserver": .column(.issuer),
            "debugcontext.debugdata.dthash": .column(.device),
            "client.id": .column(.client),
            "client.geographicalcontext.city": .column(.city),
            "securitycontext.asnumber": .column(.asn),
            "transaction.id": .column(.request),
        ])
}
