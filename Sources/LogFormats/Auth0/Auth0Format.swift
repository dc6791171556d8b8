public import AuditModel

/// Auth0's tenant logs: events of a log stream (`{"log_id", "data": {…}}`, one a line or in an
/// array), of Amazon EventBridge (`detail`), and the flat objects of the Management API
/// (`GET /api/v2/logs`).
public struct Auth0Format: LogFormat {
    public init() {}

    public var name: String { Auth0Dialect.name }

    /// See ``LogFormat``: JSON with a log id and a type and a date beside it.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        JSONFraming.mentions(record, "\"log_id\"", "\"type\"", "\"date\"")
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<Auth0Dialect>.decode(records, settings, into: &batch, &issues)
    }
}
