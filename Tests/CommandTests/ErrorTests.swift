import Foundation
import Testing

@Suite("What goes wrong is said, with its exit status")
struct ErrorTests {
    let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
        try sandbox.write("good.jsonl", lines: StoryTests.life(refreshes: 3).lines(.json))
    }

    /// Runs a command that fails: nothing on standard output, one error on standard error.
    func failing(_ status: Int32, _ arguments: String...) throws -> String {
        let finished = try sandbox.run(arguments).expecting(status)
        #expect(finished.output.isEmpty, "\(finished.outputText)")
        #expect(finished.errorText.lowercased().contains("error: "), "\(finished.errorText)")
        return finished.errorText
    }

    @Test("An empty input is unusable", arguments: ["backtest", "ingest"])
    func empty(command: String) throws {
        try sandbox.write("empty.jsonl", [])
        let store = command == "ingest" ? ["--store", "events.db"] : []
        let finished = try sandbox.run([command, "empty.jsonl"] + store).expecting(65)
        #expect(finished.errorText.contains("holds no record"), "\(finished.errorText)")
    }

    @Test("An input without one event is unusable")
    func nothingUsable() throws {
        try sandbox.write("notes.txt", lines: ["dear diary", "nothing happened"])
        let said = try failing(65, "backtest", "notes.txt")
        #expect(said.contains("2 lost: dialect.unknown"), "\(said)")
        #expect(try failing(65, "backtest", "/dev/null").contains("holds no record"))
    }

    @Test("A missing input is missing")
    func missing() throws {
        #expect(try failing(66, "backtest", "gone.jsonl").contains("gone.jsonl"))
        #expect(try failing(66, "backtest", "gone-*.jsonl").contains("no file matches"))
        let said = try failing(66, "ingest", "good.jsonl", "gone.jsonl", "--store", "events.db")
        #expect(said.contains("gone.jsonl"))
        // Nothing was begun.
        #expect(try sandbox.files(withPrefix: "events.db").isEmpty)
    }

    @Test("A directory stands for its files")
    func directory() throws {
        try sandbox.shell("mkdir -p logs/deep empty && cp good.jsonl logs/deep/").expecting()
        #expect(try failing(66, "backtest", "empty").contains("no file matches"))
        let finished = try sandbox.run("tail", "events", "logs").expecting()
        let direct = try sandbox.run("tail", "events", "good.jsonl").expecting()
        #expect(finished.outputLines.count == direct.outputLines.count)
        #expect(finished.outputLines.count == 5)
    }

    @Test("Mistakes on the command line end with 64")
    func usage() throws {
        let dialect = try failing(64, "backtest", "good.jsonl", "--dialect", "klingon")
        #expect(dialect.contains("klingon"))
        #expect(try failing(64, "backtest", "good.jsonl", "--colour").contains("--colour"))
        let zone = try failing(64, "backtest", "good.jsonl", "--time-zone", "Mars/North")
        #expect(zone.contains("Mars"))
        for arguments in [
            ["backtest"], ["backtest", "good.jsonl", "--store", "x.db"], ["dance"],
            ["backtest", "good.jsonl", "--jobs", "0"], ["backtest", "good.jsonl", "--jobs", "x"],
            ["backtest", "good.jsonl", "--lateness", "30 parsecs"],
            ["backtest", "good.jsonl", "--from", "yesterday"],
            ["backtest", "good.jsonl", "--output", "xml"], ["ingest", "good.jsonl"],
            ["store", "info"], ["store", "info", "a.db", "--store", "b.db"],
        ] {
            let finished = try sandbox.run(arguments).expecting(64)
            #expect(finished.output.isEmpty)
        }
    }

    @Test("Stores that are not there, are none, or belong to another key")
    func stores() throws {
        try sandbox.run("ingest", "good.jsonl", "--store", "events.db").expecting()
        try sandbox.write("other.key", String(repeating: "5a", count: 32).utf8)
        try sandbox.shell("chmod 600 other.key").expecting()
        try sandbox.shell("sqlite3 other.db 'CREATE TABLE t (x); INSERT INTO t VALUES (1)'")
            .expecting()
        for command in [["backtest", "--store"], ["store", "info"], ["store", "export"],
            ["grant", "list", "--store"], ["tail", "events", "--store"], ["store", "verify"]]
        {
            let finished = try sandbox.run(command + ["gone.db"]).expecting(66)
            #expect(finished.errorText.contains("gone.db"), "\(finished.errorText)")
            #expect(try sandbox.files(withPrefix: "gone.db").isEmpty)
        }
        for file in ["good.jsonl", "other.db"] {
            let before = try sandbox.bytes(of: file)
            #expect(try failing(74, "backtest", "--store", file).contains("no Grantrail store"))
            #expect(
                try failing(74, "ingest", "good.jsonl", "--store", file).contains(file))
            #expect(try sandbox.bytes(of: file) == before)
        }
        let said = try failing(
            78, "ingest", "good.jsonl", "--store", "events.db", "--key-file", "other.key")
        #expect(said.contains("key"), "\(said)")
        let gone = try failing(78, "backtest", "good.jsonl", "--key-file", "gone.key")
        #expect(gone.contains("gone.key"))
    }

    @Test("Places that cannot be written")
    func unwritable() throws {
        try sandbox.shell("mkdir locked && chmod 500 locked").expecting()
        var places = ["nowhere/events.db", "good.jsonl/events.db", "/proc/events.db"]
        // A superuser may write anywhere.
        if geteuid() != 0 { places.append("locked/events.db") }
        for place in places {
            let said = try failing(74, "ingest", "good.jsonl", "--store", place)
            #expect(said.contains(place), "\(said)")
        }
        let simulated = try sandbox.run("simulate", "--out", "good.jsonl/x").expecting(74)
        #expect(simulated.output.isEmpty)
    }

    @Test("A rule file with five mistakes gets five places, and nothing runs")
    func rules() throws {
        try sandbox.write(
            "bad.yml",
            lines: [
                "title: Five mistakes", "id: not-a-uuid", "name: OWN-05", "level: dreadful",
                "logsource:", "    product: oauth", "detection:", "    one:",
                "        client|startwith: batch", "        time|gt: 2",
                "    condition: one and two", "grantrail:", "    key: [issuer, colour]",
                "    message: \"{nonsense}\"", "    tests: []",
            ])
        for command in [
            ["rules", "check", "bad.yml"], ["backtest", "good.jsonl", "--rules", "bad.yml"],
        ] {
            let finished = try sandbox.run(command).expecting(2)
            let text = finished.outputText + finished.errorText
            let places = text.matches(of: #/bad\.yml:\d+:\d+: error: /#)
            #expect(places.count >= 5, "\(text)")
            #expect(Set(places.map { String($0.output) }).count >= 5, "\(text)")
            #expect(finished.objectsIfAny.isEmpty)
        }
    }

    @Test("Help has examples, and ends with 0", arguments: [
        "demo", "ingest", "backtest", "tail events", "tail alerts", "simulate", "grant list",
        "grant show", "rules list", "rules check", "rules test", "store info", "store verify",
        "store export", "store quarantine",
    ])
    func help(command: String) throws {
        let finished = try sandbox.run(command.split(separator: " ").map(String.init) + ["--help"])
            .expecting()
        #expect(finished.outputText.contains("EXAMPLES\n  grantrail \(command)"))
    }

    @Test("No message holds a token, whole or shortened, of a rule, a list of networks or a name")
    func secrets() throws {
        let body = String(repeating: "c3ViamVjdC1vZi1hLXRva2Vu", count: 20)
        let token = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0.\(body).c2lnbmF0dXJl"
        try sandbox.write("r.yml", lines: ["title: x", "\(token): y", "id: Bearer \(token)"])
        try sandbox.write("own.csv", lines: ["192.0.2.0/24,\(token)", "\(token),vpn"])
        let runs = [
            try sandbox.run("rules", "check", "r.yml").expecting(2),
            try sandbox.run("rules", "check", "\(token).yml").expecting(2),
            try sandbox.run("rules", "explain", token, "--event", "good.jsonl").expecting(64),
            try sandbox.run("backtest", "good.jsonl", "--networks", "own.csv").expecting(78),
        ]
        for run in runs {
            let text = run.errorText + run.outputText
            #expect(!text.isEmpty)
            for part in [String(token.prefix(24)), String(body.prefix(24)), "c2lnbmF0dXJl"] {
                #expect(!text.contains(part), "\(text)")
            }
        }
        #expect(runs[0].outputText.contains("the line holds a token [rule."))
        #expect(runs[3].errorText.contains("the line holds a token [networks.class]"))
    }

    @Test("Keys of rules that made room for others are counted and said")
    func evictions() throws {
        let event = #""type":"LOGIN","realmId":"r","clientId":"app","ipAddress":"192.0.2.1""#
        let lines = (0..<65_600).map { number in
            #"{"time":\#(1_772_409_639_056 + number),"userId":"u\#(number)",\#(event)}"#
        }
        try sandbox.write("many.jsonl", lines: lines)
        try sandbox.write(
            "r.yml",
            lines: [
                "title: x", "logsource: {product: oauth}",
                "detection: {a: {kind: session.started}, condition: a}",
                "grantrail: {key: [issuer, subject], count: {gte: 2, within: 30d}}",
            ])
        try sandbox.run("ingest", "many.jsonl", "--store", "m.db").expecting()
        for input in [["many.jsonl"], ["--store", "m.db"]] {
            let said = try sandbox.run(["backtest", "--rules", "r.yml"] + input).expecting()
            #expect(said.errorText.contains("bound reached: rules forgot "), "\(said.errorText)")
        }
    }
}

@Suite("Data goes to standard output, everything else to standard error")
struct OutputTests {
    let sandbox: Sandbox

    init() throws {
        sandbox = try Sandbox()
        var story = StoryTests.life(refreshes: 4)
        story.refused(55 * 60, StoryTests.stranger, "g2")
        try sandbox.write("good.jsonl", lines: story.lines(.json) + ["{\"type\":"])
        try sandbox.run("ingest", "good.jsonl", "--store", "events.db").expecting()
    }

    @Test("In a pipe every line is one JSON object", arguments: [
        "backtest good.jsonl", "backtest --store events.db", "tail events good.jsonl",
        "tail alerts good.jsonl", "tail events --store events.db", "store export events.db",
        "store info events.db", "store quarantine events.db", "grant list --store events.db",
        "rules list",
    ])
    func lines(command: String) throws {
        let words = command.split(separator: " ").map(String.init)
        let objects = try sandbox.run(words).expecting().objects()
        #expect(!objects.isEmpty)
        if command != "rules list", !command.contains("store info") {
            let named = try sandbox.run(words + ["--output", "ndjson"]).expecting()
            #expect(try named.objects().count == objects.count)
        }
        let array = try sandbox.run(words + ["--output", "json"]).expecting()
        let value = try JSONSerialization.jsonObject(with: Data(array.output))
        #expect((value as? [Any])?.count ?? 1 == objects.count)
    }

    @Test("An alert has what its schema promises")
    func alert() throws {
        let alert = try #require(
            try sandbox.run("backtest", "good.jsonl").expecting().objects().first)
        #expect(alert["schema"] as? String == "grantrail/alert/1")
        for member in [
            "id", "revision", "state", "rule", "severity", "confidence", "verdict", "branch",
            "time", "first_seen",
            "last_seen", "count", "tenant", "keys", "attacker", "victim", "message",
            "why", "evidence", "actions", "attack", "references", "visibility",
        ] {
            #expect(alert[member] != nil, "\(member)")
        }
    }

    @Test("A severity can end a backtest with 1")
    func failOn() throws {
        try sandbox.run("backtest", "good.jsonl", "--fail-on", "critical").expecting(1)
        try sandbox.write("calm.jsonl", lines: StoryTests.life(refreshes: 4).lines(.json))
        try sandbox.run("backtest", "calm.jsonl", "--fail-on", "info").expecting(0)
    }

    @Test("A reader that goes away ends the program quietly", arguments: [
        "tail events many.jsonl", "store export many.db", "rules list",
    ])
    func brokenPipe(command: String) throws {
        let traffic = try Traffic(sandbox, events: 3000)
        try sandbox.shell("cp \(traffic.log) many.jsonl").expecting()
        try sandbox.run("ingest", "many.jsonl", "--store", "many.db").expecting()
        let finished = try sandbox.shell(
            "{ $GRANTRAIL \(command); echo $? > status; } | head -c 10 > /dev/null; sleep 0.3"
        ).expecting()
        #expect(try sandbox.lines(of: "status") == ["0"])
        #expect(!finished.errorText.contains("roken pipe"), "\(finished.errorText)")
        #expect(!finished.errorText.contains("error"), "\(finished.errorText)")
    }

    @Test("Colour on a terminal, none with NO_COLOR, none in a pipe")
    func colour() throws {
        func escapes(_ command: String) throws -> Int {
            let finished = try sandbox.shell(command).expecting()
            return finished.output.filter { $0 == 0x1B }.count
        }
        // Progress moves the cursor on standard error.
        let command = "$GRANTRAIL backtest good.jsonl --output text 2> /dev/null"
        let onTerminal = "script -qec '\(command)' /dev/null < /dev/null"
        #expect(try escapes(onTerminal) > 0)
        #expect(try escapes("NO_COLOR=1 \(onTerminal)") == 0)
        #expect(try escapes(command) == 0)
        #expect(try escapes("\(command) --color always") > 0)
        #expect(try escapes("script -qec '\(command) --color never' /dev/null < /dev/null") == 0)
    }

    @Test("A value from a log cannot write to the terminal")
    func terminalEscapes() throws {
        var story = StoryTests.life(refreshes: 4)
        story.subject = "\\u001b]0;owned\\u0007\\u202e\\r\\n"
        story.refused(55 * 60, StoryTests.stranger, "g2")
        try sandbox.write("evil.jsonl", lines: story.lines(.json))
        try sandbox.run("ingest", "evil.jsonl", "--store", "evil.db").expecting()
        for command in [
            "backtest evil.jsonl", "tail events evil.jsonl", "tail alerts evil.jsonl",
            "grant list --store evil.db",
        ] {
            let words = command.split(separator: " ").map(String.init)
            let finished = try sandbox.run(words + ["--output", "text", "--color", "never"])
                .expecting()
            let bad = finished.outputText.unicodeScalars.filter {
                ($0.value < 0x20 && $0 != "\n") || $0.value == 0x7F || $0.value == 0x202E
            }
            #expect(bad.isEmpty, "\(command)")
        }
    }
}

@Suite("What ships works as it is")
struct PackTests {
    @Test("The demo finds the theft and draws it")
    func demo() throws {
        let sandbox = try Sandbox()
        let started = Date()
        let finished = try sandbox.run("demo", "--dir", sandbox.path("demo")).expecting()
        #expect(Date().timeIntervalSince(started) < 60)
        let text = finished.outputText
        for part in [
            "REF-01", "GEO-02", "VAL-01", "LEAK-01", "ALERTS", "THE STOLEN GRANT", "NEXT",
            "grantrail grant show",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        // A family tree: a fork and the verdict on it.
        #expect(text.contains("├") || text.contains("└"))
        #expect(text.contains("attacker") && text.contains("owner"))
        // Its own advice works.
        for line in text.split(separator: "\n").map({ $0.drop { $0 == " " } })
        where line.hasPrefix("grantrail ") {
            let words = line.split(separator: " ").dropFirst().map(String.init)
            #expect(!(try sandbox.run(words).expecting().output.isEmpty), "\(line)")
        }
    }

    @Test("Nothing above low comes of the demo's days without their attacks", arguments: [7, 8])
    func benignTwin(seed: Int) throws {
        let sandbox = try Sandbox()
        let finished = try sandbox.run("demo", "--benign", "--seed", String(seed)).expecting()
        #expect(finished.outputText.contains("judged harmless"))
        for level in ["MEDIUM", "HIGH", "CRITICAL"] {
            #expect(!finished.outputText.contains(" \(level) "), "\(finished.outputText)")
        }
    }

    @Test("The rules of the pack are sound and their tests pass")
    func rules() throws {
        let sandbox = try Sandbox()
        try sandbox.run("rules", "check").expecting()
        let finished = try sandbox.run("rules", "test").expecting()
        for rule in ["REF-01", "REF-02", "REF-03", "REF-05"] {
            #expect(finished.outputText.contains(rule), "\(finished.outputText)")
        }
    }

    @Test("Equal seeds simulate equal bytes; other seeds do not")
    func simulate() throws {
        let sandbox = try Sandbox()
        for (directory, seed) in [("a", "5"), ("b", "5"), ("c", "6")] {
            try sandbox.run("simulate", "--out", directory, "--events", "500", "--seed", seed)
                .expecting()
        }
        let first = try sandbox.bytes(of: "a/keycloak.jsonl")
        #expect(try sandbox.bytes(of: "b/keycloak.jsonl") == first)
        #expect(try sandbox.bytes(of: "c/keycloak.jsonl") != first)
    }
}
