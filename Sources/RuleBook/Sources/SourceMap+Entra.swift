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
            "detecteddatetime": .time,
            "id": .column(.id),
            "tenantid": .column(.tenant),
            "userid": .column(.subject),
            "appid": .column(.client),
            "ipaddress": .column(.ip),
            "calleripaddress": .column(.ip),
            "useragent": .column(.userAgent),
            "uniquetokenidentifier": .column(.issued),
            "signinactivityid": .column(.presented),
            "sessionid": .column(.session),
            "correlationid": .column(.request),
            "resourceidentity": .column(.audience),
            "scopes": .column(.scopes),
            "autonomoussystemnumber": .column(.asn),
            "devicedetail.deviceid": .column(.device),
            "location.city": .column(.city),
            "location.countryorregion": .column(.country),
            "location.state": .payload("properties.location.state"),
            "locationdetails.city": .column(.city),
            "locationdetails.countryorregion": .column(.country),
            "locationdetails.state": .payload("properties.location.state"),
        ],
        envelope: [
            "resourceid", "operationname", "operationversion", "resulttype", "resultsignature",
            "resultdescription", "durationms", "identity", "level", "location",
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
