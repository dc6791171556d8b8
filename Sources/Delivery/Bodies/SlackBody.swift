internal import AuditModel
internal import WireFormat

/// An alert as a message for a Slack incoming webhook.
///
/// Whatever a log may have said stands in `plain_text` objects, where Slack looks for no markup.
/// The lengths below add up to less than 6,000 characters.
struct SlackBody {
    private enum Length {
        static let fallback = 300
        static let header = 150
        static let message = 1400
        static let field = 150
        static let why = 1400
        static let actions = 1400
        static let context = 300
    }

    private let notice: AlertNotice
    private var alert: Alert { notice.alert }

    init(_ notice: AlertNotice) { self.notice = notice }

    func bytes() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member(
            "text", BodyText.slack("\(title): \(alert.message)", limit: Length.fallback))
        writer.key("mrkdwn")
        writer.bool(false)
        for name in ["unfurl_links", "unfurl_media"] {
            writer.key(name)
            writer.bool(false)
        }
        writer.key("blocks")
        writer.beginArray()
        block("header", BodyText.slack(title, limit: Length.header), &writer)
        block("section", BodyText.slack(alert.message, limit: Length.message), &writer)
        appendFields(&writer)
        block("section", BodyText.lines(why, limit: Length.why), &writer)
        block("section", BodyText.lines(actions, limit: Length.actions), &writer)
        appendContext(&writer)
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// `HIGH REF-01: Refresh token replayed by a stranger`.
    private var title: String {
        let change = notice.change == .opened ? "" : notice.change.rawValue.uppercased() + " "
        let severity = alert.severity.name.uppercased()
        return "\(change)\(severity) \(alert.rule.name): \(alert.rule.title)"
    }

    /// What counted, with its points.
    private var why: [String] {
        alert.why.map { why in
            let fact = BodyText.slack(why.fact, limit: 80)
            let value = BodyText.slack(why.value, limit: 160)
            let other = why.comparedTo.map { ", compared to " + BodyText.slack($0, limit: 120) }
            let points = why.points.map { " (\(Self.decimal($0)) points)" }
            return "• \(fact) = \(value)\(other ?? "")\(points ?? "")"
        }
    }

    /// Titles, each with its command below.
    private var actions: [String] {
        alert.actions.map { action in
            let title = "→ " + BodyText.slack(action.title, limit: 200)
            guard let command = action.command else { return title }
            let shown = BodyText.slackCommand(command, limit: 500)
            return "\(title)\n    \(shown ?? "(the command cannot be shown here)")"
        }
    }

    /// Who and where, in two columns.
    private func appendFields(_ writer: inout JSONWriter) {
        let fields = [
            ("Client", alert.keys.client), ("Subject", alert.keys.subject),
            ("Attacker", Self.presenter(alert.attacker)),
            ("Victim", Self.presenter(alert.victim)), ("Tenant", alert.tenant),
        ].filter { !($0.1 ?? "").isEmpty }
        if fields.isEmpty { return }
        writer.beginObject()
        writer.member("type", "section")
        writer.key("fields")
        writer.beginArray()
        for (label, value) in fields {
            text(label, &writer)
            text(BodyText.slack(value ?? "", limit: Length.field), &writer)
        }
        writer.endArray()
        writer.endObject()
    }

    private func appendContext(_ writer: inout JSONWriter) {
        let time = TimeText.string(alert.time, precision: alert.precision)
        let seen = alert.count > 1 ? ", seen \(alert.count) times" : ""
        let line = "\(time), alert \(alert.id.hex), revision \(alert.revision)\(seen)"
            + (alert.incident.map(Self.incident) ?? "")
        writer.beginObject()
        writer.member("type", "context")
        writer.key("elements")
        writer.beginArray()
        text(BodyText.slack(line, limit: Length.context), &writer)
        writer.endArray()
        writer.endObject()
    }

    private static func incident(_ incident: Alert.Incident) -> String {
        let alerts = incident.alerts.map { " of \($0) alert\($0 == 1 ? "" : "s")" } ?? ""
        let former = ([incident.before].compactMap { $0 } + incident.joined).map(\.text)
        let parts = former.isEmpty ? "" : ", before: " + former.joined(separator: ", ")
        return ", incident \(incident.id.text)\(alerts)\(parts)"
    }

    /// A block with one text; nothing when it is empty, because Slack refuses such a block.
    private func block(_ type: String, _ content: String, _ writer: inout JSONWriter) {
        if content.isEmpty { return }
        writer.beginObject()
        writer.member("type", type)
        writer.key("text")
        text(content, &writer)
        writer.endObject()
    }

    private func text(_ content: String, _ writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("type", "plain_text")
        writer.member("text", content)
        writer.key("emoji")
        writer.bool(false)
        writer.endObject()
    }

    private static func presenter(_ presenter: Alert.Presenter?) -> String? {
        guard let presenter else { return nil }
        return [presenter.ip, presenter.asn.map { "AS\($0)" }, presenter.place]
            .compactMap { $0 }.joined(separator: ", ")
    }

    private static func decimal(_ hundredths: Int) -> String {
        var writer = JSONWriter()
        writer.hundredths(hundredths)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
