internal import AuditModel
internal import WireFormat

/// What a person decided about an alert, for exports.
public struct AlertDecision: Sendable {
    /// `open`, `acknowledged` or `closed`.
    public var status: String
    /// Nanoseconds UTC.
    public var time: Int64
    public var actor: String
    public var reason: String
    public var note: String

    public init(status: String, time: Int64, actor: String, reason: String, note: String) {
        self.status = status
        self.time = time
        self.actor = actor
        self.reason = reason
        self.note = note
    }
}

/// Stored alerts in a form that other programs read, one record a line.
public struct AlertExport: Sendable {
    /// The forms there are.
    public enum Form: String, CaseIterable, Sendable {
        /// Grantrail's alerts, with what was decided about each.
        case ndjson
        /// A header and a line of ``AlertCSV/columns`` for each.
        case csv
        /// OCSF 1.8.0 Detection Findings.
        case ocsf
        /// CloudEvents 1.0 in structured mode.
        case cloudevents
    }

    private let form: Form
    private let writer: BodyWriter

    public init(_ form: Form, context: BodyContext) {
        self.form = form
        writer = BodyWriter(kind: form == .cloudevents ? .cloudevents : .ocsf, context: context)
    }

    /// What stands before the first record.
    public var head: [UInt8] { form == .csv ? AlertCSV.header : [] }

    /// One record with its line end; nil when the text is no alert's JSON.
    ///
    /// - Parameter number: counts the records, from 1.
    public func record(
        _ body: [UInt8], _ decision: AlertDecision?, number: Int64
    ) -> [UInt8]? {
        switch form {
        case .csv:
            return writer.alert(body).map { AlertCSV.record($0, shown(decision)) }
        case .ndjson:
            return line(body, shown(decision)).map { $0 + [0x0A] }
        case .ocsf, .cloudevents:
            let told = Self.adding(to: body) { $0.member("status", decision?.status) }
            return writer.line(told, sequence: number).map { $0 + [0x0A] }
        }
    }

    /// Who decided, and in which words, is about people, too.
    private func shown(_ decision: AlertDecision?) -> AlertDecision? {
        guard var decision, writer.context.pii != .full else { return decision }
        decision.actor = ""
        decision.note = ""
        return decision
    }

    private func line(_ body: [UInt8], _ decision: AlertDecision?) -> [UInt8]? {
        guard let alert = writer.alert(body) else { return nil }
        let append = { (writer: inout JSONWriter) in
            guard let decision else { return }
            writer.member("status", decision.status)
            writer.key("decision")
            writer.beginObject()
            writer.member("time", time: decision.time, precision: 0)
            if !decision.actor.isEmpty { writer.member("actor", decision.actor) }
            if !decision.reason.isEmpty { writer.member("reason", decision.reason) }
            if !decision.note.isEmpty { writer.member("note", decision.note) }
            writer.endObject()
        }
        if writer.context.pii == .full { return Self.adding(to: body, append) }
        var json = JSONWriter()
        AlertJSON.append(alert, to: &json, more: append)
        return json.bytes
    }

    /// A JSON object with more members at its end; the others stay byte for byte.
    private static func adding(
        to body: [UInt8], _ append: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        append(&writer)
        writer.endObject()
        guard body.last == UInt8(ascii: "}"), writer.bytes.count > 2 else { return body }
        return body.dropLast() + [UInt8(ascii: ",")] + writer.bytes.dropFirst()
    }
}
