public import AuditModel
internal import WireFormat

/// oauth2-proxy's log: its request and authentication lines, and what its standard lines say about
/// tokens that it refused.
public struct OAuth2ProxyFormat: LogFormat {
    public init() {}

    public var name: String { OAuth2ProxyServer.name }
    public var expectsSecrets: Bool { false }

    /// See ``LogFormat``: an authentication or a request line; standard lines tell too little.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        guard !JSONFraming.isJSON(record), let line = OAuth2ProxyLine(record) else { return false }
        return line.isTelling
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<AccessDialect<OAuth2ProxyServer>>.decode(
            records, settings, into: &batch, &issues)
    }
}

/// The parts of oauth2-proxy's lines, by the names of its templates.
enum OAuth2ProxyServer: AccessServer {
    static let name = "oauth2-proxy"
    static let requirement = "status or timestamp"

    static let tree = AccessField.tree([
        .time: "timestamp|time",
        .eventID: "event_id",
        .status: "status_code",
        .address: "client",
        .forwarded: "forwarded",
        .userAgent: "user_agent",
        .requestID: "request_id",
        .subject: "username",
        .request: "request_uri",
        .authStatus: "status",
        .message: "message",
    ])

    static func isRecord(_ fields: borrowing JSONFields) -> Bool {
        fields.node(AccessField.status) != nil || fields.node(AccessField.authStatus) != nil
    }

    static func verdict(_ fields: borrowing JSONFields) -> AccessVerdict? {
        guard let status = fields.known(.authStatus) else { return AccessVerdict.ofRequest(fields) }
        let text = fields.known(.message)
        if ByteSearch.equals(status, "AuthSuccess") {
            return AccessVerdict(kind: .authnSucceeded, outcome: .success)
        }
        guard let text else { return nil }
        return ByteSearch.equals(status, "standard") ? ofToken(text) : ofAttempt(text)
    }

    /// A standard line: bearer tokens are checked behind `--skip-jwt-bearer-tokens`.
    private static func ofToken(_ text: UnsafeRawBufferPointer) -> AccessVerdict? {
        let isRefusal =
            ByteSearch.containsFolded(text, "session from token")
            || ByteSearch.containsFolded(text, "unable to verify bearer token")
        return isRefusal ? AccessVerdict.refused(text) : nil
    }

    /// An attempt that failed, at the step that its message names.
    private static func ofAttempt(_ text: UnsafeRawBufferPointer) -> AccessVerdict? {
        func says(_ words: StaticString) -> Bool { ByteSearch.containsFolded(text, words) }
        func failed(_ kind: EventKind, _ reason: Reason) -> AccessVerdict {
            AccessVerdict(kind: kind, outcome: .failure, reason: reason, text: text)
        }
        if says("no valid authentication") { return nil }
        if says("redeem") { return failed(.codeRejected, reason(text)) }
        if says("csrf") || says("callback") || says("nonce") || says("state") {
            return failed(.authorizationFailed, reason(text))
        }
        if says("via session") { return .refused(.policy, text) }
        if says("bearer") || says("token") { return .refused(text) }
        if says("unauthorized") || says("permission") { return failed(.authnFailed, .policy) }
        return failed(.authnFailed, .unspecified)
    }

    private static func reason(_ text: UnsafeRawBufferPointer) -> Reason {
        let reason = AccessReasons.table.reason(text)
        return reason == .unknown ? .unspecified : reason
    }

    static func rewrite(
        _ content: UnsafeRawBufferPointer, into text: inout ByteBuffer
    ) -> Rewriting {
        guard let line = OAuth2ProxyLine(content) else {
            return LogFraming.unwrap(content, into: &text)
        }
        return line.write(into: &text) ? .object : .broken
    }
}
