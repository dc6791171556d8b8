public import AuditModel

/// PingFederate's audit log in the three patterns that its configuration offers: values between
/// vertical bars (the default), `key="value"` pairs, and ArcSight's CEF. Lines of `server.log` and
/// of the administrators' logs become events of kind `other`.
public struct PingFederateFormat: LogFormat {
    public init() {}

    public var name: String { PingFederateDialect.name }

    /// See ``LogFormat``: the product's name in a CEF header, or a line that is dated the way of
    /// this server and has an event of its own where its pattern puts it.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        if JSONFraming.isJSON(record) || record.isEmpty { return false }
        return PingFederateTranslator.speaks(record)
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<PingFederateDialect>.decode(records, settings, into: &batch, &issues)
    }
}
