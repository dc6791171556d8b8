internal import AuditModel
internal import WireFormat

/// Turns alerts into what one hook sends.
///
/// The same alert and context give the same bytes, from any process and on every attempt.
public struct BodyWriter: Sendable {
    /// Bytes that Standard Webhooks 1.0 advises for a whole payload.
    static let webhookBytes = 20_000
    /// Bytes of the alert inside other forms: events of CloudEvents pass everywhere up to 64 KiB.
    static let alertBytes = 60_000

    let kind: HookBody
    let context: BodyContext
    let binding: BodyBinding

    public init(kind: HookBody, context: BodyContext, binding: BodyBinding = .web) {
        self.kind = kind
        self.context = context
        self.binding = binding
    }

    /// The body of one alert; nil when the text is no alert's JSON (`grantrail/alert/1`).
    ///
    /// - Parameter body: one alert as JSON, see ``HookDelivery/body``.
    /// - Parameter sequence: the number of the delivery, for receivers that put them in order.
    public func render(_ body: [UInt8], sequence: Int64) -> RenderedBody? {
        guard let notice = notice(body) else { return nil }
        var rendered = render(notice, sequence: sequence)
        rendered.partitionKey = notice.partitionKey
        return rendered
    }

    /// What is told of an alert; nil when the text is no alert's JSON.
    private func notice(_ body: [UInt8]) -> AlertNotice? {
        guard var notice = AlertNotice(body) else { return nil }
        if let privacy = AlertPrivacy(context, for: notice.alert) { notice.hide(privacy) }
        return notice
    }

    private func render(_ notice: AlertNotice, sequence: Int64) -> RenderedBody {
        switch kind {
        case .grantrail: return json(envelope(notice))
        case .cloudevents:
            return CloudEventsBody(notice, context, sequence: sequence).structured()
        case .cloudeventsBinary:
            return CloudEventsBody(notice, context, sequence: sequence).binary(binding)
        case .ocsf: return json(OCSFBody(notice, context).bytes())
        case .slack: return json(SlackBody(notice).bytes())
        case .pagerduty: return json(PagerDutyBody(notice, context).bytes())
        }
    }

    /// The body of one alert as one line of JSON without line end, for people and tools: the body
    /// itself, or `{"headers":{…},"body":…}` where headers carry a part of it, or with Kafka
    /// `{"key":…,"headers":{…},"value":…}`. Nil as in ``render(_:sequence:)``.
    public func line(_ body: [UInt8], sequence: Int64) -> [UInt8]? {
        guard let notice = notice(body) else { return nil }
        let rendered = render(notice, sequence: sequence)
        if binding == .web, kind != .cloudeventsBinary { return rendered.bytes }
        var writer = JSONWriter()
        writer.beginObject()
        if binding == .kafka { writer.member("key", notice.partitionKey) }
        writer.key("headers")
        writer.beginObject()
        if binding == .kafka { writer.member(TopicMessage.idHeader, notice.messageID) }
        for (name, value) in rendered.headers { writer.member(name, value) }
        writer.endObject()
        writer.member(binding == .kafka ? "value" : "body", json: rendered.bytes)
        writer.endObject()
        return writer.bytes
    }

    /// The alert as its receiver may know it; nil as in ``render(_:sequence:)``.
    func alert(_ body: [UInt8]) -> Alert? {
        guard var notice = AlertNotice(body) else { return nil }
        if let privacy = AlertPrivacy(context, for: notice.alert) { notice.hide(privacy) }
        return notice.alert
    }

    private func json(_ bytes: [UInt8]) -> RenderedBody {
        RenderedBody(headers: [("content-type", "application/json")], bytes: bytes)
    }

    /// Type, time and data of Standard Webhooks 1.0.
    private func envelope(_ notice: AlertNotice) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("type", "grantrail.alert.\(notice.change.rawValue)")
        writer.member("timestamp", time: notice.alert.time, precision: notice.alert.precision)
        let around = writer.bytes.count + ",\"data\":}".utf8.count
        writer.member("data", json: notice.json(limit: Self.webhookBytes - around))
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    /// Writes a member whose value is JSON already.
    mutating func member(_ key: String, json: [UInt8]) {
        self.key(key)
        json.withUnsafeBytes { raw($0) }
    }
}
