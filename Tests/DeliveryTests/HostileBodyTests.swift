import AuditModel
import Delivery
import TestSupport
import Testing
import WireFormat

/// Whatever a log may have said, what is sent keeps the limits of its receiver.
@Suite("Bodies of hostile alerts")
struct HostileBodyTests {
    private static let rounds = 20

    @Test("Every body is JSON, and the same bytes each time", arguments: [
        UInt64.random(in: 1 ... .max), 1,
    ])
    func json(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<Self.rounds {
            let body = Sample.json(random.hostileAlert())
            for kind in HookBody.allCases {
                let pii = random.pick(PIIProfile.allCases)
                let writer = BodyWriter(kind: kind, context: Sample.hiding(pii))
                let rendered = try #require(writer.render(body, sequence: 7), "seed \(seed)")
                #expect(JSONValue(rendered.bytes) != nil, "seed \(seed), \(kind)")
                #expect(rendered == writer.render(body, sequence: 7), "seed \(seed), \(kind)")
                for (name, value) in rendered.headers {
                    let isPrintable = value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
                    #expect(isPrintable && !value.isEmpty, "seed \(seed), \(name)")
                    #expect(name == name.lowercased())
                }
            }
        }
    }

    @Test("Sizes stay below what receivers take", arguments: [UInt64.random(in: 1 ... .max), 2])
    func sizes(seed: UInt64) throws {
        let limits: [HookBody: Int] = [
            .grantrail: 20_000, .cloudevents: 65_536, .cloudeventsBinary: 65_536,
            .ocsf: 256_000, .pagerduty: 512_000,
        ]
        var random = SeededGenerator(seed: seed)
        var (count, trimmed) = (0, 0)
        // Few alerts of the generator are so large; both kinds have to come.
        while count < Self.rounds || (trimmed % count == 0 && count < 50 * Self.rounds) {
            let alert = random.hostileAlert()
            count += 1
            for (kind, limit) in limits {
                let rendered = try #require(Sample.render(kind, alert), "seed \(seed)")
                #expect(rendered.bytes.count <= limit, "seed \(seed), \(kind)")
            }
            let data = Sample.value(.grantrail, alert)?["data"]
            let isWhole = data == JSONValue(Sample.json(alert))
            #expect(isWhole == (data?["truncated"] == nil), "seed \(seed)")
            trimmed += isWhole ? 0 : 1
        }
        #expect(trimmed > 0 && trimmed < count, "seed \(seed)")
    }

    @Test("Slack's limits hold, and log text is never markup", arguments: [
        UInt64.random(in: 1 ... .max), 3,
    ])
    func slack(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<(4 * Self.rounds) {
            let body = try #require(Sample.value(.slack, random.hostileAlert()), "seed \(seed)")
            let blocks = body["blocks"]?.elements ?? []
            #expect((1...20).contains(blocks.count), "seed \(seed)")
            let objects = blocks.flatMap { block in
                [block["text"]].compactMap { $0 } + (block["fields"]?.elements ?? [])
                    + (block["elements"]?.elements ?? [])
            }
            var total = body["text"]?.text?.utf16.count ?? 0
            for object in objects {
                let text = object["text"]?.text ?? ""
                #expect(object["type"]?.text == "plain_text", "seed \(seed)")
                #expect((1...3000).contains(text.utf16.count), "seed \(seed)")
                total += text.utf16.count
            }
            #expect(total <= 6000, "seed \(seed)")
            #expect((blocks[0]["text"]?["text"]?.text ?? "").utf16.count <= 150, "seed \(seed)")
            Self.checkHarmless(objects.compactMap { $0["text"]?.text }, seed)
            Self.checkHarmless([body["text"]?.text ?? ""], seed)
        }
    }

    /// No markup sign, no call, and no character that hides or turns text.
    private static func checkHarmless(_ texts: [String], _ seed: UInt64) {
        for text in texts {
            let entities = ["&amp;", "&lt;", "&gt;"]
            let rest = entities.reduce(text) { rest, entity in
                rest.split(separator: entity, omittingEmptySubsequences: false).joined()
            }
            #expect(!rest.contains { "&<>".contains($0) }, "seed \(seed)")
            let low = text.lowercased()
            for call in ["@channel", "@here", "@everyone"] {
                #expect(!low.contains(call), "seed \(seed)")
            }
            let hidden = text.unicodeScalars.filter { scalar in
                switch scalar.properties.generalCategory {
                case .control: scalar != "\n"
                case .format, .lineSeparator, .paragraphSeparator: true
                default: false
                }
            }
            #expect(hidden.isEmpty, "seed \(seed)")
        }
    }

    @Test("PagerDuty's limits hold", arguments: [UInt64.random(in: 1 ... .max), 4])
    func pagerDuty(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<(4 * Self.rounds) {
            let body = try #require(Sample.value(.pagerduty, random.hostileAlert()), "seed \(seed)")
            #expect((1...255).contains(body["dedup_key"]?.text?.count ?? 0), "seed \(seed)")
            let summary = body["payload"]?["summary"]?.text ?? ""
            #expect((1...1024).contains(summary.utf16.count), "seed \(seed)")
            let known = ["critical", "error", "warning", "info"]
            #expect(known.contains(body["payload"]?["severity"]?.text ?? ""), "seed \(seed)")
            #expect(body["payload"]?["source"]?.text?.isEmpty == false, "seed \(seed)")
        }
    }

    @Test("Personal values never leave, whatever they look like", arguments: [
        UInt64.random(in: 1 ... .max), 5,
    ])
    func privacy(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<(Self.rounds / 2) {
            var alert = random.hostileAlert()
            let values = (0..<4).map { "Q\($0)z" + random.plainText() }
            alert.keys.subject = values[0]
            alert.keys.session = values[1]
            alert.attacker = Alert.Presenter()
            alert.attacker?.userAgent = values[2]
            alert.why.append(Alert.Why(fact: "payload.name", value: values[3]))
            let joined = values.joined(separator: random.plainText())
            alert.message = String(random.hostileText().prefix(200)) + joined
            alert.keys.grant = "g-" + values[0]
            alert.why.append(Alert.Why(fact: "count", value: values[1], comparedTo: values[2]))
            alert.actions = [
                Alert.Action(title: values[3], command: "end \(values[1])", reversible: false)
            ]
            for kind in HookBody.allCases {
                for pii in [PIIProfile.pseudonym, .none] {
                    let rendered = try #require(Sample.render(kind, alert, pii), "seed \(seed)")
                    let body = try #require(JSONValue(rendered.bytes), "seed \(seed)")
                    let texts = body.texts + rendered.headers.map(\.value)
                    for text in texts {
                        for value in values {
                            #expect(!text.contains(value), "seed \(seed), \(kind), \(pii)")
                        }
                    }
                }
            }
        }
    }
}

extension SeededGenerator {
    /// Letters, signs and scripts that no form escapes in a way that would hide them from a search.
    fileprivate mutating func plainText() -> String {
        let pieces = ["a", "Zz", "0", "-", "_", ".", "é", "漢", "/", " ", "x1", "q"]
        return (0..<(1 + below(12))).map { _ in pick(pieces) }.joined()
    }
}
