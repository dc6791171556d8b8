import AuditModel
import Foundation
import LogFormats
import Testing
import WireFormat

@Suite("Golden corpora")
struct GoldenTests {
    static let corpora = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Corpora")
    static let folder = corpora.appending(path: "keycloak")

    /// Rewritten with `UPDATE_GOLDEN=1`; read the difference before committing it.
    @Test("every record gives the events and issues on file", arguments: [
        "keycloak/good-json", "keycloak/good-array", "keycloak/good-text-b",
        "keycloak/good-text-c", "keycloak/errors-json", "keycloak/errors-text-c",
        "keycloak/hostile", "keycloak/good-text-a", "keycloak/carriers", "keycloak/log-json",
        "auth0/stream", "auth0/envelopes", "okta/system-log",
        "okta/envelopes", "cognito/trail", "cognito/envelopes", "google/reports", "github/audit",
        "entra/event-hub", "entra/log-analytics", "entra/graph",
        "nginx/json", "nginx/combined", "envoy/access", "kong/file-log", "oauth2-proxy/log",
        "resource-server/validation",
        "hydra/log", "hydra/text", "hydra/traces",
        "pingfederate/columns", "pingfederate/pairs", "pingfederate/cef",
    ])
    func golden(name: String) throws {
        let input = try Data(contentsOf: Self.corpora.appending(path: name + ".log"))
        var lines = input.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        if lines.last == [] { lines.removeLast() }
        let dialect = name.prefix { $0 != "/" }
        let decoded = decode(lines, try #require(FormatRegistry.named(String(dialect))))
        let output = (decoded.lines + decoded.issues.map(line) + [line(decoded.tally)])
            .joined(separator: "\n") + "\n"
        let file = Self.corpora.appending(path: name + ".events.jsonl")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data(output.utf8).write(to: file)
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(output == expected)
        for text in output.split(separator: "\n") {
            #expect(throws: Never.self) {
                try JSONSerialization.jsonObject(with: Data(text.utf8))
            }
        }
    }

    @Test("the text corpora say what the JSON corpora say", arguments: ["good", "errors"])
    func twins(name: String) throws {
        let ignored = /"(id|time_zone_assumed|positional_id|at)":("[0-9a-f]{32}"|true|\d+),?/
        let facts = try ["json", "text-c"].map { framing in
            let file = Self.folder.appending(path: "\(name)-\(framing).events.jsonl")
            return try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                .filter { $0.contains("\"kind\"") }
                .map { String($0).replacing(ignored, with: "") }
        }
        #expect(facts[0].count == 12)
        #expect(facts[0] == facts[1])
    }

    private func line(_ issue: DecodeIssue) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("issue", issue.code.rawValue)
        writer.member("record", Int64(issue.record))
        writer.member("detail", issue.detail)
        writer.key("partial")
        writer.bool(issue.isPartial)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func line(_ tally: DecodeTally) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("events", Int64(tally.events))
        writer.member("ignored", Int64(tally.ignored))
        writer.member("failed", Int64(tally.failed))
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
