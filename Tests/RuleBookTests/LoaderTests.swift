import AuditModel
import Detection
import Foundation
import GrantLedger
import MarkedText
import RuleBook
import Testing

@Suite("Loading rules")
struct LoaderTests {
    private func rule(_ text: String) throws -> Rule {
        let loaded = RuleFixture.load(text)
        #expect(loaded.diagnostics.map(\.text) == [])
        return try #require(loaded.rules.first?.rule)
    }

    @Test("Scalars have the type of their field, not the one YAML guesses")
    func typing() throws {
        let rule = try rule(
            RuleFixture.detection(
                """
                one: {rotation: on, client: 1e3, subject: no, generation: 007}
                two: {user_agent: null, device: "", policy_allows: True}
                condition: all of them
                """))
        #expect(
            rule.selections[0].alternatives == [
                [
                    Predicate(field: .ledger(.rotation), matchers: [.text(TextPattern("on"))]),
                    Predicate(field: .event(.client), matchers: [.text(TextPattern("1e3"))]),
                    Predicate(field: .event(.subject), matchers: [.text(TextPattern("no"))]),
                    Predicate(field: .ledger(.generation), matchers: [.number(.equal, 700)]),
                ]
            ])
        #expect(
            rule.selections[1].alternatives[0].map(\.matchers) == [
                [.exists(false)], [.text(TextPattern(""))], [.truth(true)],
            ])
    }

    @Test("Modifiers and wildcards become patterns")
    func patterns() throws {
        let rule = try rule(
            RuleFixture.detection(
                #"""
                sel:
                    - user_agent|contains|all: [a*b, 'c\*d']
                    - client|startswith|cased: App
                    - subject|endswith: '\\x\y'
                    - session: a?
                    - tls|exists: false
                    - replay_gap_s|lte: 2.5
                condition: sel
                """#))
        func bytes(_ text: String) -> TextPattern.Piece { .literal(Array(text.utf8)) }
        let predicates = rule.selections[0].alternatives.map { $0[0] }
        #expect(predicates[0].requiresAll)
        #expect(
            predicates.map(\.matchers) == [
                [
                    .text(
                        TextPattern(pieces: [.anyRun, bytes("a"), .anyRun, bytes("b"), .anyRun])),
                    .text(TextPattern(pieces: [.anyRun, bytes("c*d"), .anyRun])),
                ],
                [.text(TextPattern(pieces: [bytes("App"), .anyRun], isCased: true))],
                [.text(TextPattern(pieces: [.anyRun, bytes(#"\x\y"#)]))],
                [.text(TextPattern(pieces: [bytes("a"), .anyByte]))],
                [.exists(false)],
                [.number(.lessOrEqual, 250)],
            ])
    }

    @Test(
        "Conditions bind as Sigma says",
        arguments: [
            ("a or b and not c", "(a or (b and !c))"),
            ("(a or b) and not c", "((a or b) and !c)"),
            ("1 of e_* and a", "((e_1 or e_2) and a)"),
            ("all of e_*", "(e_1 and e_2)"),
            ("1 of them", "(a or b or c or e_1 or e_2)"),
            ("not 1 of e_1", "!e_1"),
            ("NOT a AND b", "(!a and b)"),
            ("[a, b and c]", "(a or (b and c))"),
        ])
    func conditions(text: String, expected: String) throws {
        let loaded = RuleFixture.load(
            RuleFixture.detection(
                """
                a: {ip: x}
                b: {ip: x}
                c: {ip: x}
                e_1: {ip: x}
                e_2: {ip: x}
                _hidden: {ip: x}
                condition: \(text)
                """))
        #expect(Set(loaded.diagnostics.map(\.code)).isSubset(of: [.unusedSelection]))
        let rule = try #require(loaded.rules.first?.rule)
        #expect(show(rule.condition, rule) == expected)
    }

    private func show(_ condition: Rule.Condition, _ rule: Rule) -> String {
        switch condition {
        case .fired(let id): "fired \(id)"
        case .selection(let index): rule.selections[index].name
        case .not(let part): "!" + show(part, rule)
        case .all(let parts): "(" + parts.map { show($0, rule) }.joined(separator: " and ") + ")"
        case .any(let parts): "(" + parts.map { show($0, rule) }.joined(separator: " or ") + ")"
        }
    }

    @Test("REF-01 has the points, key and texts of its file")
    func theFlagship() throws {
        let rule = try #require(RuleBook.pack().rules.first { $0.rule.name == "REF-01" }?.rule)
        let points = rule.points.map { "\(rule.selections[$0.selection].name) \($0.hundredths)" }
        #expect(
            points == [
                "ev_new_country 360", "ev_new_asn 200", "ev_new_prefix 180",
                "ev_known_places -200", "ev_older_than_parent 100", "ev_successor_used 200",
                "ev_instant -300", "ev_same_network -300", "ev_lost_response -250",
            ])
        #expect(rule.fireAt == Rule.Band(from: 400))
        #expect(rule.key == [.issuer, .lineage])
        #expect(rule.raise.map(\.severity) == [.critical])
        #expect(rule.attack == ["T1528", "T1550.001"])
        #expect(rule.hash.count == 32)
        #expect(rule.needs == Rule.Needs(
            all: ["ip"], any: ["refresh_id", "generation"],
            better: ["parent_id", "asn", "token_use"]))
    }

    @Test("points_from brings the table and the selections it belongs to")
    func pointsFrom() throws {
        let rules = RuleBook.pack().rules.map(\.rule)
        let source = try #require(rules.first { $0.name == "REF-01" })
        let taker = try #require(rules.first { $0.name == "REF-02" })
        #expect(taker.points.map(\.hundredths) == source.points.map(\.hundredths))
        #expect(
            taker.points.map { taker.selections[$0.selection] }
                == source.points.map { source.selections[$0.selection] })
        #expect(taker.fireAt == Rule.Band(from: 200, below: 400))
    }

    @Test("The hash is over the meaning: not comments, layout or tests, but every point")
    func hashing() throws {
        let plain = try rule(RuleFixture.sound).hash
        let laidOut = RuleFixture.replacing("status: test", "# a note\nauthor: me\nstatus:   test")
        #expect(try rule(laidOut).hash == plain)
        let changes = [
            ("level: low", "level: high"), ("refresh.refused", "refresh.replayed"),
            ("condition: refused", "condition: not refused"), ("{subject} at", "{subject} by"),
            ("key: [issuer, client]", "key: [client, issuer]"), ("status: test", "status: stable"),
            ("key: [issuer, client]", "key: [issuer, client]\n    points: {refused: 1}"),
        ]
        for (old, new) in changes {
            #expect(try rule(RuleFixture.replacing(old, new)).hash != plain, "\(new)")
        }
    }

    @Test("A later set replaces a rule with a notice, an equal one without")
    func overlays() {
        let changed = RuleFixture.replacing("level: low", "level: high")
        func load(_ second: String, _ set: Int) -> LoadedRules {
            RuleBook.load(sources: [
                RuleSource(path: "a.yml", text: RuleFixture.sound, set: 1),
                RuleSource(path: "b.yml", text: second, set: set),
            ])
        }
        #expect(load(RuleFixture.sound, 2).diagnostics.isEmpty)
        #expect(load(RuleFixture.sound, 2).rules.map(\.path) == ["b.yml"])
        #expect(load(changed, 2).diagnostics.map(\.code) == [.replaced])
        #expect(load(changed, 2).rules.map(\.rule.level) == [.high])
        #expect(load(changed, 1).diagnostics.map(\.code) == [.duplicateID])
        #expect(load(RuleFixture.sound, 1).diagnostics.map(\.code) == [.duplicateID])
        let renamed = RuleFixture.replacing("id: 1", "id: 2")
        #expect(load(renamed, 2).diagnostics.map(\.code) == [.duplicateName])
    }

    @Test("Directories are searched, hidden files are not, what cannot be read is said")
    func directories() throws {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("rulebook-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let inner = root.appendingPathComponent("own/deep")
        try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
        try RuleFixture.sound.write(
            to: inner.appendingPathComponent("tst.yml"), atomically: true, encoding: .utf8)
        try "[".write(
            to: root.appendingPathComponent(".hidden.yml"), atomically: true, encoding: .utf8)
        try Data([0xFF, 0xFE]).write(to: root.appendingPathComponent("own/bad.yaml"))
        let loaded = RuleBook.load(paths: [root.path, root.path + "/none"])
        let pack = RuleBook.pack().rules.map(\.rule.name)
        #expect(loaded.rules.map(\.rule.name) == (pack + ["TST-01"]).sorted())
        #expect(loaded.diagnostics.map(\.code) == [.syntax, .unreadable])
        #expect(RuleBook.load(paths: [root.path], withPack: false).rules.count == 1)
        #expect(loaded.rules.filter { !$0.isFromPack }.map(\.rule.name) == ["TST-01"])
        #expect(loaded.checkText(countsPack: false).hasSuffix("1 rule, 2 errors, 0 warnings"))
        #expect(RuleTests.run(loaded, runsPack: false).isEmpty)
        #expect(Set(RuleTests.run(loaded, only: ["REF-03"]).map(\.rule)) == ["REF-03"])
    }

    @Test("A list of rules has the members of the contract")
    func listing() {
        #expect(
            RuleFixture.load(RuleFixture.sound).listingJSON
                == #"[{"name":"TST-01","id":"11111111-2222-4333-8444-555555555555","#
                + #""title":"Tokens refused","level":"low","status":"test","path":"rule.yml","#
                + #""off":false,"state":{"keys":0,"bytes_per_key":0,"bytes":0}}]"#)
        #expect(RuleFixture.load(RuleFixture.sound).checkText() == "1 rule, 0 errors, 0 warnings")
    }

    @Test("A byte order mark before the first key is no part of it")
    func byteOrderMark() throws {
        let file = FileManager.default.temporaryDirectory.path + "/bom-\(UUID().uuidString).yml"
        defer { try? FileManager.default.removeItem(atPath: file) }
        let rule = RuleFixture.detection("sel: {client: app}\ncondition: sel")
        try Data([0xEF, 0xBB, 0xBF] + rule.utf8).write(to: URL(fileURLWithPath: file))
        let loaded = RuleBook.load(paths: [file], withPack: false)
        #expect(loaded.diagnostics.map(\.text) == [])
        #expect(loaded.rules.count == 1)
    }
}
