/// The members of a Hydra record that the mapping reads. All others go to the payload.
enum HydraField: Int, CaseIterable {
    // What logrus writes.
    case time, message
    case error, errorName, reason, debug
    case remote, method, path, userAgent, forwarded, realAddress, status
    case trace, requestID
    // What a trace's event has.
    case name, nanoTime, attributes
    /// The server gives its records no ids.
    case id

    /// Its paths, see ``FieldTree``: of releases from 1.5 on, then of older ones.
    private var paths: String {
        switch self {
        case .time: "time|timestamp|Time"
        case .message: "msg"
        case .error: "error"
        case .errorName: "error.message"
        case .reason: "error.reason|hint"
        case .debug: "error.debug|debug"
        case .remote: "http_request.remote|remote"
        case .method: "http_request.method|method"
        case .path: "http_request.path|request"
        case .userAgent: "http_request.headers.user-agent"
        case .forwarded: "http_request.headers.x-forwarded-for"
        case .realAddress: "http_request.headers.x-real-ip"
        case .status: "http_response.status|status"
        case .trace: "otel.trace_id|trace_id|traceId"
        case .requestID: "request_id"
        case .name: "name|Name"
        case .nanoTime: "timeUnixNano"
        case .attributes: "attributes|Attributes"
        case .id: ""
        }
    }

    static let tree = FieldTree(allCases.map(\.paths))
}

/// The attributes of a trace's event that the mapping reads.
enum HydraAttribute: Int, CaseIterable {
    case client, subject, grantType, consent, reason, address

    static let names = [
        "OAuth2ClientID", "OAuth2Subject", "OAuth2GrantType", "OAuth2ConsentRequestID",
        "ErrorReason", "ClientIP",
    ]

    static let table = NameTable(names)
}
