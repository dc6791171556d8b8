internal import AuditModel
internal import Detection

extension SourceMap.Vendor {
    /// Microsoft Entra ID, by the records that diagnostic settings send to Event Hub: an envelope,
    /// and `properties`. Rules name the columns of Log Analytics, which has the members of both
    /// side by side.
    static let entra = SourceMap.Vendor(
        dialect: "entra", prefixes: ["properties."],
        fields: [
            "time": .time,
            "timegenerated": .time,
            "createddatetime": .time,
            "activitydatetime": .time,
            "tenantid": .column(.tenant),
            "userid": .column(.subject),
            "appid": .column(.client),
            "ipaddress": .column(.ip),
            "calleripaddress": .column(.ip),
            "useragent": .column(.userAgent),
            "uniquetokenidentifier": .column(.issued),
            "sessionid": .column(.session),
        ],
        envelope: [
            "resourceid", "operationname", "operationversion", "resulttype", "resultsignature",
            "resultdescription", "durationms", "correlationid", "identity", "level", "location",
        ], inner: "properties")

    /// The logs that are one to a rule, as the envelope's `category` names them.
    static func entraLog(_ categories: [String]) -> Predicate {
        Predicate(
            field: .payload("category"),
            matchers: categories.map { .text(TextPattern($0)) })
    }

    static let entraSignIns = [
        "SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs",
        "ManagedIdentitySignInLogs", "MicrosoftServicePrincipalSignInLogs", "ADFSSignInLogs",
    ]
    static let entraRisks = [
        "UserRiskEvents", "ServicePrincipalRiskEvents", "RiskyUsers", "RiskyServicePrincipals",
    ]
}
