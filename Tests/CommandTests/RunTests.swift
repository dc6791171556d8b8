import Foundation
import Testing

/// The service as people run it: a process with a configuration, signals and a control socket.
@Suite("The service", .serialized)
struct RunTests {
    static func configuration(
        _ traffic: Traffic, until: Bool = true, more: String = ""
    ) throws -> String {
        let text = """
            store: {path: \(traffic.sandbox.path("run.db"))}
            sources:
              - {name: kc, type: file, path: "\(traffic.path)", dialect: keycloak\
            \(until ? ", until: end" : ""), idle_after: 1s}
            sinks:
              - {name: out, type: stdout, output: ndjson, min: info}
            \(more)
            """
        return try traffic.sandbox.write("config.yaml", lines: [text])
    }

    /// Starts the service, waits until it has taken in what is there, runs some shell lines, and
    /// stops it. `$CONFIG`, `$PID` and the file `log` are there for the lines; `await WORD` waits
    /// until the log has a word.
    static func serve(_ sandbox: Sandbox, _ lines: String) throws -> Finished {
        try sandbox.shell(
            """
            cd \(sandbox.directory); CONFIG=config.yaml; : >log
            await() {
                tries=0
                until grep -q -- "$1" log; do
                    tries=$((tries + 1)); [ $tries -lt 1200 ] || { cat log >&2; exit 99; }
                    sleep 0.1
                done
            }
            "$GRANTRAIL" run --config $CONFIG >out 2>log & PID=$!
            await source.ready
            \(lines)
            kill -TERM $PID 2>/dev/null
            wait $PID
            """)
    }

    @Test("With sources that end it ends with the alerts of a backtest, told and stored")
    func bounded() throws {
        let traffic = try Traffic(Sandbox())
        let configuration = try Self.configuration(traffic)
        let run = try traffic.sandbox.run("run", "--config", configuration).expecting()
        let expected = try traffic.alerts(traffic.path)
        #expect(!expected.isEmpty)
        let told = Set(try run.objects().compactMap { $0["id"] as? String })
        let wanted = Set(
            try traffic.sandbox.run("backtest", traffic.path, "--output", "ndjson").expecting()
                .objects().compactMap { $0["id"] as? String })
        #expect(told == wanted)
        let list = try traffic.sandbox.run(
            "alerts", "list", "--store", traffic.sandbox.path("run.db"), "--output", "ndjson"
        ).expecting()
        #expect(list.comparableAlerts == expected)
        let again = try traffic.sandbox.run("run", "--config", configuration).expecting()
        #expect(again.outputLines == [], "a second run told of what was told before")
    }

    @Test("SIGTERM ends it with status 0, and the next run goes on")
    func stops() throws {
        let traffic = try Traffic(Sandbox())
        _ = try Self.configuration(traffic, until: false)
        try Self.serve(traffic.sandbox, "sleep 1").expecting()
        let log = try traffic.sandbox.lines(of: "log")
        #expect(log.contains { $0.contains("[run.stopped]") })
        #expect(!FileManager.default.fileExists(atPath: traffic.sandbox.path("run.db-wal")))
        let configuration = try Self.configuration(traffic)
        try traffic.sandbox.run("run", "--config", configuration).expecting()
        let list = try traffic.sandbox.run(
            "alerts", "list", "--store", traffic.sandbox.path("run.db"), "--output", "ndjson"
        ).expecting()
        #expect(list.comparableAlerts == (try traffic.alerts(traffic.path)))
    }

    @Test("SIGHUP takes sound rules and refuses others, and status says how it fares")
    func reloads() throws {
        let traffic = try Traffic(Sandbox(), events: 2000)
        let rules = traffic.sandbox.path("rules.d")
        try FileManager.default.createDirectory(atPath: rules, withIntermediateDirectories: true)
        _ = try Self.configuration(
            traffic, until: false, more: "rules: {dirs: [\"\(rules)\"], lateness: 30s}")
        let rule = """
            title: Every refusal
            id: 2d1a5a0e-6d4a-4b8e-9d63-3a5b0c1e7f11
            name: OWN-01
            logsource: {product: oauth}
            detection: {sel: {kind: refresh.rejected}, condition: sel}
            level: low
            """
        try traffic.sandbox.write("good.yml", lines: [rule])
        try traffic.sandbox.write("bad.yml", lines: [rule + "\nnonsense: ["])
        let run = try Self.serve(
            traffic.sandbox,
            """
            cp bad.yml rules.d/own.yml; kill -HUP $PID; await rules.refused
            "$GRANTRAIL" control status --config $CONFIG
            "$GRANTRAIL" control reload --config $CONFIG && exit 9; [ $? -eq 2 ] || exit 8
            cp good.yml rules.d/own.yml; "$GRANTRAIL" control reload --config $CONFIG
            await '\\[rules.loaded\\]'
            "$GRANTRAIL" control status --config $CONFIG
            "$GRANTRAIL" control stop --config $CONFIG
            """
        ).expecting()
        let answers = try run.objects()
        #expect(answers.count == 5)
        let before = try #require(answers[0]["rules"] as? Int)
        #expect(answers[0]["ready"] as? Bool == true)
        #expect(answers[1]["reloaded"] as? String == "no")
        #expect(answers[2]["reloaded"] as? String == "yes")
        #expect(answers[3]["rules"] as? Int == before + 1)
    }

    @Test("What stands against a start has its own status and says what to do")
    func refuses() throws {
        let traffic = try Traffic(Sandbox(), events: 500)
        let sandbox = traffic.sandbox
        let configuration = try Self.configuration(traffic)
        try sandbox.run("run", "--config", configuration).expecting()
        let key = try sandbox.write("other.key", [UInt8](repeating: 0x41, count: 40))
        let other = try sandbox.run("run", "--config", configuration, "--key-file", key)
            .expecting(78)
        #expect(other.errorText.contains("another fingerprint key"))
        let wrong = try sandbox.write("wrong.yaml", lines: ["stoer: {path: x}"])
        let typo = try sandbox.run("run", "--config", wrong).expecting(78)
        #expect(typo.errorText.contains("store") && typo.errorText.contains("wrong.yaml:1:1"))
        try sandbox.write("run.db", "this is no store, whatever its name says".utf8)
        let corrupt = try sandbox.run("run", "--config", configuration).expecting(74)
        #expect(corrupt.errorText.contains("no Grantrail store"))
    }

    @Test("A second service on one store is refused")
    func locked() throws {
        let traffic = try Traffic(Sandbox(), events: 500)
        _ = try Self.configuration(traffic, until: false)
        let run = try Self.serve(
            traffic.sandbox, "\"$GRANTRAIL\" run --config $CONFIG; echo status $?"
        ).expecting()
        #expect(run.outputText.contains("status 74"))
        #expect(run.errorText.contains("another process is writing"))
    }
}
