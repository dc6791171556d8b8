public import AuditModel

/// Amazon Cognito in AWS CloudTrail: the `Records` of trail files, EventBridge's `detail`, single
/// events, and events as JSON in a text, as log groups, queues, the event history and CloudTrail
/// Lake have them. Beside user pools: identity pools, IAM Identity Center's tokens, and tokens that
/// AWS STS exchanges. Events of other services are counted as ignored.
public struct CognitoFormat: LogFormat {
    public init() {}

    public var name: String { CognitoDialect.name }

    /// See ``LogFormat``: an event of CloudTrail, in the open or as a text in JSON.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        JSONFraming.mentions(record, "\"eventSource\"", "\"awsRegion\"", "\"eventName\"")
            || JSONFraming.mentions(
                record, "\\\"eventSource\\\"", "\\\"awsRegion\\\"", "\\\"eventName\\\"")
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<CognitoDialect>.decode(records, settings, into: &batch, &issues)
    }
}
