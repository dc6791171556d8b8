import Foundation
import Testing

@Suite("Hooks and files of alerts")
struct HooksTests {
    @Test("Every secret is fresh and has its form")
    func secret() throws {
        let sandbox = try Sandbox()
        let secrets = try (0..<3).map { _ in
            try sandbox.run("hooks", "secret").expecting().outputLines[0]
        }
        #expect(Set(secrets).count == 3)
        for secret in secrets {
            #expect(secret.hasPrefix("whsec_"))
            #expect(Data(base64Encoded: String(secret.dropFirst(6)))?.count == 32)
        }
    }

    @Test("A configuration says what is missing for a webhook, and what may listen")
    func check() throws {
        let sandbox = try Sandbox()
        let secret = try sandbox.run("hooks", "secret").expecting().output
        try sandbox.write("soc.secret", secret)
        try sandbox.write(
            "config.yaml",
            lines: [
                "store: {path: s.db}", "http: {listen: '0.0.0.0:8088'}", "sinks:",
                "  - {name: log, type: file, path: nowhere/a}",
                "  - {name: soc, type: webhook, url: 'https://a/', ca: none.pem,"
                    + " secret: {secret_file: soc.secret}}",
            ])
        let check = try sandbox.run(
            "config", "check", "--config", sandbox.path("config.yaml"), "--output", "ndjson")
        let said = try check.objects().map { "\($0["line"] ?? "") \($0["code"] ?? "")" }
        for expected in [
            "2 config.open_listener", "4 config.missing_file", "5 config.missing_file",
        ] {
            #expect(said.contains(expected), "\(check.outputText)")
        }
        #expect(check.status == 78)
    }

    @Test("A file gets what its routing lets through; one that cannot be written catches up")
    func file() throws {
        let traffic = try Traffic(Sandbox())
        let sandbox = traffic.sandbox
        let more = "  - {name: log, type: file, path: a.ndjson, min: info, rules: ['REF-*']}"
        let configuration = try RunTests.configuration(traffic, more: more)
        let path = sandbox.path("a.ndjson")
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
        let run = try sandbox.run("run", "--config", configuration).expecting()
        let refusals = run.errorText.split(separator: "\n").filter {
            $0.contains("[sink.not_a_file]")
        }
        #expect(refusals.count == 1, "\(run.errorText)")
        try FileManager.default.removeItem(atPath: path)
        try sandbox.run("run", "--config", configuration).expecting()
        let wanted = run.outputLines.filter { $0.contains("\"name\":\"REF-") }
        #expect(!wanted.isEmpty && wanted.count < run.outputLines.count)
        #expect(try sandbox.lines(of: "a.ndjson") == wanted)
        try sandbox.run("run", "--config", configuration).expecting()
        #expect(try sandbox.lines(of: "a.ndjson") == wanted, "told twice")
    }
}
