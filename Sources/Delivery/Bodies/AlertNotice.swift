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
        let status = TextMembers(body, ["status"])["status"]
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

    /// The incident that an alert was told under first, by its JSON, found without reading all of
    /// the alert.
    static func incident(of body: [UInt8]) -> IncidentID? {
        let members = TextMembers(body, ["incident", "incident_before"])
        return (members["incident_before"] ?? members["incident"]).flatMap { IncidentID($0) }
    }

    /// Whether nothing is left to act on: of the alert, or of all of its incident where that is
    /// what the receiver sees.
    func isOver(forIncident: Bool) -> Bool {
        let left = forIncident ? alert.incident?.alerts ?? 0 : 0
        return change.isEnd && left <= 0
    }

    /// The grant, as far as it is known.
    var grant: String? { Self.grant(alert.keys.grant, alert.keys.family) }

    /// What belongs together keeps its order by this; what has no grant keeps at least the order
    /// of its own revisions. Bounded harmless text.
    var partitionKey: String { grant.map { BodyText.plain($0, limit: 200) } ?? alert.id.hex }

    /// The grant that an alert's JSON names, found without reading the whole alert.
    static func grant(of body: [UInt8]) -> String? {
        let keys = TextMembers(body, ["grant", "family"], inside: "keys")
        return grant(keys["grant"], keys["family"])
    }

    private static func grant(_ grant: String?, _ family: String?) -> String? {
        [grant, family].compactMap { $0 }.first { !$0.isEmpty }
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
private struct TextMembers {
    private var found: [String: String] = [:]

    /// - Parameters:
    ///   - names: the members to read; those of another type count as missing.
    ///   - member: an object at the top that holds them; nil for the top itself.
    init(_ body: [UInt8], _ names: Set<String>, inside member: String? = nil) {
        var document = JSONDocument()
        let padded = body + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        padded.withUnsafeBytes { bytes in
            do throws(JSONError) {
                try document.read(UnsafeRawBufferPointer(rebasing: bytes[..<body.count]))
            } catch {
                return
            }
            guard document.count > 0, document[0].kind == .object,
                let object = Self.object(document, member)
            else { return }
            var next = object + 1
            while next < Int(document[object].next) {
                let node = document[next]
                let name = String(decoding: document.key(node), as: UTF8.self)
                if node.kind == .string, names.contains(name) {
                    found[name] = String(decoding: document.value(node), as: UTF8.self)
                }
                next = Int(node.next)
            }
        }
    }

    /// The place of the object that a member at the top is, or of the top for no member.
    private static func object(_ document: borrowing JSONDocument, _ member: String?) -> Int? {
        guard let member else { return 0 }
        var next = 1
        while next < Int(document[0].next) {
            let node = document[next]
            if node.kind == .object, document.key(node).elementsEqual(member.utf8) { return next }
            next = Int(node.next)
        }
        return nil
    }

    subscript(name: String) -> String? { found[name] }
}
