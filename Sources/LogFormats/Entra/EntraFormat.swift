public import AuditModel

/// Microsoft Entra ID: sign-ins of every kind, calls of Microsoft Graph, the audit log and risks.
///
/// Records as diagnostic settings send them to Event Hub (`{"records": […]}`) and to storage (one
/// a line), the columns of Log Analytics, and the objects of the Graph API (`value`).
public struct EntraFormat: LogFormat {
    public init() {}

    public var name: String { EntraDialect.name }

    /// See ``LogFormat``: an envelope with one of Entra's categories, a row of one of its tables,
    /// or an object of its reports.
    public func matches(_ record: UnsafeRawBufferPointer) -> Bool {
        isEnvelope(record) || isRow(record) || isReport(record)
    }

    private func isEnvelope(_ record: UnsafeRawBufferPointer) -> Bool {
        guard JSONFraming.mentions(record, "\"category\"", "\"properties\"") else { return false }
        return JSONFraming.mentions(record, "\"SignInLogs\"")
            || JSONFraming.mentions(record, "\"NonInteractiveUserSignInLogs\"")
            || JSONFraming.mentions(record, "\"ServicePrincipalSignInLogs\"")
            || JSONFraming.mentions(record, "\"ManagedIdentitySignInLogs\"")
            || JSONFraming.mentions(record, "\"MicrosoftServicePrincipalSignInLogs\"")
            || JSONFraming.mentions(record, "\"ADFSSignInLogs\"")
            || JSONFraming.mentions(record, "\"MicrosoftGraphActivityLogs\"")
            || JSONFraming.mentions(record, "\"AuditLogs\"", "\"activityDisplayName\"")
            || JSONFraming.mentions(record, "\"UserRiskEvents\"")
            || JSONFraming.mentions(record, "\"ServicePrincipalRiskEvents\"")
            || JSONFraming.mentions(record, "\"RiskyUsers\"")
            || JSONFraming.mentions(record, "\"RiskyServicePrincipals\"")
    }

    private func isRow(_ record: UnsafeRawBufferPointer) -> Bool {
        guard JSONFraming.mentions(record, "\"TimeGenerated\"") else { return false }
        return JSONFraming.mentions(record, "\"AppId\"", "\"ResultType\"")
            || JSONFraming.mentions(record, "\"ActivityDisplayName\"", "\"InitiatedBy\"")
            || JSONFraming.mentions(record, "\"SignInActivityId\"", "\"RequestUri\"")
            || JSONFraming.mentions(record, "\"RiskEventType\"", "\"RiskState\"")
            || JSONFraming.mentions(record, "\"RiskLastUpdatedDateTime\"")
    }

    private func isReport(_ record: UnsafeRawBufferPointer) -> Bool {
        JSONFraming.mentions(record, "\"createdDateTime\"", "\"appId\"", "\"status\"")
            || JSONFraming.mentions(record, "\"activityDateTime\"", "\"activityDisplayName\"")
            || JSONFraming.mentions(record, "\"riskEventType\"", "\"detectedDateTime\"")
            || JSONFraming.mentions(record, "\"riskLastUpdatedDateTime\"", "\"riskState\"")
    }

    /// See ``LogFormat``.
    @discardableResult
    public func decode(
        _ records: RecordBatch, settings: DecodeSettings, into batch: inout EventBatch,
        issues: inout [DecodeIssue]
    ) -> DecodeTally {
        JSONEventDecoder<EntraDialect>.decode(records, settings, into: &batch, &issues)
    }
}
