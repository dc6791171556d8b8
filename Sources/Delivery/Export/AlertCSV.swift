internal import AuditModel
internal import WireFormat

/// Alerts as comma-separated values (RFC 4180): a header, CRLF line ends, every text in quotes.
///
/// Spreadsheets take some texts for formulas: what begins with one of their signs, in the field or
/// behind a sign that they may split it at, gets an apostrophe before it. Characters that are not
/// printable are written `\u{…}`, so that a record is one line.
public enum AlertCSV {
    private enum Cell {
        case text(String?)
        case number(Int64?)
        case hundredths(Int?)
        case time(Int64, UInt8)
    }

    /// The names of the columns, in their order; new ones are added at the end.
    public static let columns = [
        "time", "severity", "rule", "title", "message", "state", "status", "id", "revision",
        "verdict", "branch", "confidence", "score", "count", "first_seen", "last_seen", "tenant",
        "issuer", "client", "subject", "session", "grant", "family", "lineage", "token",
        "attacker_ip", "attacker_asn", "attacker_place", "attacker_user_agent", "victim_ip",
        "victim_asn", "victim_place", "victim_user_agent", "attack", "visibility", "rule_id",
        "decided_at", "decided_by", "reason", "note",
    ]

    static var header: [UInt8] { Array((columns.joined(separator: ",") + "\r\n").utf8) }

    static func record(_ alert: Alert, _ decision: AlertDecision?) -> [UInt8] {
        let people = who(alert.keys) + presenter(alert.attacker) + presenter(alert.victim)
        let rest: [Cell] = [
            .text(alert.attack.joined(separator: " ")), .text(alert.visibility.name),
            .text(alert.rule.id), decision.map { Cell.time($0.time, 0) } ?? .text(nil),
            .text(decision?.actor), .text(decision?.reason), .text(decision?.note),
        ]
        let cells = about(alert, decision) + people + rest
        return Array((cells.map(shown).joined(separator: ",") + "\r\n").utf8)
    }

    private static func about(_ alert: Alert, _ decision: AlertDecision?) -> [Cell] {
        [
            .time(alert.time, alert.precision), .text(alert.severity.name), .text(alert.rule.name),
            .text(alert.rule.title), .text(alert.message), .text(alert.state.rawValue),
            .text(decision?.status ?? "open"), .text(alert.id.hex),
            .number(Int64(alert.revision)), .text(alert.verdict), .text(alert.branch?.rawValue),
            .number(Int64(alert.confidence)), .hundredths(alert.score),
            .number(Int64(alert.count)), .time(alert.firstSeen, alert.precision),
            .time(alert.lastSeen, alert.precision), .text(alert.tenant),
        ]
    }

    private static func who(_ keys: Alert.Keys) -> [Cell] {
        [
            keys.issuer, keys.client, keys.subject, keys.session, keys.grant, keys.family,
            keys.lineage, keys.token,
        ].map { .text($0) }
    }

    private static func presenter(_ presenter: Alert.Presenter?) -> [Cell] {
        [
            .text(presenter?.ip), .number(presenter?.asn.map(Int64.init)),
            .text(presenter?.place), .text(presenter?.userAgent),
        ]
    }

    private static func shown(_ cell: Cell) -> String {
        switch cell {
        case .text(let text): return text.map(quoted) ?? ""
        case .number(let number): return number.map { String($0) } ?? ""
        case .hundredths(let number):
            guard let number else { return "" }
            var writer = JSONWriter()
            writer.hundredths(number)
            return String(decoding: writer.bytes, as: UTF8.self)
        case .time(let time, let precision): return TimeText.string(time, precision: precision)
        }
    }

    /// Longer texts are cut.
    private static let longest = 4000

    private static func quoted(_ text: String) -> String {
        if text.isEmpty { return "" }
        var result = "\""
        var mayBegin = true
        for scalar in TextStyle(isColoured: false).escape(text, limit: longest).unicodeScalars {
            if mayBegin, isFormula(scalar) { result += "'" }
            mayBegin = isSplit(scalar) || (mayBegin && scalar.properties.isWhitespace)
            if scalar == "\"" { result += "\"" }
            result.unicodeScalars.append(scalar)
        }
        return result + "\""
    }

    /// Signs with which a formula begins, those of full width, which some take for the same, too.
    private static func isFormula(_ scalar: Unicode.Scalar) -> Bool {
        ["=", "+", "-", "@", "＝", "＋", "－", "＠"].contains(scalar)
    }

    /// Signs at which a spreadsheet of some country or setting begins another field.
    private static func isSplit(_ scalar: Unicode.Scalar) -> Bool {
        [",", ";", "|", "\"", "'"].contains(scalar)
    }
}
