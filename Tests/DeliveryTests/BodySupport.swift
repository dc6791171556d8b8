import AuditModel
import Delivery
import TestSupport
import WireFormat

/// JSON as values, read by Grantrail's own reader.
enum JSONValue: Equatable {
    case null
    case bool(Bool)
    case number(String)
    case text(String)
    case list([JSONValue])
    case object([String: JSONValue])

    /// Nil for what is no JSON.
    init?(_ bytes: [UInt8]) {
        var document = JSONDocument()
        let padded = bytes + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        let value = padded.withUnsafeBytes { buffer -> JSONValue? in
            do {
                try document.read(UnsafeRawBufferPointer(rebasing: buffer[..<bytes.count]))
            } catch {
                return nil
            }
            return JSONValue(document, 0)
        }
        guard let value else { return nil }
        self = value
    }

    private init(_ document: borrowing JSONDocument, _ index: Int) {
        let node = document[index]
        let text = String(decoding: document.value(node), as: UTF8.self)
        var next = index + 1
        switch node.kind {
        case .null: self = .null
        case .bool: self = .bool(text == "true")
        case .number: self = .number(text)
        case .string: self = .text(text)
        case .array:
            var elements: [JSONValue] = []
            while next < Int(node.next) {
                elements.append(JSONValue(document, next))
                next = Int(document[next].next)
            }
            self = .list(elements)
        case .object:
            var members: [String: JSONValue] = [:]
            while next < Int(node.next) {
                let key = String(decoding: document.key(document[next]), as: UTF8.self)
                members[key] = JSONValue(document, next)
                next = Int(document[next].next)
            }
            self = .object(members)
        }
    }

    subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    subscript(index: Int) -> JSONValue? {
        if case .list(let list) = self, list.indices.contains(index) { list[index] } else { nil }
    }

    /// A text, or a number as it is written.
    var text: String? {
        switch self {
        case .text(let text), .number(let text): text
        default: nil
        }
    }

    var elements: [JSONValue] {
        if case .list(let list) = self { list } else { [] }
    }

    var keys: Set<String> {
        if case .object(let members) = self { Set(members.keys) } else { [] }
    }

    /// Every text below, keys left out.
    var texts: [String] {
        switch self {
        case .text(let text): [text]
        case .list(let list): list.flatMap(\.texts)
        case .object(let members): members.values.flatMap(\.texts)
        case .null, .bool, .number: []
        }
    }
}

/// Alerts and writers for the tests of bodies.
enum Sample {
    static let context = BodyContext(
        store: "6f6ab2c0-0f5e-4f43-9f8e-0f2b0f3d7c11", version: "1.2.3",
        routingKey: "R0UT1NG", pseudonymKey: Array("a key of the tests".utf8))

    static func hiding(_ pii: PIIProfile) -> BodyContext {
        var hiding = context
        hiding.pii = pii
        return hiding
    }

    /// A theft that says something everywhere.
    static func alert() -> Alert {
        let event = ID128(high: 0xE1, low: 0x01)
        var alert = Alert(
            id: ID128(high: 0xA1, low: 0xB2),
            rule: Alert.Rule(
                id: "9e4b", name: "REF-01", title: "Refresh token replayed by a stranger",
                hash: "00ff"),
            severity: .high, time: 1_772_000_000_250_000_000, precision: 3)
        alert.confidence = 86
        alert.score = 460
        alert.tenant = "acme"
        alert.keys.issuer = "https://login.acme.example"
        alert.keys.client = "web-shop"
        alert.keys.subject = "anna.berg"
        alert.keys.session = "S-4711-abc"
        alert.keys.family = "ff01"
        alert.attacker = presenter("203.0.113.9", 64_500, "BR", "curl/8.5 (thief)")
        alert.victim = presenter("2001:db8:7::1", 64_496, "Lyon, FR ±20 km", "Kiosk/2.1")
        alert.message =
            "anna.berg's token of S-4711-abc came back from 203.0.113.9 by curl/8.5 (thief)"
        alert.why = [
            Alert.Why(
                fact: "second_presenter", value: "203.0.113.9", comparedTo: "203.0.113.0/24",
                points: 360, evidence: [event]),
            Alert.Why(fact: "username", value: "Anna Berg"),
        ]
        alert.evidence = [
            Alert.Evidence(
                event: event, time: alert.time, precision: 3, kind: .refreshReuseDetected,
                source: "keycloak")
        ]
        alert.actions = [
            Alert.Action(
                title: "End the session S-4711-abc",
                command: "kcadm.sh delete sessions/S-4711-abc -r acme", reversible: false)
        ]
        alert.attack = ["T1528", "T1550.001", "no technique"]
        alert.visibility = .l3
        return alert
    }

    private static func presenter(
        _ ip: String, _ asn: UInt32, _ place: String, _ agent: String
    ) -> Alert.Presenter {
        var presenter = Alert.Presenter()
        presenter.ip = ip
        presenter.asn = asn
        presenter.place = place
        presenter.userAgent = agent
        return presenter
    }

    static func json(
        _ alert: Alert, more: (inout JSONWriter) -> Void = { _ in }
    ) -> [UInt8] {
        var writer = JSONWriter()
        AlertJSON.append(alert, to: &writer, more: more)
        return writer.bytes
    }

    static func render(
        _ kind: HookBody, _ alert: Alert = alert(), _ pii: PIIProfile = .full
    ) -> RenderedBody? {
        BodyWriter(kind: kind, context: hiding(pii)).render(json(alert), sequence: 42)
    }

    static func value(
        _ kind: HookBody, _ alert: Alert = alert(), _ pii: PIIProfile = .full
    ) -> JSONValue? {
        render(kind, alert, pii).flatMap { JSONValue($0.bytes) }
    }
}

extension SeededGenerator {
    /// Text as an attacker would write it: markup, control and bidirectional characters, calls,
    /// long runs.
    mutating func hostileText() -> String {
        let pieces = [
            "anna", "<!channel>", "@here", "@EVERYONE", "<https://evil.example|bank>", "`", "```",
            "*", "_", "~", "&amp;", "&", "<", ">", "\"", "\\", "\n", "\r\n", "\u{0}", "\u{1B}[31m",
            "\u{7F}", "\u{85}", "\u{202E}", "\u{2066}", "\u{200D}", "\u{FEFF}", "\u{FFFF}", "é",
            "漢", "👩‍🚀", "\u{10FFFF}", "https://evil.example/", "%00", " ", "{", "}", "null",
            "203.0.113.9", "2001:db8::7", "eve@evil.example", "\u{2028}", "T1550",
        ]
        if chance(3) { return String(repeating: pick(pieces), count: below(1500)) }
        return (0..<below(9)).map { _ in pick(pieces) }.joined()
    }

    private mutating func maybe() -> String? { chance(70) ? hostileText() : nil }

    private mutating func id() -> ID128 { ID128(high: next(), low: next()) }

    private mutating func hostilePresenter() -> Alert.Presenter? {
        if chance(30) { return nil }
        var presenter = Alert.Presenter()
        presenter.ip = maybe()
        presenter.asn = chance(50) ? UInt32(truncatingIfNeeded: next()) : nil
        presenter.place = maybe()
        presenter.userAgent = maybe()
        return presenter
    }

    /// An alert whose every text is hostile, in any size.
    mutating func hostileAlert() -> Alert {
        var alert = Alert(
            id: id(),
            rule: Alert.Rule(
                id: hostileText(), name: hostileText(), title: hostileText(), hash: hostileText()),
            severity: pick(Severity.allCases), time: Int64(next() >> 3) / 1000 * 1000,
            precision: 9)
        alert.revision = pick([0, 1, 2, .max])
        alert.state = pick([.provisional, .confirmed, .withdrawn, .historic])
        alert.confidence = pick([-1, 0, 50, 80, .max])
        alert.score = pick([nil, .min, 460, .max])
        alert.count = pick([.min, 1, 7, .max])
        alert.tenant = maybe()
        alert.keys.issuer = maybe()
        alert.keys.client = maybe()
        alert.keys.subject = maybe()
        alert.keys.session = maybe()
        alert.keys.grant = maybe()
        alert.keys.token = maybe()
        alert.attacker = hostilePresenter()
        alert.victim = hostilePresenter()
        alert.message = hostileText()
        let size = pick([0, 1, 3, 30, 150])
        alert.why = (0..<below(1 + size)).map { _ in
            let events = (0..<below(4)).map { _ in id() }
            return Alert.Why(
                fact: hostileText(), value: hostileText(), comparedTo: maybe(),
                points: pick([nil, 100, .max]), evidence: events)
        }
        alert.evidence = (0..<below(1 + size)).map { _ in
            Alert.Evidence(
                event: id(), time: Int64(next() >> 3), precision: 9, kind: .tokenUsed,
                source: hostileText())
        }
        alert.actions = (0..<below(1 + size / 10)).map { _ in
            Alert.Action(title: hostileText(), command: maybe(), reversible: chance(50))
        }
        alert.attack = (0..<below(4)).map { _ in hostileText() }
        alert.references = (0..<below(4)).map { _ in hostileText() }
        return alert
    }
}
