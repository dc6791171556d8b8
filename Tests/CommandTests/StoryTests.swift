import Foundation
import Testing

/// What is theft and what is not, from a log file to the alert line.
@Suite("Thefts are found and harmless lives are left alone")
struct StoryTests {
    static let home = "198.51.100.23"
    static let road = "203.0.113.80"
    static let stranger = "192.0.2.77"
    static let minute = 60.0

    struct Finding: Equatable, CustomStringConvertible {
        var rule: String
        var branch: String?
        var attacker: String?

        var description: String { "\(rule) \(branch ?? "-") \(attacker ?? "-")" }
    }

    let sandbox: Sandbox

    init() throws { sandbox = try Sandbox() }

    func alerts(_ story: Story, _ dialect: Story.Dialect) throws -> [[String: Any]] {
        try sandbox.write("story.log", lines: story.lines(dialect))
        let finished = try sandbox.run("backtest", "story.log").expecting()
        #expect(!finished.errorText.contains("lost"), "\(finished.errorText)")
        return try finished.objects()
    }

    func findings(_ story: Story, _ dialect: Story.Dialect) throws -> [Finding] {
        try alerts(story, dialect).map { alert in
            let rule = alert["rule"] as? [String: Any]
            let attacker = alert["attacker"] as? [String: Any]
            return Finding(
                rule: rule?["name"] as? String ?? "", branch: alert["branch"] as? String,
                attacker: attacker?["ip"] as? String)
        }
    }

    /// Anna logs in and refreshes `count` times, every ten minutes, always at home.
    static func life(refreshes count: Int) -> Story {
        var story = Story()
        story.login(0, home)
        story.code(1, home, gives: "g0")
        for number in 0..<count {
            story.refresh(Double(number + 1) * 10 * minute, home, "g\(number)", "g\(number + 1)")
        }
        return story
    }

    /// Anna's stale tokens at three hours and a theft from Bert as `story.jsonl`, and a rule of
    /// one's own in `rules.d`.
    static func tell(of rule: String, in sandbox: Sandbox) throws {
        var story = life(refreshes: 4)
        for hour in 2..<5 {
            story.refused(Double(hour) * 3600, home, "g\(4 + hour)", .stale)
        }
        story.session = Story.uuid("bert's session")
        story.subject = Story.uuid("bert")
        story.login(20_000, road)
        story.code(20_001, road, gives: "b0")
        story.refresh(21_000, road, "b0", "b1")
        story.refresh(22_000, road, "b1", "b2")
        story.refused(23_000, stranger, "b0")
        try sandbox.write("story.jsonl", lines: story.lines(.json))
        try FileManager.default.createDirectory(
            atPath: sandbox.path("rules.d"), withIntermediateDirectories: true)
        try sandbox.write("rules.d/own.yml", lines: [rule])
    }

    @Test("A stranger presents a token two generations old", arguments: Story.Dialect.allCases)
    func victimFirst(dialect: Story.Dialect) throws {
        var story = Self.life(refreshes: 4)
        story.refused(55 * Self.minute, Self.stranger, "g2")
        let expected = Finding(rule: "REF-01", branch: "victim_first", attacker: Self.stranger)
        #expect(try findings(story, dialect) == [expected])
    }

    @Test("A stranger was first, and its owner is refused", arguments: Story.Dialect.allCases)
    func attackerFirst(dialect: Story.Dialect) throws {
        var story = Self.life(refreshes: 2)
        story.refresh(25 * Self.minute, Self.stranger, "g2", "x3")
        story.refresh(28 * Self.minute, Self.stranger, "x3", "x4")
        story.refused(30 * Self.minute, Self.home, "g2")
        let expected = Finding(rule: "REF-01", branch: "attacker_first", attacker: Self.stranger)
        #expect(try findings(story, dialect) == [expected])
    }

    @Test("Two accepted branches, both in use", arguments: Story.Dialect.allCases)
    func fork(dialect: Story.Dialect) throws {
        var story = Self.life(refreshes: 3)
        story.refresh(35 * Self.minute, Self.stranger, "g2", "x3")
        story.refresh(40 * Self.minute, Self.home, "g3", "g4")
        story.refresh(45 * Self.minute, Self.stranger, "x3", "x4")
        story.refresh(50 * Self.minute, Self.home, "g4", "g5")
        let rules = try findings(story, dialect).map(\.rule)
        #expect(rules.contains("REF-01") || rules.contains("REF-05"), "\(rules)")
    }

    @Test("Two tabs within a second", arguments: Story.Dialect.allCases)
    func tabs(dialect: Story.Dialect) throws {
        var story = Self.life(refreshes: 3)
        story.refused(30 * Self.minute + 0.7, Self.home, "g2")
        story.refresh(40 * Self.minute, Self.home, "g3", "g4")
        try expectNoTheft(story, dialect)
    }

    @Test("A retry after a lost response", arguments: Story.Dialect.allCases)
    func lostResponse(dialect: Story.Dialect) throws {
        var story = Self.life(refreshes: 3)
        story.refused(30 * Self.minute + 19, Self.home, "g2")
        try expectNoTheft(story, dialect)
    }

    @Test("A retry after a lost response, from the road", arguments: Story.Dialect.allCases)
    func lostResponseOnTheRoad(dialect: Story.Dialect) throws {
        var story = Self.life(refreshes: 3)
        story.refused(30 * Self.minute + 19, Self.road, "g2")
        try expectNoTheft(story, dialect)
    }

    @Test("A sibling tab's token that nobody spent", arguments: Story.Dialect.allCases)
    func siblingTab(dialect: Story.Dialect) throws {
        var story = Self.life(refreshes: 1)
        story.code(11 * Self.minute, Self.home, gives: "tab0")
        story.refresh(20 * Self.minute, Self.home, "tab0", "tab1")
        story.refused(21 * Self.minute, Self.home, "g1", .stale)
        try expectNoTheft(story, dialect)
    }

    @Test("Page reloads in one session", arguments: Story.Dialect.allCases)
    func reloads(dialect: Story.Dialect) throws {
        var story = Self.life(refreshes: 1)
        for number in 1...4 {
            let start = Double(number) * 15 * Self.minute
            story.code(start, Self.home, gives: "page\(number)-0")
            story.refresh(start + 300, Self.home, "page\(number)-0", "page\(number)-1")
        }
        try expectNoTheft(story, dialect)
    }

    @Test("A not-before push refuses tokens nobody spent", arguments: Story.Dialect.allCases)
    func notBefore(dialect: Story.Dialect) throws {
        var story = Self.life(refreshes: 3)
        story.refused(31 * Self.minute, Self.home, "g3", .stale)
        story.refused(32 * Self.minute, Self.home, "g3", .stale)
        story.session = Story.uuid("another session")
        story.subject = Story.uuid("bert")
        story.code(33 * Self.minute, Self.road, gives: "b0")
        story.refused(34 * Self.minute, Self.road, "b0", .stale)
        story.refused(35 * Self.minute, Self.home, "b0", .stale)
        try expectNoTheft(story, dialect)
    }

    func expectNoTheft(_ story: Story, _ dialect: Story.Dialect) throws {
        let rules = try findings(story, dialect).map(\.rule)
        #expect(!rules.contains("REF-01") && !rules.contains("REF-02"), "\(rules)")
    }

    /// A rule that needs to know how deep a token lies in its lineage.
    static let depthRule = """
        title: Depth known
        id: 5a1c0a57-3b1e-4c55-9d3c-6f1f6a0c0b02
        name: OWN-02
        logsource:
            product: oauth
        detection:
            deep:
                generation|gte: 0
            condition: deep
        level: low
        grantrail:
            key: [issuer, lineage]
            message: "depth {generation}"
        """

    @Test("A life first seen in its middle", arguments: Story.Dialect.allCases)
    func midlife(dialect: Story.Dialect) throws {
        var story = Story()
        story.refresh(10 * Self.minute, Self.home, "g5", "g6")
        story.refresh(50 * Self.minute, Self.home, "g6", "g7")
        story.refused(91 * Self.minute, Self.stranger, "g5")
        for alert in try alerts(story, dialect) {
            let branch = alert["branch"] as? String
            #expect(branch == nil || branch == "undetermined")
            #expect(alert["attacker"] == nil && alert["victim"] == nil)
            #expect((alert["rule"] as? [String: Any])?["name"] as? String != "REF-01")
        }
        try sandbox.write("depth.yml", Self.depthRule.utf8)
        func matches(_ file: String) throws -> Int {
            try sandbox.run("backtest", file, "--rules", "depth.yml").expecting()
                .outputLines.filter { $0.contains("OWN-02") }.count
        }
        #expect(try matches("story.log") == 0)
        try sandbox.write("born.log", lines: Self.life(refreshes: 2).lines(dialect))
        #expect(try matches("born.log") == 1)
        try sandbox.run("ingest", "story.log", "--store", "events.db").expecting()
        let grants = try sandbox.run("grant", "list", "--store", "events.db").expecting().objects()
        #expect(grants.count == 1)
        #expect(grants.first?["born"] as? Bool == false)
    }
}
