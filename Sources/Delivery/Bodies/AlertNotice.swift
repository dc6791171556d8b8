internal import AuditModel
internal import WireFormat

/// One alert as it is told: what a body is made from.
struct AlertNotice {
    /// What happened to the alert.
    enum Change: String {
        case opened, updated, closed, withdrawn

        /// Whether nobody needs to act any more.
        var isEnd: Bool { self == .closed || self == .withdrawn }
    }

    private(set) var alert: Alert
    let change: Change
    /// What a person made of it: `open`, `acknowledged` or `closed`; nil when nothing is said.
    let status: String?
    /// The JSON that came in, with members that are not known here; nil when it must be written
    /// anew.
    private var original: [UInt8]?

    /// Nil when the text is no alert's JSON.
    init?(_ body: [UInt8]) {
        guard let alert = AlertJSON.read(body) else { return nil }
        let status = TopMembers(body, ["status"])["status"]
        self.alert = alert
        self.status = status
        change =
            alert.state == .withdrawn
            ? .withdrawn : status == "closed" ? .closed : alert.revision > 1 ? .updated : .opened
        let isOneLine = body.first == UInt8(ascii: "{") && body.allSatisfy { $0 >= 0x20 }
        original = isOneLine ? body : nil
    }

    /// Takes out what tells of people.
    mutating func hide(_ privacy: AlertPrivacy) {
        alert = privacy.applied(to: alert)
        original = nil
    }

    /// `id.revision`: equal however often this is told.
    var messageID: String { "\(alert.id.hex).\(alert.revision)" }

    /// The name under which receivers that see incidents know this one: the one that it was told
    /// under first.
    var incident: String? { alert.incident.map { ($0.before ?? $0.id).text } }

    /// Whether nothing is left to act on: of the alert, or of all of its incident where that is
    /// what the receiver sees.
    func isOver(forIncident: Bool) -> Bool {
        let left = forIncident ? alert.incident?.alerts ?? 0 : 0
        return change.isEnd && left <= 0
    }

    /// The grant, as far as it is known; what belongs together keeps its order by this.
    var grant: String? {
        [alert.keys.grant, alert.keys.family].compactMap { $0 }.first { !$0.isEmpty }
    }

    /// The alert as JSON of at most so many bytes: as it came in if it fits, else trimmed, with
    /// the counts of what is left out in `truncated`.
    ///
    /// - Parameter limit: at least ``AlertTrim/leastBytes``.
    func json(limit: Int) -> [UInt8] {
        if let original, original.count <= limit { return original }
        let whole = json(alert, AlertTrim.LeftOut())
        if whole.count <= limit { return whole }
        var trimmed = whole
        for step in AlertTrim.steps {
            var leftOut = AlertTrim.LeftOut()
            trimmed = json(step.applied(to: alert, &leftOut), leftOut)
            if trimmed.count <= limit { break }
        }
        return trimmed
    }

    private func json(_ alert: Alert, _ leftOut: AlertTrim.LeftOut) -> [UInt8] {
        var writer = JSONWriter()
        AlertJSON.append(alert, to: &writer) { writer in
            writer.member("status", status.map { BodyText.plain($0, limit: 40) })
            leftOut.append(to: &writer)
        }
        return writer.bytes
    }
}

/// Texts that stand directly in a JSON object.
private struct TopMembers {
    private var found: [String: String] = [:]

    /// - Parameter names: the members to read; those of another type count as missing.
    init(_ body: [UInt8], _ names: Set<String>) {
        var document = JSONDocument()
        let padded = body + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        padded.withUnsafeBytes { bytes in
            do throws(JSONError) {
                try document.read(UnsafeRawBufferPointer(rebasing: bytes[..<body.count]))
            } catch {
                return
            }
            guard document.count > 0, document[0].kind == .object else { return }
            var next = 1
            while next < Int(document[0].next) {
                let node = document[next]
                let name = String(decoding: document.key(node), as: UTF8.self)
                if node.kind == .string, names.contains(name) {
                    found[name] = String(decoding: document.value(node), as: UTF8.self)
                }
                next = Int(node.next)
            }
        }
    }

    subscript(name: String) -> String? { found[name] }
}
