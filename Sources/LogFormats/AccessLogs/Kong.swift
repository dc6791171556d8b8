public import AuditModel
internal import WireFormat

/// What Kong's plugins File Log, HTTP Log, TCP Log and their kin write for each request.
public struct KongFormat: LogFormat {
    public init() {}

    public var name: String { KongServer.name }
    public var expectsSecrets: Bool { false }

    /// See ``LogFormat``: JSON with Kong's latencies, request, response and start.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        LogFraming.mentions(
            record, ["\"latencies\"", "\"started_at\"", "\"request\""], atLeast: 1,
            of: ["\"client_ip\"", "\"response\""])
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<AccessDialect<KongServer>>.decode(
            records, settings, into: &batch, &issues)
    }
}

/// What Kong's members are called; of headers also in the case of old versions.
enum KongServer: AccessServer {
    static let name = "kong"
    static let requirement = "response.status or started_at"

    private static let paths: [AccessField: String] = [
        .time: "started_at",
        .eventID: "event_id",
        .status: "response.status",
        .address: "client_ip",
        .forwarded: "request.headers.x-forwarded-for|request.headers.X-Forwarded-For",
        .userAgent: "request.headers.user-agent|request.headers.User-Agent",
        .requestID: "request.id|request.headers.x-request-id|request.headers.kong-request-id",
        .authorization: "request.headers.authorization|request.headers.Authorization",
        .request: "request.uri|request.url|request.request_uri",
        .query: "request.querystring.access_token|request.querystring.jwt",
        .referrer: "request.headers.referer|request.headers.Referer",
        .authenticate: "response.headers.www-authenticate|response.headers.WWW-Authenticate",
        .failure: "jwt_error|auth_error|token_error",
        .entity: "authenticated_entity",
        .consumerID: "consumer.custom_id",
        .consumerName: "consumer.username",
        .subject: "sub|subject|jwt_sub|claims.sub|jwt.sub|request.headers.x-authenticated-userid|"
            + "request.headers.x-credential-sub",
        .scope: "scope|claims.scope|jwt.scope|request.headers.x-authenticated-scope",
    ]

    static let tree = AccessField.tree(
        paths.merging(AccessField.claims) { own, _ in own })
}
