internal import AuditModel
internal import Detection

extension SourceMap.Vendor {
    /// Amazon Cognito in CloudTrail's records.
    static let cognito = SourceMap.Vendor(
        dialect: "cognito",
        fields: [
            "eventname": .column(.vendorType),
            "eventid": .column(.id),
            "eventtime": .time,
            "sourceipaddress": .column(.ip),
            "useragent": .column(.userAgent),
            "errorcode": .column(.reasonRaw),
        ])

    /// Google's audit logs.
    static let google = SourceMap.Vendor(
        dialect: "google",
        fields: [
            "eventname": .column(.vendorType),
            "ipaddress": .column(.ip),
            "time": .time,
        ])

    /// GitHub's audit log.
    static let github = SourceMap.Vendor(
        dialect: "github",
        fields: [
            "action": .column(.vendorType),
            "actor_ip": .column(.ip),
            "user_agent": .column(.userAgent),
            "@timestamp": .time,
        ])

    static let onelogin = SourceMap.Vendor(
        dialect: "onelogin",
        fields: ["event_type_id": .column(.vendorType), "ipaddr": .column(.ip)])

    static let duo = SourceMap.Vendor(
        dialect: "duo", fields: ["timestamp": .time, "isotimestamp": .time])

    /// Servers whose records are all payload to rules but for what the canonical names cover.
    static func plain(_ dialect: String) -> SourceMap.Vendor {
        SourceMap.Vendor(dialect: dialect)
    }
}
