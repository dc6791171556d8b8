public import AuditModel
internal import WireFormat

/// Envoy's access log as JSON (`json_format`), as Istio, Envoy Gateway and others write it too.
public struct EnvoyFormat: LogFormat {
    public init() {}

    public var name: String { EnvoyServer.name }
    public var expectsSecrets: Bool { false }

    /// See ``LogFormat``: JSON with a response code and what only Envoy says beside it.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        LogFraming.mentions(
            record, ["\"response_code\""], atLeast: 2,
            of: [
                "\"response_code_details\"", "\"response_flags\"", "\"upstream_host\"",
                "\"upstream_cluster\"", "\"downstream_remote_address\"", "\"start_time\"",
            ])
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<AccessDialect<EnvoyServer>>.decode(
            records, settings, into: &batch, &issues)
    }
}

/// What members of Envoy's log are usually called.
enum EnvoyServer: AccessServer {
    static let name = "envoy"
    static let requirement = "response_code or start_time"

    private static let paths: [AccessField: String] = [
        .time: "start_time|time|timestamp|@timestamp|ts",
        .eventID: "event_id",
        .status: "response_code|status|status_code",
        .address: "downstream_remote_address|downstream_remote_address_without_port|client_ip|"
            + "client_address|source_address|remote_address",
        .forwarded: "x_forwarded_for|x-forwarded-for|forwarded_for|xff",
        .userAgent: "user_agent|user-agent",
        .requestID: "request_id|x_request_id|x-request-id",
        .authorization: "authorization",
        .request: "path|x-envoy-original-path|x-envoy-origin-path|x_envoy_original_path|"
            + "request_path|uri|url",
        .referrer: "referer|referrer",
        .authenticate: "www_authenticate|www-authenticate|resp_www_authenticate",
        .details: "response_code_details",
        .failure: "jwt_error|jwt_failure|jwt_failure.message|jwt_status|jwt_status.message",
    ]

    static let tree = AccessField.tree(
        paths.merging(AccessField.claims) { own, _ in own })
}
