import Foundation
import Testing

@Suite("config: check, print, schema")
struct ConfigTests {
    private static let sound = [
        "store: {path: s.db}", "rules: {dirs: rules}", "fingerprint: {secret_file: key}",
        "sources: [{type: file, path: logs/*.json, tenant: no}]",
    ]

    private static func sandbox(_ lines: [String] = sound) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write("config.yaml", lines: lines)
        let key = try sandbox.write("key", lines: [String(repeating: "ab", count: 32)])
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        let rules = sandbox.path("rules")
        try FileManager.default.createDirectory(
            atPath: rules, withIntermediateDirectories: false)
        return sandbox
    }

    @Test("A sound configuration is accepted, and so is what is printed of it")
    func sound() throws {
        let sandbox = try Self.sandbox()
        let check = try sandbox.run("config", "check", "--config", sandbox.path("config.yaml"))
        #expect(check.outputText.contains("can be used"), "\(check.outputText)")
        #expect(check.status == 0)
        let environment = ["GRANTRAIL_CONFIG": sandbox.path("config.yaml")]
        let print = try sandbox.run("config", "print", "--show-origin", environment: environment)
        #expect(print.outputText.contains("/key}  # ‹set› /"))
        #expect(print.outputText.contains("lateness: 30s  # default"))
        try sandbox.write("again.yaml", print.output)
        let again = try sandbox.run("config", "check", "--config", sandbox.path("again.yaml"))
        #expect(again.status == 0, "\(again.outputText)")
    }

    @Test("What the world lacks is said at the setting's place, all at once, with status 78")
    func world() throws {
        let sandbox = try Self.sandbox([
            "store: {path: nowhere/s.db}", "rules: {dirs: rules}", "clients: c.yml",
            "geo: {city: key, networks: n.csv}",
        ])
        try sandbox.write("rules/bad.yml", lines: ["title: x", "detection: 4"])
        let check = try sandbox.run(
            "config", "check", "--config", sandbox.path("config.yaml"), "--output", "ndjson")
        #expect(check.status == 78)
        let found = try check.objects().map { "\($0["line"] ?? "") \($0["code"] ?? "")" }
        for expected in [
            "1 config.missing_file", "2 config.unusable_file", "3 config.missing_file",
            "4 config.unusable_file", "4 config.missing_file",
        ] {
            #expect(found.contains(expected), "\(check.outputText)")
        }
    }

    @Test("Mistakes are shown with a caret; a literal secret is not shown")
    func mistakes() throws {
        let sandbox = try Self.sandbox([
            "store: {pathh: s.db}", "fingerprint: hunter2hunter2hunter2",
        ])
        let path = sandbox.path("config.yaml")
        for command in ["check", "print"] {
            let finished = try sandbox.run("config", command, "--config", path)
            let text = finished.outputText + finished.errorText
            #expect(finished.status == 78)
            #expect(text.contains("did you mean 'path'?") && text.contains("\n            ^~~~~"))
            #expect(text.contains("config.literal_secret") && !text.contains("hunter2"), "\(text)")
        }
    }

    @Test("A configuration that is nowhere is status 78; the schema is JSON")
    func missing() throws {
        let sandbox = try Self.sandbox()
        let check = try sandbox.run("config", "check", "--config", sandbox.path("none.yaml"))
        #expect(check.status == 78 && check.outputText.contains("config.unreadable"))
        let schema = try sandbox.run("config", "schema")
        #expect(throws: Never.self) {
            try JSONSerialization.jsonObject(with: Data(schema.output))
        }
    }
}
