import Foundation
import Testing

@Suite("Silences from the command line")
struct SilenceTests {
    private static func alerts(_ sandbox: Sandbox, _ words: String..., status: Int32 = 0) throws
        -> Finished
    {
        try sandbox.run(
            ["alerts", words[0], "--store", sandbox.path("run.db")] + words.dropFirst()
        ).expecting(status)
    }

    private static func list(_ sandbox: Sandbox) throws -> Finished {
        try alerts(sandbox, "list", "--output", "ndjson")
    }

    @Test("What is silenced is listed and counted; no sink is told of it, then or later")
    func holds() throws {
        let traffic = try Traffic(Sandbox())
        let sandbox = traffic.sandbox
        let lines = try traffic.lines()
        try sandbox.write(traffic.log, lines: Array(lines.prefix(40)))
        let more = "  - {name: log, type: file, path: a.ndjson, min: info}"
        let configuration = try RunTests.configuration(traffic, more: more)
        try sandbox.run("run", "--config", configuration).expecting()
        let made = try Self.alerts(
            sandbox, "silence", "--rule", "REF-*", "--max", "critical", "--for", "1h", "--by",
            "anna", "--reason", "a drill")
        #expect(made.outputText.hasPrefix("1  active  until 20"))
        try sandbox.write(traffic.log, lines: lines)
        let run = try sandbox.run("run", "--config", configuration).expecting()
        #expect(!run.outputLines.isEmpty && !run.outputText.contains("\"name\":\"REF-"))
        #expect(try sandbox.lines(of: "a.ndjson") == run.outputLines)
        let listed = try Self.list(sandbox)
        let mark = ",\"suppressed_by\":\"silence:1\""
        for line in listed.outputLines {
            #expect(line.contains("\"name\":\"REF-") == line.contains(mark), "\(line)")
        }
        let plain = listed.comparableAlerts.map { $0.replacing(mark, with: "") }
        #expect(try plain == traffic.alerts(traffic.path))
        let text = try Self.alerts(sandbox, "list", "--output", "text").outputText
        #expect(text.contains("  silence:1\n"))
        let silence = try #require(try Self.alerts(sandbox, "silences").objects().first)
        #expect((silence["held"] as? Int ?? 0) > 0 && silence["actor"] as? String == "anna")
        #expect(silence["status"] as? String == "active" && silence["rule"] as? String == "REF-*")
        // After a restart it is still there; after its end nothing is told.
        try sandbox.run("run", "--config", configuration).expecting()
        let ended = try Self.alerts(sandbox, "unsilence", "1", "--by", "ben")
        #expect(ended.outputText == "1  removed\n")
        let again = try sandbox.run("run", "--config", configuration).expecting()
        #expect(again.output.isEmpty)
        #expect(try Self.list(sandbox).outputLines == listed.outputLines)
        #expect(try Self.alerts(sandbox, "silences").output.isEmpty)
        #expect(
            try Self.alerts(sandbox, "silences", "--all", "--output", "text").outputText
                .contains("by anna: a drill  taken back by ben"))
        try sandbox.run("store", "verify", sandbox.path("run.db")).expecting()
    }

    @Test("A running service is asked, says when a silence is over, and knows it after a restart")
    func service() throws {
        let traffic = try Traffic(Sandbox(), events: 500)
        _ = try RunTests.configuration(traffic, until: false)
        let run = try RunTests.serve(
            traffic.sandbox,
            """
            alerts() { "$GRANTRAIL" alerts "$@" --store run.db; }
            alerts silence --client web --for 1h --by anna --reason first
            alerts silence --attacker 10.0.0.0/8 --for 2s --by anna --reason second
            alerts unsilence 1 --by ben
            alerts unsilence 1 --by carl
            alerts unsilence 7; echo status $?
            await silence.expired
            alerts unsilence 2
            alerts silence --subject 'a*' --for 1h --by anna --reason third
            "$GRANTRAIL" control status --config $CONFIG
            """
        ).expecting()
        let said = run.outputLines.map {
            $0.split(separator: "  ").prefix(2).joined(separator: " ")
        }
        #expect(said.count == 8, "\(run.outputText)\(run.errorText)")
        #expect(said.prefix(4) == ["1 active", "2 active", "1 removed", "1 removed"])
        #expect(run.outputLines[3].contains("already, at ") && said[4] == "status 66")
        #expect(run.outputLines[3].hasSuffix(" by ben") && said[5] == "2 expired")
        #expect(said[6] == "3 active" && run.outputLines[7].contains("\"silences\":1"))
        let all = try Self.alerts(traffic.sandbox, "silences", "--all").objects()
        #expect(all.map { $0["status"] as? String } == ["removed", "expired", "active"])
        let again = try RunTests.serve(
            traffic.sandbox, "\"$GRANTRAIL\" control status --config $CONFIG"
        ).expecting()
        #expect(again.outputText.contains("\"silences\":1"))
    }

    @Test("A silence without bounds is refused")
    func refused() throws {
        let traffic = try Traffic(Sandbox(), events: 500)
        let sandbox = traffic.sandbox
        try sandbox.run("ingest", traffic.path, "--store", sandbox.path("run.db")).expecting()
        let wrong = [
            ("--for 1h --reason x", "without a condition"), ("--rule A --reason x", "--until"),
            ("--rule A --for 1h --until 2100-01-01T00:00:00Z --reason x", "--for"),
            ("--rule A --for 91d --reason x", "90 days"), ("--rule A --for 1h", "--reason"),
            ("--rule A --for 1h --max huge --reason x", "huge"),
        ]
        for (words, part) in wrong {
            let store = ["alerts", "silence", "--store", sandbox.path("run.db")]
            let refused = try sandbox.run(store + words.split(separator: " ").map(String.init))
                .expecting(64)
            #expect(refused.errorText.contains(part), "\(refused.errorText)")
        }
        #expect(try Self.alerts(sandbox, "silences", "--all").output.isEmpty)
    }
}
