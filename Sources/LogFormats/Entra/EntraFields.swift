/// The members of a record that the mapping reads, in the shape that Event Hub and storage have:
/// an envelope, and `properties`. All others go to the payload.
enum EntraField: Int, CaseIterable {
    // Of the envelope, whose names some exports write in lower case.
    case properties, category, time, tenant, resource, operation
    case resultType, resultText, callerAddress, outerCorrelation
    // Times and ids of the several logs.
    case id, requestID, created, activityTime, detected, updated, generated
    // Sign-ins.
    case errorCode, failureReason, failureDetail, userID, userName, appID, address, userAgent
    case session, token, incomingToken, protocolName, isInteractive, device, systemNumber
    case city, country, latitude, longitude, audience, correlation, originalRequest
    case processing, redirect, risk
    // Calls of Microsoft Graph, administration, risks.
    case scopes, roles, status, signIn
    case activity, result, resultReason, actorID, actorName, actorAddress, targets, details
    case riskType
    /// The time of a record that comes flat, see ``EntraShape``.
    case flatTime

    /// Its paths, see ``FieldTree``.
    private var paths: String {
        switch self {
        case .properties: "properties"
        case .category: "category"
        case .time: "time"
        case .tenant: "tenantId|tenantid"
        case .resource: "resourceId|resourceid"
        case .operation: "operationName|operationname"
        case .resultType: "resultType|resulttype"
        case .resultText: "resultDescription|resultdescription"
        case .callerAddress: "callerIpAddress|calleripaddress"
        case .outerCorrelation: "correlationId|correlationid"
        case .flatTime: Self.flatTimes
        default: innerNames.split(separator: "|").map { "properties." + $0 }
                .joined(separator: "|")
        }
    }

    /// Its paths below `properties`.
    private var innerNames: String {
        switch self {
        case .id: "id"
        case .requestID: "requestId"
        case .created: "createdDateTime"
        case .activityTime: "activityDateTime"
        case .detected: "detectedDateTime"
        case .updated: "riskLastUpdatedDateTime|lastUpdatedDateTime"
        case .generated: "timeGenerated"
        case .errorCode: "status.errorCode"
        case .failureReason: "status.failureReason"
        case .failureDetail: "status.additionalDetails"
        case .userID: "userId"
        case .userName: "userPrincipalName"
        case .appID: "appId"
        case .address: "ipAddress"
        case .userAgent: "userAgent"
        case .session: "sessionId|c_Sid|C_Sid|cSid"
        case .token: "uniqueTokenIdentifier"
        case .incomingToken: "incomingTokenType"
        case .protocolName: "authenticationProtocol"
        case .isInteractive: "isInteractive"
        case .device: "deviceDetail.deviceId|deviceId|c_DeviceId|C_DeviceId"
        case .systemNumber: "autonomousSystemNumber"
        case .city: "location.city"
        case .country: "location.countryOrRegion"
        case .latitude: "location.geoCoordinates.latitude"
        case .longitude: "location.geoCoordinates.longitude"
        default: innerNamesOfOthers
        }
    }

    private var innerNamesOfOthers: String {
        switch self {
        case .audience: "resourceId"
        case .correlation: "correlationId"
        case .originalRequest: "originalRequestId"
        case .processing: "authenticationProcessingDetails"
        case .redirect: "redirectUrl|redirectUri"
        case .risk: "riskLevelDuringSignIn|riskLevel"
        case .scopes: "scopes"
        case .roles: "roles"
        case .status: "responseStatusCode"
        case .signIn: "signInActivityId"
        case .activity: "activityDisplayName"
        case .result: "result"
        case .resultReason: "resultReason"
        case .actorID: "initiatedBy.user.id"
        case .actorName: "initiatedBy.user.userPrincipalName"
        case .actorAddress: "initiatedBy.user.ipAddress"
        case .targets: "targetResources"
        case .details: "additionalDetails"
        case .riskType: "riskEventType"
        default: ""
        }
    }

    /// Of Log Analytics, then of the Graph API.
    private static let flatTimes =
        "TimeGenerated|CreatedDateTime|ActivityDateTime|DetectedDateTime|RiskLastUpdatedDateTime|"
        + "createdDateTime|activityDateTime|detectedDateTime|riskLastUpdatedDateTime"

    static let tree = FieldTree(allCases.map(\.paths))
}

/// The members of a flat record that tell which log it is from.
enum EntraFlatField: Int, CaseIterable {
    case table, category, eventTypes, isInteractive, riskEvent, riskUpdated, activity, request
    case principal, user

    static let tree = FieldTree([
        "Type", "Category|category", "SignInEventTypes|signInEventTypes",
        "IsInteractive|isInteractive", "RiskEventType|riskEventType",
        "RiskLastUpdatedDateTime|riskLastUpdatedDateTime",
        "ActivityDisplayName|activityDisplayName", "RequestUri|requestUri",
        "ServicePrincipalId|servicePrincipalId", "UserId|userId",
    ])
}
