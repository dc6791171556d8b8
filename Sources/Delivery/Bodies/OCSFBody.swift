internal import AuditModel
internal import WireFormat

/// An alert as an OCSF 1.8.0 Detection Finding (class 2004).
struct OCSFBody {
    /// The version of the schema that bodies keep to.
    static let version = "1.8.0"
    /// Events and techniques that a finding names; the alert under `unmapped` has them all.
    private static let mostEntries = 64

    private let notice: AlertNotice
    private let context: BodyContext
    private var alert: Alert { notice.alert }

    init(_ notice: AlertNotice, _ context: BodyContext) {
        self.notice = notice
        self.context = context
    }

    func bytes() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        appendClass(&writer)
        appendJudgement(&writer)
        appendTimes(&writer)
        appendMetadata(&writer)
        appendFinding(&writer)
        let endpoints = OCSFEvidence(alert)
        endpoints.appendEvidences(&writer)
        endpoints.appendResources(notice.grant, &writer)
        endpoints.appendObservables(&writer)
        appendRemediation(&writer)
        writer.key("unmapped")
        writer.beginObject()
        writer.member("grantrail", json: notice.json(limit: BodyWriter.alertBytes))
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    private func appendClass(_ writer: inout JSONWriter) {
        let activity: (id: Int64, name: String) =
            switch notice.change {
            case .opened: (1, "Create")
            case .updated: (2, "Update")
            case .closed, .withdrawn: (3, "Close")
            }
        writer.member("activity_id", activity.id)
        writer.member("activity_name", activity.name)
        writer.member("category_uid", 2)
        writer.member("category_name", "Findings")
        writer.member("class_uid", 2004)
        writer.member("class_name", "Detection Finding")
        writer.member("type_uid", 200_400 + activity.id)
        writer.member("type_name", "Detection Finding: \(activity.name)")
    }

    private func appendJudgement(_ writer: inout JSONWriter) {
        let severity = SeverityMap(alert.severity).ocsf
        writer.member("severity_id", severity.id)
        writer.member("severity", severity.name)
        let status: (id: Int64, name: String) =
            notice.change.isEnd
            ? (4, "Resolved") : notice.status == "acknowledged" ? (2, "In Progress") : (1, "New")
        writer.member("status_id", status.id)
        writer.member("status", status.name)
        writer.member("status_detail", alert.state.rawValue)
        writer.key("is_alert")
        writer.bool(!notice.change.isEnd)
        let confidence: (id: Int64, name: String) =
            alert.confidence >= 80
            ? (3, "High") : alert.confidence >= 50 ? (2, "Medium") : (1, "Low")
        writer.member("confidence_id", confidence.id)
        writer.member("confidence", confidence.name)
        writer.member("confidence_score", Int64(alert.confidence))
        writer.member("message", BodyText.plain(alert.message, limit: 2000))
    }

    private func appendTimes(_ writer: inout JSONWriter) {
        writer.member("time", Self.milliseconds(alert.time))
        writer.member("start_time", Self.milliseconds(alert.firstSeen))
        writer.member("end_time", Self.milliseconds(alert.lastSeen))
        writer.member("count", Int64(max(1, alert.count)))
    }

    private func appendMetadata(_ writer: inout JSONWriter) {
        writer.key("metadata")
        writer.beginObject()
        writer.member("version", Self.version)
        writer.key("product")
        writer.beginObject()
        writer.member("name", "Grantrail")
        writer.member("vendor_name", "Grantrail")
        writer.member("version", BodyText.plain(context.version, limit: 60))
        writer.endObject()
        writer.member("uid", notice.messageID)
        writer.member("correlation_uid", alert.incident?.id.text)
        writer.member("event_code", BodyText.plain(alert.rule.name, limit: 200))
        writer.member("log_name", "alerts")
        writer.member("log_provider", BodyText.plain(context.store, limit: 60))
        writer.member("tenant_uid", alert.tenant.map { BodyText.plain($0, limit: 200) })
        writer.member("original_time", TimeText.string(alert.time, precision: alert.precision))
        writer.endObject()
    }

    private func appendFinding(_ writer: inout JSONWriter) {
        writer.key("finding_info")
        writer.beginObject()
        writer.member("uid", alert.id.hex)
        writer.member("title", BodyText.plain(alert.rule.title, limit: 400))
        writer.member("desc", BodyText.plain(alert.message, limit: 2000))
        writer.member("created_time", Self.milliseconds(alert.time))
        writer.member("modified_time", Self.milliseconds(max(alert.time, alert.lastSeen)))
        writer.member("first_seen_time", Self.milliseconds(alert.firstSeen))
        writer.member("last_seen_time", Self.milliseconds(alert.lastSeen))
        appendAnalytic(&writer)
        appendAttacks(&writer)
        appendRelatedEvents(&writer)
        writer.endObject()
    }

    private func appendAnalytic(_ writer: inout JSONWriter) {
        writer.key("analytic")
        writer.beginObject()
        writer.member("type_id", 1)
        writer.member("type", "Rule")
        writer.member("uid", BodyText.plain(alert.rule.id, limit: 200))
        writer.member("name", BodyText.plain(alert.rule.name, limit: 200))
        // A rule has no other version than what it means.
        writer.member("version", BodyText.plain(alert.rule.hash, limit: 64))
        writer.endObject()
    }

    private func appendAttacks(_ writer: inout JSONWriter) {
        let techniques = alert.attack.filter(Self.isTechnique).prefix(Self.mostEntries)
        if techniques.isEmpty { return }
        writer.key("attacks")
        writer.beginArray()
        for technique in techniques {
            let parts = technique.split(separator: ".").map(String.init)
            writer.beginObject()
            appendTechnique("technique", parts[0], parts[0], &writer)
            if parts.count == 2 {
                let path = parts[0] + "/" + parts[1]
                appendTechnique("sub_technique", technique, path, &writer)
            }
            writer.endObject()
        }
        writer.endArray()
    }

    private func appendTechnique(
        _ key: String, _ id: String, _ path: String, _ writer: inout JSONWriter
    ) {
        writer.key(key)
        writer.beginObject()
        writer.member("uid", id)
        writer.member("src_url", "https://attack.mitre.org/techniques/\(path)/")
        writer.endObject()
    }

    private func appendRelatedEvents(_ writer: inout JSONWriter) {
        if alert.evidence.isEmpty { return }
        writer.key("related_events")
        writer.beginArray()
        for event in alert.evidence.prefix(Self.mostEntries) {
            writer.beginObject()
            writer.member("uid", event.event.hex)
            writer.member("type", event.kind.name)
            writer.endObject()
        }
        writer.endArray()
        writer.member("related_events_count", Int64(alert.evidence.count))
    }

    private func appendRemediation(_ writer: inout JSONWriter) {
        if alert.actions.isEmpty { return }
        let titles = alert.actions.map { BodyText.plain($0.title, limit: 200) }
        writer.key("remediation")
        writer.beginObject()
        writer.member("desc", BodyText.lines(titles, limit: 2000))
        writer.endObject()
    }

    /// `T1550` or `T1550.001`.
    private static func isTechnique(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return (bytes.count == 5 || bytes.count == 9)
            && bytes.enumerated().allSatisfy { place, byte in
                switch place {
                case 0: byte == UInt8(ascii: "T")
                case 5: byte == UInt8(ascii: ".")
                default: byte &- 0x30 < 10
                }
            }
    }

    /// Milliseconds since 1970, rounded down.
    private static func milliseconds(_ time: Int64) -> Int64 {
        time / 1_000_000 - (time % 1_000_000 < 0 ? 1 : 0)
    }
}
