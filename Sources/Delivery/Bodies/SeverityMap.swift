internal import AuditModel

/// What receivers call a severity: the one place where Grantrail's five levels become theirs.
struct SeverityMap {
    /// OCSF `severity_id` and `severity`.
    let ocsf: (id: Int64, name: String)
    /// PagerDuty Events API v2 `payload.severity`.
    let pagerDuty: String
    /// CloudEvents `severitynumber`: OpenTelemetry's INFO, INFO2, WARN, ERROR, FATAL.
    let cloudEvents: Int64

    init(_ severity: Severity) {
        switch severity {
        case .info: self.init((1, "Informational"), "info", 9)
        case .low: self.init((2, "Low"), "info", 10)
        case .medium: self.init((3, "Medium"), "warning", 13)
        case .high: self.init((4, "High"), "error", 17)
        case .critical: self.init((5, "Critical"), "critical", 21)
        }
    }

    private init(_ ocsf: (Int64, String), _ pagerDuty: String, _ cloudEvents: Int64) {
        self.ocsf = ocsf
        self.pagerDuty = pagerDuty
        self.cloudEvents = cloudEvents
    }
}
