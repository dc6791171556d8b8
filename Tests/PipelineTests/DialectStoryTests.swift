import AuditModel
import Detection
import Foundation
import Intake
import LogFormats
import Places
import RuleBook
import TokenScan
import TrafficSimulator
import WireFormat
import Testing

@testable import Pipeline

/// One simulated world, told by each server in its own words.
@Suite("The same story in every dialect", .serialized)
final class DialectStoryTests {
    private let directory = NSTemporaryDirectory() + "stories-\(UUID().uuidString)"
    private let rules = RuleBook.pack().active

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// The servers whose logs tell the story that Keycloak's tells.
    private static let others: [SimulatedDialect] = [
        .auth0, .okta, .cognito, .entra, .hydra, .pingfederate,
    ]

    private struct Label {
        var attack: String
        var scenario: String
        var events: Set<String>
        var expect: [String]
    }

    private func labels(_ dialect: SimulatedDialect) throws -> [Label] {
        try String(contentsOfFile: directory + "/" + dialect.truthFileName, encoding: .utf8)
            .split(separator: "\n").map { line in
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                let attack = try #require(object["attack"] as? String)
                let end = try #require(attack.lastIndex(of: "-"))
                return Label(
                    attack: attack, scenario: String(attack[..<end]),
                    events: Set(try #require(object["events"] as? [String])),
                    expect: try #require(object["expect"] as? [String]))
            }
    }

    private func alerts(_ dialect: SimulatedDialect) throws -> [Alert] {
        let key = try #require(FingerprintKey(bytes: Array(repeating: 7, count: 32)))
        var options = IntakeOptions(key: key)
        options.places = try PlaceBook(
            city: directory + "/places/city.mmdb", asn: directory + "/places/asn.mmdb",
            networks: directory + "/places/networks.csv")
        return try Backtest(rules: rules).run(
            InputSet.resolve(paths: [directory + "/" + dialect.fileName]), options: options,
            spillDirectory: directory).alerts
    }

    /// The names of the refresh rules that found each attack.
    private func verdicts(_ dialect: SimulatedDialect) throws -> [String: Set<String>] {
        let alerts = try alerts(dialect)
        var found: [String: Set<String>] = [:]
        for label in try labels(dialect) {
            found[label.attack] = Set(
                alerts.filter { alert in
                    alert.evidence.contains { label.events.contains($0.event.hex) }
                }.map(\.rule.name))
        }
        return found
    }

    private func write(
        _ attacks: [AttackScenario: Int], seed: UInt64, days: Int = 4, quietDays: Int = 1
    ) throws {
        var plan = SimulationPlan(
            seed: seed, startTime: SimulationPlan.defaultStart, days: days, subjects: 60)
        plan.quietDays = quietDays
        plan.attacks = attacks
        plan.dialects = [.keycloakJSON, .keycloakText] + Self.others
        _ = try SimulationOutput.write(plan: plan, directory: directory)
    }

    @Test("a stolen refresh token is found in each of them, by the same rule")
    func theft() throws {
        let seed: UInt64 = 5
        try write([.attackerFirst: 2, .victimFirst: 2, .victimFirstOlder: 2], seed: seed)
        let keycloak = try verdicts(.keycloakJSON)
        #expect(try verdicts(.keycloakText) == keycloak, "seed \(seed)")
        #expect(keycloak.values.count { $0.contains("REF-01") } >= 3, "seed \(seed)")
        for dialect in [SimulatedDialect.auth0, .okta] {
            let verdicts = try verdicts(dialect)
            for (attack, rules) in keycloak where rules.contains("REF-01") {
                let found = verdicts[attack] ?? []
                #expect(found.contains("REF-01"), "seed \(seed), \(dialect.rawValue), \(attack)")
            }
            // What Keycloak finds by the owner's later refusal, which names the token there alone.
            for (attack, rules) in keycloak where rules.contains("REF-02") {
                let found = verdicts[attack] ?? []
                #expect(
                    !found.isDisjoint(with: ["REF-01", "REF-02", "REF-03"]),
                    "seed \(seed), \(dialect.rawValue), \(attack)")
                #expect(try Self.page(dialect).contains("A refusal other than for reuse"))
            }
        }
    }

    @Test("an attack that Keycloak's log shows is found in the others, or they say why not")
    func allScenarios() throws {
        var attacks: [AttackScenario: Int] = [:]
        for scenario in AttackScenario.allCases where scenario.rawValue != "A17" {
            attacks[scenario] = 1
        }
        try write(attacks, seed: 11, days: 10, quietDays: 7)
        let keycloak = try verdicts(.keycloakJSON)
        #expect(try verdicts(.keycloakText) == keycloak)
        for dialect in Self.others {
            let found = try verdicts(dialect)
            for label in try labels(dialect) where !label.expect.isEmpty {
                if (keycloak[label.attack] ?? []).isDisjoint(with: label.expect) { continue }
                #expect(
                    !(found[label.attack] ?? []).isDisjoint(with: label.expect),
                    "\(dialect.rawValue), \(label.attack): \(found[label.attack] ?? [])")
            }
            for scenario in AttackScenario.allCases {
                guard let why = dialect.blindness(scenario) else { continue }
                #expect(dialect.expectedRules(scenario) == [])
                #expect(try Self.page(dialect).contains(why), "\(why)")
            }
        }
    }

    /// What a newcomer reads.
    private static func page(_ dialect: SimulatedDialect) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(
            contentsOf: root.appending(path: "docs/connect/\(dialect.rawValue).md"),
            encoding: .utf8)
    }

    @Test("benign life gives no more alarms in one dialect than in another")
    func quiet() throws {
        try write([:], seed: 12)
        let loud = { (dialect: SimulatedDialect) in
            try self.alerts(dialect).filter { $0.severity >= .high }.map(\.rule.name)
        }
        let keycloak = try loud(.keycloakJSON)
        for dialect in Self.others {
            #expect(try loud(dialect).count <= keycloak.count + 1, "\(dialect.rawValue)")
        }
    }
}
