import AuditModel
import Detection
import EventStore
import Foundation
import Testing
import WireFormat

@testable import Pipeline

@Suite("Stored alerts derived anew", .serialized)
struct AlertExplanationTests {
    /// A store that a live run filled, and the alerts in it, one of each rule.
    private static func scene() throws -> (LiveScene, EventStore, [Alert]) {
        let scene = try LiveScene(events: 6000)
        let store = try scene.open()
        try LiveScene.run(
            store, scene.options(ScriptedSource("kc", partitions: scene.dealt(1), seed: 9)))
        let alerts = try store.alertRecords().filter { $0.state == .confirmed }
            .compactMap { AlertJSON.read($0.body) }
        var rules: Set<String> = []
        return (scene, store, alerts.filter { rules.insert($0.rule.id).inserted })
    }

    @Test("The same rules over the same events give the same verdict, with every event's place")
    func same() throws {
        let (scene, store, alerts) = try Self.scene()
        #expect(alerts.count >= 5)
        for alert in alerts.prefix(6) {
            let found = try ExplainQuery(rules: scene.rules).explain(stored: alert, in: store)
            #expect(found.outcome == .same && found.reasons == [], "\(alert.rule.name)")
            #expect(found.derived?.id == alert.id)
            #expect(found.explanation?.fired == true, "\(alert.rule.name)")
            #expect(found.evidence.map(\.evidence) == alert.evidence)
            for place in found.evidence {
                let stored = try #require(place.stored)
                let rows = try #require(try store.rows(from: stored.position, limit: 1))
                #expect(rows.batch.id(.event, 0) == place.evidence.event)
                #expect(rows.batch.at[0] == stored.at)
                #expect(store.pool.text(rows.batch.code(.source, 0)) == stored.source)
            }
        }
        try store.close()
    }

    @Test("The attacker's branch is the thief's steps and what came of them, not the victim's")
    func branch() throws {
        let (scene, store, _) = try Self.scene()
        let alerts = try store.alertRecords().compactMap { AlertJSON.read($0.body) }
        let theft = try #require(
            alerts.first { $0.rule.name == "REF-01" && $0.attacker?.ip != nil })
        let attacker = try #require(theft.attacker?.ip)
        let victim = theft.victim?.ip
        let found = try ExplainQuery(rules: scene.rules).explain(stored: theft, in: store)
        let steps = found.attackerSteps
        #expect(steps.contains { $0.ip == attacker })
        #expect(!steps.contains { $0.ip == victim })
        #expect(steps.count < (found.grant?.steps.count ?? 0))
        try store.close()
    }

    @Test("A rule that changed, or is gone, is named as the reason")
    func changed() throws {
        let (scene, store, alerts) = try Self.scene()
        let alert = try #require(alerts.first { $0.severity < .critical && $0.severity > .info })
        var rules = scene.rules
        for index in rules.indices where rules[index].id == alert.rule.id {
            rules[index].level = .critical
            rules[index].hash = String(repeating: "5", count: 32)
        }
        let found = try ExplainQuery(rules: rules).explain(stored: alert, in: store)
        #expect(found.outcome == .differs)
        #expect(found.differences.map(\.member) == ["severity"])
        #expect(found.differences.first?.derived == "critical")
        #expect(found.reasons.count == 1 && found.reasons[0].hasPrefix("the rule changed"))
        rules.removeAll { $0.id == alert.rule.id }
        let gone = try ExplainQuery(rules: rules).explain(stored: alert, in: store)
        #expect(gone.outcome == .underivable && gone.explanation == nil && gone.derived == nil)
        try store.close()
    }

    @Test("A withdrawn alert is the same as long as nothing gives it")
    func withdrawn() throws {
        let (scene, store, alerts) = try Self.scene()
        var alert = try #require(alerts.first)
        alert.state = .withdrawn
        let found = try ExplainQuery(rules: scene.rules).explain(stored: alert, in: store)
        #expect(found.outcome == .differs && found.differences.map(\.member) == ["state"])
        let none = try ExplainQuery(rules: []).explain(stored: alert, in: store)
        #expect(none.outcome == .same)
        try store.close()
    }

    @Test("Events that retention removed are named as the reason")
    func retained() throws {
        let (scene, store, alerts) = try Self.scene()
        let last = try #require(store.blocks.first?.maxTime)
        let result = try store.retain(after: last + 1)
        #expect(result.removedEvents == 4096)
        let first = try #require(store.blocks.map(\.minTime).min())
        let alert = try #require(alerts.first { $0.lastSeen < first })
        let found = try ExplainQuery(rules: scene.rules).explain(stored: alert, in: store)
        #expect(found.outcome == .underivable)
        #expect(found.reasons.contains { $0.hasPrefix("retention removed") }, "\(found.reasons)")
        #expect(found.evidence.contains { $0.stored == nil })
        try store.close()
    }
}
