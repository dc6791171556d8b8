public import AuditModel
internal import WireFormat

/// A resource server's own log of the tokens it checked: one JSON object a check, with the token's
/// claims, the verdict and why.
public struct ResourceServerFormat: LogFormat {
    public init() {}

    public var name: String { ResourceServer.name }
    public var expectsSecrets: Bool { false }

    /// See ``LogFormat``: JSON with claims, a verdict, and where or why.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        let others: [StaticString] = [
            "\"requestUri\"", "\"requestId\"", "\"clientIp\"", "\"errorCode\"",
            "\"errorMessage\"", "\"request_id\"", "\"request_uri\"", "\"client_ip\"",
            "\"error_code\"", "\"error_message\"", "\"error_description\"",
        ]
        let verdicts: [StaticString] = ["\"success\"", "\"valid\"", "\"validated\""]
        return verdicts.contains {
            LogFraming.mentions(record, ["\"claims\"", $0], atLeast: 1, of: others)
        }
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<AccessDialect<ResourceServer>>.decode(
            records, settings, into: &batch, &issues)
    }
}

/// What such members are usually called, and what they mean.
enum ResourceServer: AccessServer {
    static let name = "resource-server"
    static let requirement = "success or time"

    private static let paths: [AccessField: String] = [
        .time: "timestamp|time|@timestamp|ts|date|eventTime|event_time",
        .eventID: "event_id|eventId",
        .success: "success|valid|validated|result|outcome|verdict",
        .errorCode: "errorCode|error_code|code|error.code|error",
        .failure: "errorMessage|error_message|error_description|error.message|reason|message",
        .address: "clientIp|client_ip|clientAddress|client_address|remote_addr|remoteAddress|"
            + "remote_address|ip|client.ip|source.ip",
        .forwarded: "xForwardedFor|x_forwarded_for|forwardedFor|forwarded_for",
        .userAgent: "userAgent|user_agent",
        .requestID: "requestId|request_id|correlationId|correlation_id|traceId|trace_id",
        .authorization: "authorization",
        .request: "requestUri|request_uri|uri|url|path",
        .tokenHash: "tokenSha256|token_sha256|tokenHash|token_hash|hashed_token",
    ]

    static let tree = AccessField.tree(
        paths.merging(AccessField.claims) { own, _ in own })

    static func isRecord(_ fields: borrowing JSONFields) -> Bool {
        fields.node(AccessField.success) != nil || fields.node(AccessField.errorCode) != nil
            || fields.node(AccessField.failure) != nil
    }

    static func verdict(_ fields: borrowing JSONFields) -> AccessVerdict? {
        let word = fields.known(.success)
        if let word, accepting.contains(where: { isSame(word, $0) }) {
            return AccessVerdict(kind: .tokenValidated, outcome: .success)
        }
        let code = fields.known(.errorCode)
        let isRefusal = word.map { word in refusing.contains { isSame(word, $0) } } ?? (code != nil)
        guard isRefusal else { return nil }
        let text = fields.known(.failure) ?? code
        if let text, AccessReasons.isMissing(text), !TokenSign(fields).isToken { return nil }
        var verdict = AccessVerdict.refused(text)
        if verdict.reason == .unknown || verdict.reason == .unspecified, let code {
            let reason = AccessReasons.table.reason(code)
            if reason != .unknown { verdict.reason = reason }
        }
        return verdict
    }

    private static let accepting: [StaticString] = [
        "true", "1", "success", "succeeded", "valid", "ok", "accepted", "allowed", "pass", "passed",
    ]
    private static let refusing: [StaticString] = [
        "false", "0", "failure", "failed", "invalid", "error", "rejected", "denied", "refused",
        "fail",
    ]

    private static func isSame(_ text: UnsafeRawBufferPointer, _ word: StaticString) -> Bool {
        text.count == word.utf8CodeUnitCount && ByteSearch.startsFolded(text, word)
    }
}
