public import AuditModel

/// Ory Hydra's log: records of logrus as JSON (`log.format: json`, `json_pretty`) or text, and the
/// events of its traces as OTLP JSON or flattened.
///
/// Read are refusals and finished requests that say something of tokens, sessions or clients. All
/// other lines are counted as no events.
public struct HydraFormat: LogFormat {
    public init() {}

    public var name: String { HydraDialect.name }

    /// See ``LogFormat``: the service's name, one of its trace events, or, in text of releases
    /// that did not name themselves, a request to one of its paths.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        guard JSONFraming.isJSON(record) else { return HydraTranslator.speaks(record) }
        return JSONFraming.mentions(record, "\"service_name\"", "\"msg\"", "\"time\"")
            && ByteSearch.containsFolded(record, "ory hydra")
            || Self.marks.contains { ByteSearch.contains(record, $0) }
    }

    /// Names of trace events, and what nearly all of them have.
    private static let marks: [StaticString] = [
        "\"OAuth2ClientID\"", "\"OAuth2TokenExchangeError\"", "\"OAuth2LoginAccepted\"",
        "\"OAuth2LoginRejected\"", "\"OAuth2ConsentAccepted\"", "\"OAuth2ConsentRejected\"",
        "\"OAuth2ConsentRevoked\"", "\"OAuth2AccessTokenIssued\"",
        "\"OAuth2AccessTokenInspected\"", "\"OAuth2AccessTokenRevoked\"",
    ]

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<HydraDialect>.decode(records, settings, into: &batch, &issues)
    }
}
