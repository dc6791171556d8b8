internal import AuditModel
internal import WireFormat

/// An alert as an event of the PagerDuty Events API v2 (`POST /v2/enqueue`).
struct PagerDutyBody {
    /// The longest request that PagerDuty takes, in bytes.
    static let longest = 512_000

    private let notice: AlertNotice
    private let context: BodyContext

    init(_ notice: AlertNotice, _ context: BodyContext) {
        self.notice = notice
        self.context = context
    }

    /// The request; when it is too long, `custom_details` gives way, and nothing else.
    func bytes() -> [UInt8] {
        let around = bytes(details: []).count
        return bytes(details: notice.json(limit: Self.longest - around))
    }

    private func bytes(details: [UInt8]) -> [UInt8] {
        let alert = notice.alert
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("routing_key", BodyText.plain(context.routingKey, limit: 255))
        let isOver = notice.isOver(forIncident: context.groupsIncidents)
        writer.member("event_action", isOver ? "resolve" : "trigger")
        let incident = context.groupsIncidents ? notice.incident : nil
        writer.member("dedup_key", incident ?? alert.id.hex)
        writer.key("payload")
        writer.beginObject()
        writer.member("summary", summary)
        writer.member("source", BodyText.plain(source, limit: 255))
        writer.member("severity", SeverityMap(alert.severity).pagerDuty)
        writer.member("timestamp", time: alert.time, precision: alert.precision)
        writer.member("component", alert.keys.client.map { BodyText.plain($0, limit: 255) })
        writer.member("group", alert.tenant.map { BodyText.plain($0, limit: 255) })
        writer.member("class", BodyText.plain(alert.rule.name, limit: 255))
        writer.member("custom_details", json: details)
        writer.endObject()
        writer.member("client", "Grantrail")
        writer.endObject()
        return writer.bytes
    }

    private var summary: String {
        BodyText.plain("\(notice.alert.rule.name): \(notice.alert.message)", limit: 1024)
    }

    /// What is affected: the authorization server, as far as it is known.
    private var source: String {
        let known = [notice.alert.keys.issuer, notice.alert.tenant].compactMap { $0 }
        return known.first { !$0.isEmpty } ?? "grantrail"
    }
}
