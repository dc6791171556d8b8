public import AuditModel

/// Okta's System Log: the API's arrays, log streams and exports one a line, the `detail` of
/// Amazon EventBridge, and the `data.events` of event hooks.
public struct OktaFormat: LogFormat {
    public init() {}

    public var name: String { OktaDialect.name }

    /// See ``LogFormat``: JSON with an event type, a time of publication and an outcome.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        JSONFraming.mentions(record, "\"published\"", "\"outcome\"", "\"eventType\"")
            || JSONFraming.mentions(record, "\"published\"", "\"outcome\"", "\"eventtype\"")
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<OktaDialect>.decode(records, settings, into: &batch, &issues)
    }
}
