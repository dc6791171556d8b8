import AuditModel
import Delivery
import TestSupport
import Testing
import WireFormat

@Suite("Exported alerts")
struct ExportTests {
    private static let decision = AlertDecision(
        status: "closed", time: 1_772_000_100_000_000_000, actor: "anna", reason: "benign",
        note: "=2+2")

    private static func line(
        _ form: AlertExport.Form, _ alert: Alert = Sample.alert(), _ pii: PIIProfile = .full,
        _ decision: AlertDecision? = decision
    ) throws -> String {
        let export = AlertExport(form, context: Sample.hiding(pii))
        let bytes = try #require(export.record(Sample.json(alert), decision, number: 1))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The fields of RFC 4180 text, read by its grammar and nothing else.
    private static func records(_ text: String) throws -> [[String]] {
        var records: [[String]] = [[]]
        var field = ""
        var isQuoted = false
        var rest = Array(text.unicodeScalars)[...]
        while let scalar = rest.popFirst() {
            if isQuoted {
                if scalar != "\"" {
                    field.unicodeScalars.append(scalar)
                } else if rest.first == "\"" {
                    field += "\""
                    rest.removeFirst()
                } else {
                    isQuoted = false
                    try #require(rest.first == "," || rest.first == "\r")
                }
            } else if scalar == "\"" {
                try #require(field.isEmpty)
                isQuoted = true
            } else if scalar == "," || scalar == "\r" {
                records[records.count - 1].append(field)
                field = ""
                if scalar == "\r" {
                    try #require(rest.popFirst() == "\n")
                    records.append([])
                }
            } else {
                try #require(scalar != "\n")
                field.unicodeScalars.append(scalar)
            }
        }
        return records.dropLast()
    }

    @Test("Every record of a table has the header's columns")
    func table() throws {
        let export = AlertExport(.csv, context: Sample.hiding(.full))
        let head = String(decoding: export.head, as: UTF8.self)
        let records = try Self.records(head + Self.line(.csv))
        #expect(records.count == 2 && records[0] == AlertCSV.columns)
        let row = Dictionary(uniqueKeysWithValues: zip(records[0], records[1]))
        #expect(row.count == AlertCSV.columns.count)
        #expect(row["rule"] == "REF-01" && row["score"] == "4.6" && row["status"] == "closed")
        #expect(row["subject"] == "anna.berg" && row["attacker_asn"] == "64500")
        #expect(row["note"] == "'=2+2" && row["decided_by"] == "anna")
        let open = try Self.records(Self.line(.csv, Sample.alert(), .full, nil))
        #expect(open[0].count == AlertCSV.columns.count && open[0][6] == "open")
    }

    @Test("No text becomes a formula, another field or another record")
    func injection() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "=", "+", "-", "@", "\t", "\r", "\n", "\"", ",", ";", "'", "|", " ", "cmd", "\u{FF1D}",
            "\u{0}", "\u{85}", "\u{2028}", "\"\u{301}", "=\u{301}", "\u{A0}", "\u{200B}",
        ]
        for _ in 0..<300 {
            var alert = Sample.alert()
            let text = (0..<1 + random.below(8)).map { _ in random.pick(pieces) }.joined()
            alert.keys.subject = text
            alert.message = text
            alert.attacker?.userAgent = text
            let line = try Self.line(.csv, alert)
            let records = try Self.records(line)
            #expect(records.count == 1 && records[0].count == AlertCSV.columns.count)
            #expect(!line.dropLast().utf8.contains { $0 < 0x20 }, "seed \(seed)")
            // Wherever some program may see a field begin.
            let signs = Array(",;|\"".unicodeScalars)
            for field in records[0][4...] {
                for part in field.unicodeScalars.split(whereSeparator: signs.contains) {
                    let first = part.first { !$0.properties.isWhitespace }
                    let isNumber = part.allSatisfy { "0123456789-.:TZ".unicodeScalars.contains($0) }
                    #expect(
                        isNumber || !["=", "+", "-", "@", "\u{FF1D}"].contains(first),
                        "seed \(seed): \(field)")
                }
            }
        }
    }

    @Test("Alerts keep their bytes and get what was decided")
    func plain() throws {
        let body = String(decoding: Sample.json(Sample.alert()), as: UTF8.self)
        let line = try Self.line(.ndjson)
        #expect(line.hasPrefix(body.dropLast()) && line.hasSuffix("}\n"))
        let value = try #require(JSONValue(Array(line.utf8.dropLast())))
        #expect(value["status"]?.text == "closed" && value["decision"]?["actor"]?.text == "anna")
        #expect(try Self.line(.ndjson, Sample.alert(), .full, nil) == body + "\n")
    }

    @Test("What is closed is closed for others, too")
    func closed() throws {
        let finding = try #require(JSONValue(Array(Self.line(.ocsf).utf8.dropLast())))
        #expect(finding["activity_id"] == .number("3") && finding["status_id"] == .number("4"))
        let event = try #require(JSONValue(Array(Self.line(.cloudevents).utf8.dropLast())))
        #expect(event["type"]?.text == "io.grantrail.alert.closed.v1")
    }

    @Test("Nobody is named who should not be", arguments: AlertExport.Form.allCases)
    func people(form: AlertExport.Form) throws {
        for pii in [PIIProfile.pseudonym, .none] {
            let line = try Self.line(form, Sample.alert(), pii)
            for value in ["anna", "4711", "203.0.113.9", "Kiosk", "=2+2"] {
                #expect(!line.contains(value), "\(pii): \(value)")
            }
        }
    }

    @Test("A command that has a name in percent signs goes with the name")
    func encodedCommand() throws {
        var alert = Sample.alert()
        alert.keys.subject = "auth0|77ab"
        alert.actions = [
            Alert.Action(title: "x", command: "curl d/users/auth0%7C77ab", reversible: false)
        ]
        for pii in [PIIProfile.pseudonym, .none] {
            #expect(try !Self.line(.ndjson, alert, pii).contains("77ab"))
        }
    }

    @Test("What is no alert gives no record")
    func strange() {
        for form in AlertExport.Form.allCases {
            let export = AlertExport(form, context: Sample.hiding(.full))
            #expect(export.record(Array("{}".utf8), nil, number: 1) == nil)
            #expect(export.record([], nil, number: 1) == nil)
        }
    }
}
