public import AuditModel

/// GitHub's audit log of an organisation or enterprise: streams, exports and the API's answers, one
/// event a line or in an array.
public struct GitHubFormat: LogFormat {
    public init() {}

    public var name: String { GitHubDialect.name }

    /// See ``LogFormat``: an action with a time, and an id of GitHub's or the way of access.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        JSONFraming.mentions(record, "\"action\"", "\"@timestamp\"", "\"_document_id\"")
            || JSONFraming.mentions(
                record, "\"action\"", "\"@timestamp\"", "\"programmatic_access_type\"")
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<GitHubDialect>.decode(records, settings, into: &batch, &issues)
    }
}
