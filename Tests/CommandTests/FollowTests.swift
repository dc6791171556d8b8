import Foundation
import Testing

@Suite("tail --follow and ingest of topics", .serialized)
struct FollowTests {
    /// A quiet life of a grant from some minute on, and its theft after 65 minutes: a stranger
    /// presents a spent token.
    static func theft(of name: String = "anna", from start: Double = 0) -> [String] {
        var story = Story()
        story.session = Story.uuid("session of " + name)
        story.subject = Story.uuid(name)
        let minute = { (number: Double) in (start + number) * StoryTests.minute }
        story.login(minute(0), StoryTests.home)
        story.code(minute(0) + 1, StoryTests.home, gives: name + "0")
        for number in 0..<6 {
            story.refresh(
                minute(Double(number + 1) * 10), StoryTests.home, name + String(number),
                name + String(number + 1))
        }
        story.refused(minute(65), StoryTests.stranger, name + "2")
        return story.lines(.json)
    }

    static func text(_ lines: some Sequence<String>) -> String {
        lines.map { $0 + "\n" }.joined()
    }

    static func ids(_ lines: [String]) throws -> Set<String> {
        Set(try lines.map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            let id = (value as? [String: Any])?["id"] as? String
            return try #require(id)
        })
    }

    @Test("Lines of a growing file appear at once, whole and without secrets")
    func growingFile() throws {
        let sandbox = try Sandbox()
        let lines = Self.theft()
        try sandbox.write("a.log", lines: Array(lines.prefix(4)))
        let tail = try sandbox.start("tail", "events", "--follow", "a.log")
        try tail.wait(lines: 4)
        let secret = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwbGFudGVkLXNlY3JldCJ9.c2VjcmV0LXNpZ25hdHVyZQ"
        let leaky = lines[4].replacingOccurrences(
            of: "\"details\":{", with: "\"details\":{\"refresh_token\":\"\(secret)\",")
        #expect(leaky.contains(secret))
        try sandbox.append("a.log", String(leaky.prefix(60)))
        usleep(100_000)
        #expect(tail.lines.count == 4, "half a line is no line")
        try sandbox.append("a.log", leaky.dropFirst(60) + "\n")
        #expect(try tail.wait(lines: 5) < 2)
        try sandbox.append("a.log", Self.text(lines.dropFirst(5)))
        try tail.wait(lines: lines.count)
        let finished = try tail.end().expecting()
        #expect(finished.outputLines.count == lines.count)
        #expect(!finished.outputText.contains("cGxhbnRlZC1z"))
        #expect(!finished.errorText.contains(secret))
        let all = try sandbox.run("tail", "events", "a.log").expecting()
        #expect(try Self.ids(finished.outputLines) == Self.ids(all.outputLines))
    }

    @Test("--since and --where pick among events that come")
    func picked() throws {
        let sandbox = try Sandbox()
        let lines = Self.theft()
        try sandbox.write("a.log", lines: lines)
        let expected = try sandbox.run(
            "tail", "events", "a.log", "--where", "fact=refresh.replayed").expecting()
        let tail = try sandbox.start(
            "tail", "events", "--follow", "a.log", "--where", "fact=refresh.replayed")
        try tail.wait(lines: 1)
        #expect(try tail.end(by: SIGTERM).expecting().output == expected.output)
        let late = try sandbox.start(
            "tail", "events", "--follow", "a.log", "--since", "2026-03-02T11:05:00Z")
        try late.wait(lines: 1)
        #expect(try late.end().expecting().outputLines.count == 1)
    }

    @Test("A reader that leaves ends it quietly, also while nothing comes")
    func brokenPipe() throws {
        let sandbox = try Sandbox()
        try sandbox.write("a.log", lines: Self.theft())
        try sandbox.run("ingest", "a.log", "--store", "s.db").expecting()
        for source in ["a.log", "--store s.db"] {
            let finished = try sandbox.shell(
                "{ $GRANTRAIL tail events --follow \(source); echo status $? >&2; } | head -n 1")
            #expect(finished.outputLines.count == 1)
            #expect(finished.errorText.hasSuffix("status 0\n"))
            #expect(!finished.errorText.contains("error"))
        }
    }

    @Test("A theft is seen at once, and confirmed in silence")
    func alerts() throws {
        let sandbox = try Sandbox()
        try sandbox.write("a.log", lines: Self.theft())
        let json = try sandbox.start(
            "tail", "alerts", "--follow", "a.log", "--lateness", "1s", "--where", "rule=REF-01")
        let text = try sandbox.start(
            "tail", "alerts", "--follow", "a.log", "--lateness", "1s", "--output", "text")
        // When what was there is judged, everything that comes is news.
        try json.wait(lines: 1)
        try text.wait(lines: 1)
        #expect(json.lines[0].contains("\"state\":\"confirmed\""))
        #expect(text.lines[0].contains("REF-01") && !text.lines[0].hasSuffix("confirmed"))
        try sandbox.append("a.log", Self.text(Self.theft(of: "bob", from: 120)))
        #expect(try json.wait(lines: 2) < 3)
        try text.wait(lines: 2)
        #expect(json.lines[1].contains("\"state\":\"provisional\""))
        #expect(text.lines[1].contains("REF-01") && text.lines[1].hasSuffix("  provisional"))
        usleep(1_500_000)
        let finished = try json.end().expecting()
        #expect(finished.outputLines.count == 2, "nothing new was to be said")
        try text.end().expecting()
        let backtest = try sandbox.run("tail", "alerts", "a.log", "--where", "rule=REF-01")
        #expect(try Self.ids(backtest.outputLines) == Self.ids(finished.outputLines))
    }

    @Test("A store is followed while other processes write to it")
    func store() throws {
        let sandbox = try Sandbox()
        let lines = Self.theft()
        try sandbox.write("a.log", lines: Array(lines.prefix(4)))
        try sandbox.write("b.log", lines: lines)
        #expect(try sandbox.run("tail", "events", "--follow", "--store", "s.db").status == 66)
        #expect(try sandbox.run("tail", "alerts", "--follow", "--store", "s.db").status == 66)
        try sandbox.run("ingest", "a.log", "--store", "s.db").expecting()
        let events = try sandbox.start("tail", "events", "--follow", "--store", "s.db")
        let alerts = try sandbox.start("tail", "alerts", "--follow", "--store", "s.db")
        try events.wait(lines: 4)
        try sandbox.write("c.yaml", lines: [
            "store: {path: s.db}",
            "sources: [{name: kc, type: file, path: b.log, dialect: keycloak, until: end}]",
            "sinks: [{name: out, type: stdout, output: ndjson, min: info}]",
        ])
        let run = try sandbox.run("run", "--config", "c.yaml").expecting()
        #expect(run.outputText.contains("REF-01"))
        try events.wait(lines: lines.count)
        try alerts.wait(lines: run.outputLines.count)
        #expect(try alerts.end().expecting().outputLines == run.outputLines)
        let followed = try events.end().expecting().outputLines
        let all = try sandbox.run("tail", "events", "--store", "s.db").expecting().outputLines
        #expect(followed.count == all.count && Set(followed) == Set(all))
        let listed = try sandbox.run(
            "alerts", "list", "--store", "s.db", "--where", "rule=REF-01 and severity>=high")
        #expect(try listed.expecting().outputLines.count == 1)
        let none = try sandbox.run(
            "alerts", "list", "--store", "s.db", "--where", "state=withdrawn", "--output", "json")
        #expect(try none.expecting().outputText == "[]\n")
    }

    @Test("What does not go together is refused with status 64")
    func refusals() throws {
        let sandbox = try Sandbox()
        try sandbox.write("a.log", lines: Self.theft())
        for arguments in [
            ["tail", "events", "--follow", "-"],
            ["tail", "events", "--follow", "a.log", "--output", "json"],
            ["tail", "events", "--follow", "--store", "s.db", "--trusted-proxies", "10.0.0.0/8"],
            ["tail", "alerts", "--follow", "--store", "s.db", "--rules", "r"],
            ["tail", "events", "a.log", "kafka://127.0.0.1/t"],
            ["tail", "alerts", "a.log", "kafka://127.0.0.1/t"],
            ["ingest", "a.log", "kafka://127.0.0.1/t", "--store", "s.db"],
            ["ingest", "kafka://127.0.0.1", "--store", "s.db"],
            ["alerts", "list", "--store", "s.db", "--where", "clinet=a"],
        ] {
            let finished = try sandbox.run(arguments)
            #expect(finished.status == 64 && finished.output.isEmpty, "\(finished.command)")
        }
    }

    @Test("A broker that nobody reaches ends an ingest with status 69")
    func unreachable() throws {
        let sandbox = try Sandbox()
        let finished = try sandbox.run(
            "ingest", "kafka://127.0.0.1:1/t", "--store", "s.db", "--connect-timeout", "1s")
        #expect(finished.status == 69 && finished.output.isEmpty)
        #expect(finished.errorText.contains("cannot reach Kafka at 127.0.0.1:1"))
    }
}
