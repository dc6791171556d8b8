public import AuditModel

/// Google Workspace's token audit: activities of the Admin SDK's Reports API, as its answers
/// (`items`), one a line or in an array, and Google Cloud Logging's entries of the same. Sign-ins
/// and changes in the Admin console are read, too; activities of other applications are counted as
/// ignored.
public struct GoogleFormat: LogFormat {
    public init() {}

    public var name: String { GoogleDialect.name }

    /// See ``LogFormat``: an activity has an application and a qualifier of its own; an entry of
    /// Cloud Logging names the type of the activity in it.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        JSONFraming.mentions(record, "\"uniqueQualifier\"", "\"applicationName\"")
            || JSONFraming.mentions(record, "\"protoPayload\"", "hosted_reporting.ActivityProto\"")
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<GoogleDialect>.decode(records, settings, into: &batch, &issues)
    }
}
