import AuditModel
import Foundation
import TestSupport
import Testing

@testable import Detection

/// Ids come from whoever talks to the server; commands are pasted into an operator's shell.
@Suite("Actions with ids in them")
struct ActionTests {
    private static let hostile = [
        "'", "\"", "\\", "$(touch pwned)", "`touch pwned`", "\n", "\r", "\t", ";", "&", "|", "<",
        ">", "-", "--", "-rf", "'\u{301}", "\"\u{301}", "-\u{301}", "\u{202E}", "é", "#", "*", "?",
        "[a]", "{b}", "~", "!", "%", "/", "..", "../..", "=", " ", "$HOME", "a", "Z9", "_.",
    ]

    private static func text(_ random: inout SeededGenerator, of pieces: [String]) -> String {
        (0..<random.below(7)).map { _ in random.pick(pieces) }.joined()
    }

    /// Runs shell lines in a directory of their own, in which `curl` and `kcadm.sh` write down
    /// their words.
    private static func shell(_ lines: String) throws -> (words: [[String]], names: [String]) {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("grantrail-actions-\(UUID().uuidString)")
        let tools = directory.appendingPathComponent("tools")
        try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for tool in ["curl", "kcadm.sh", "say"] {
            let path = tools.appendingPathComponent(tool).path
            try Data("#!/bin/sh\n{ printf '%s\\0' \"$@\"; printf '\\001\\0'; } >>tools/out\n".utf8)
                .write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: path)
        }
        try Data("secret".utf8).write(to: directory.appendingPathComponent("TOKEN"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", lines]
        process.currentDirectoryURL = directory
        process.environment = [
            "PATH": tools.path + ":/usr/bin:/bin", "HOME": "nowhere", "AUTH0_DOMAIN": "d",
            "OKTA_DOMAIN": "d", "AUTH0_TOKEN": "t", "OKTA_TOKEN": "t", "REVOCATION_ENDPOINT": "e",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let said = (try? Data(contentsOf: tools.appendingPathComponent("out"))) ?? Data()
        var words: [[String]] = [[]]
        for word in said.split(separator: 0, omittingEmptySubsequences: false).dropLast() {
            let text = String(decoding: word, as: UTF8.self)
            if text == "\u{1}" { words.append([]) } else { words[words.count - 1].append(text) }
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        return (Array(words.dropLast()), names.sorted())
    }

    @Test("A quoted text comes out of a shell as it went in")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let texts = ["", "'", "-n", "--", "'\u{301}; touch pwned"]
            + (0..<300).map { _ in Self.text(&random, of: Self.hostile) }
        let command = "say " + texts.map(ShellText.quoted).joined(separator: " ")
        let said = try Self.shell(command)
        let expected = texts.map { Array($0.utf8) }
        #expect(said.words.first?.map { Array($0.utf8) } == expected, "seed \(seed)")
        #expect(said.names == ["TOKEN", "tools"], "seed \(seed)")
    }

    @Test("A path segment is one segment, and means the text")
    func segments() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let unreserved = CharacterSet(
            charactersIn: "%-._~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        for _ in 0..<2000 {
            let text = Self.text(&random, of: Self.hostile)
            guard let segment = ShellText.pathSegment(text) else { continue }
            #expect(segment.removingPercentEncoding == text, "seed \(seed)")
            #expect(segment.unicodeScalars.allSatisfy(unreserved.contains), "seed \(seed)")
            #expect(![".", ".."].contains(segment), "seed \(seed)")
        }
        for text in ["", ".", "..", "a\nb", "é"] { #expect(ShellText.pathSegment(text) == nil) }
    }

    private static func target(
        _ dialect: String, _ value: () -> String = { "plain-1" }
    ) -> StandardAction.Target {
        StandardAction.Target(
            dialect: dialect, realm: value(), issuer: value(), client: value(), subject: value(),
            session: value())
    }

    @Test("Whatever ids say, a command has the words of any other", arguments: [
        "keycloak", "auth0", "okta",
    ])
    func sameWords(dialect: String) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let printable = Self.hostile.filter { $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } }
        var plain: [String] = []
        var odd: [String] = []
        for _ in 0..<12 {
            for action in StandardAction.allCases {
                // One of the five is odd, so that the others let a command come about.
                let place = random.below(5)
                var number = -1
                let target = Self.target(dialect) {
                    number += 1
                    return number == place ? "x" + Self.text(&random, of: printable) : "plain-1"
                }
                let commands = action.steps(target).compactMap(\.command)
                let others = action.steps(Self.target(dialect)).compactMap(\.command)
                // A client that cannot stand in it leaves a command of RFC 7009 without one.
                guard commands.count == others.count,
                    action != .revokeToken || commands[0].contains("--user")
                else { continue }
                odd += commands
                plain += others
            }
        }
        #expect(odd.allSatisfy { $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } })
        #expect(odd.count > 10 && odd != plain)
        let expected = try Self.shell(plain.joined(separator: "\n"))
        let said = try Self.shell(odd.joined(separator: "\n"))
        #expect(expected.words.count >= plain.count)
        #expect(said.words.map(\.count) == expected.words.map(\.count), "seed \(seed): \(odd)")
        #expect(said.names == ["TOKEN", "tools"], "seed \(seed): \(odd)")
    }

    @Test("Each server's commands name the server's own ids")
    func commands() throws {
        func first(_ action: StandardAction, _ dialect: String) -> String? {
            action.steps(
                StandardAction.Target(
                    dialect: dialect, realm: "acme", issuer: "https://login.example",
                    client: "web", subject: "auth0|5f", session: "s-1")
            ).first?.command
        }
        #expect(first(.endSession, "keycloak") == "kcadm.sh delete sessions/s-1 -r acme")
        #expect(
            first(.logOutSubject, "keycloak") == "kcadm.sh create users/auth0%7C5f/logout -r acme")
        #expect(
            first(.disableClient, "keycloak")
                == "id=$(kcadm.sh get clients -r acme -q clientId=web --fields id --format csv "
                + "--noquotes) && kcadm.sh update clients/\"$id\" -r acme -s enabled=false")
        #expect(
            first(.endSession, "auth0")
                == "curl --fail-with-body -X POST -H \"Authorization: Bearer $AUTH0_TOKEN\" "
                + "\"https://$AUTH0_DOMAIN/api/v2/sessions/s-1/revoke\"")
        let body = #"'{"client_id":"web","user_id":"auth0|5f"}'"#
        #expect(first(.revokeGrant, "auth0")?.hasSuffix("--data \(body)") == true)
        #expect(first(.logOutSubject, "okta")?.contains("sessions?oauthTokens=true") == true)
        #expect(first(.disableClient, "auth0") == nil)
        #expect(first(.endSession, "nginx") == nil)
        // No host that a log names is sent a token.
        for action in StandardAction.allCases {
            for dialect in ["keycloak", "auth0", "okta", "other"] {
                #expect(first(action, dialect)?.contains("login.example") != true)
            }
        }
    }

    @Test("An action on what the alert does not say is left out; one on what it cannot is a title")
    func missing() {
        var target = StandardAction.Target(dialect: "keycloak", realm: "acme", client: "web")
        #expect(StandardAction.endSession.steps(target).isEmpty)
        #expect(StandardAction.revokeGrant.steps(target).isEmpty)
        target.session = "a\u{202E}b"
        let steps = StandardAction.endSession.steps(target)
        #expect(steps.map(\.title) == ["End the session {session}"] && steps[0].command == nil)
        target.session = "s-1"
        target.realm = "-x"
        #expect(StandardAction.endSession.steps(target).map(\.command) == [nil])
        target.client = "web&search=true"
        #expect(StandardAction.disableClient.steps(target).map(\.command) == [nil])
    }

    @Test("Alerts get the commands of the server that wrote their event")
    func built() throws {
        var rule = Rule(id: "r", name: "R", title: "r", level: .low)
        rule.selections = [
            Rule.Selection(
                name: "any",
                alternatives: [[Predicate(field: .event(.client), matchers: [.exists(true)])]])
        ]
        rule.condition = .selection(0)
        rule.key = [.client]
        rule.actions = [
            Rule.ActionTemplate(.logOutSubject), Rule.ActionTemplate(.endSession),
            Rule.ActionTemplate(title: "Ask {subject}", command: nil, reversible: true),
        ]
        for (dialect, vendor) in [("okta", "Okta"), ("keycloak", "Keycloak")] {
            var batch = EventBatch(capacity: 1)
            var row = EventRow()
            row.id = ID128(high: 1, low: 1)
            row.client = batch.pool.code(of: "web")
            row.subject = batch.pool.code(of: "anna")
            row.tenant = batch.pool.code(of: "acme")
            row.dialect = batch.pool.code(of: dialect)
            batch.append(row)
            var run = DetectionRun(rules: [rule], shards: 1)
            run.take(batch, row: 0, pool: batch.pool)
            let alert = try #require(run.alerts().first)
            #expect(alert.actions.count == 2)
            #expect(alert.actions[0].title.hasPrefix("Log anna out of every session"))
            #expect(alert.actions[0].title.hasSuffix("(\(vendor))"))
            #expect(alert.actions[0].command?.contains("anna") == true)
            #expect(!alert.actions[0].reversible)
            #expect(alert.actions[1].title == "Ask anna")
        }
    }
}
