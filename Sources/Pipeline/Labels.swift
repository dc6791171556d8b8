public import AuditModel
public import Intake
internal import WireFormat

/// One labelled attack, as `simulate` writes it to `truth.jsonl`.
public struct Label: Sendable, Equatable {
    public var attack: String
    /// The ids of its events.
    public var events: Set<ID128>
    /// Names of rules, any of which should find it; empty when none can.
    public var expected: [String]
}

/// How alerts compare with labels. An alert hits a label when they share an event and the label
/// expects its rule.
public struct LabelScore: Sendable {
    /// Figures of one rule.
    public struct Row: Sendable, Equatable {
        public var rule: String
        public var hits = 0
        /// Alerts above `info` that hit no label.
        public var falseAlarms = 0
    }

    /// By rule name.
    public var rows: [Row]
    public var expected: Int
    public var found: Int
    /// Labels that should have been found and were not.
    public var missed: [String]

    public init(_ alerts: [Alert], _ labels: [Label]) {
        var rows: [String: Row] = [:]
        var found: Set<Int> = []
        for alert in alerts {
            let events = Set(alert.evidence.map(\.event))
            let hits = labels.indices.filter { index in
                labels[index].expected.contains(alert.rule.name)
                    && !labels[index].events.isDisjoint(with: events)
            }
            if hits.isEmpty, alert.severity == .info { continue }
            var row = rows[alert.rule.name] ?? Row(rule: alert.rule.name)
            row.hits += hits.isEmpty ? 0 : 1
            row.falseAlarms += hits.isEmpty ? 1 : 0
            rows[alert.rule.name] = row
            found.formUnion(hits)
        }
        let wanted = labels.indices.filter { !labels[$0].expected.isEmpty }
        self.rows = rows.values.sorted { $0.rule < $1.rule }
        expected = wanted.count
        self.found = wanted.count { found.contains($0) }
        missed = wanted.filter { !found.contains($0) }.map { labels[$0].attack }
    }

    /// Lines for people: recall over labels, precision by rule, what was missed.
    public var report: [String] {
        let recall = Self.percent(found, expected)
        var lines = ["labels: \(found) of \(expected) found (\(recall) recall)"]
        for row in rows {
            let all = row.hits + row.falseAlarms
            lines.append(
                "  \(row.rule): \(row.hits) of \(all) alerts hit a label "
                    + "(\(Self.percent(row.hits, all)) precision)")
        }
        return lines + missed.map { "  missed: \($0)" }
    }

    private static func percent(_ part: Int, _ whole: Int) -> String {
        whole == 0 ? "no" : "\(part * 100 / whole) %"
    }
}

extension Label {
    /// Reads labels from a file of one JSON object a line; lines that are none are left out and
    /// counted.
    public static func read(
        _ input: Input
    ) throws(IntakeError) -> (labels: [Label], unusable: Int) {
        let reader = try RecordReader(input)
        var document = JSONDocument()
        var labels: [Label] = []
        var unusable = 0
        while let result = try reader.next(maximumRecords: 1024) {
            unusable += result.issues.count
            result.batch.bytes.withUnsafeBytes { bytes in
                for record in result.batch.records {
                    let end = record.offset + record.count
                    let text = UnsafeRawBufferPointer(rebasing: bytes[record.offset..<end])
                    if let label = parse(text, &document) {
                        labels.append(label)
                    } else {
                        unusable += 1
                    }
                }
            }
        }
        return (labels, unusable)
    }

    private static func parse(
        _ text: UnsafeRawBufferPointer, _ document: inout JSONDocument
    ) -> Label? {
        do throws(JSONError) {
            try document.read(text)
        } catch {
            return nil
        }
        guard document.count > 0, document[0].kind == .object else { return nil }
        var label = Label(attack: "", events: [], expected: [])
        var index = 1
        while index < document.count {
            let node = document[index]
            switch String(decoding: document.key(node), as: UTF8.self) {
            case "attack": label.attack = String(decoding: document.value(node), as: UTF8.self)
            case "events":
                label.events = Set(elements(of: index, document).compactMap { ID128(hex: $0) })
            case "expect": label.expected = elements(of: index, document)
            default: break
            }
            index = Int(node.next)
        }
        return label.attack.isEmpty || label.events.isEmpty ? nil : label
    }

    private static func elements(of index: Int, _ document: borrowing JSONDocument) -> [String] {
        var texts: [String] = []
        var child = index + 1
        while child < Int(document[index].next) {
            texts.append(String(decoding: document.value(document[child]), as: UTF8.self))
            child = Int(document[child].next)
        }
        return texts
    }
}
