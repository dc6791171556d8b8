import AuditModel
import Foundation
import Testing
import TrafficSimulator

@Suite("Simulated attacks and their labels")
struct TruthTests {
    @Test("every label names events of the JSON log, by the ids the product gives them")
    func jsonLabels() throws {
        let directory = TemporaryDirectory()
        _ = try SimulationOutput.write(plan: .small(seed: 21), directory: directory.path)
        var known: [String: [String: Any]] = [:]
        for object in try directory.objects("keycloak.jsonl") {
            var hash = IdentityHash("event/1")
            hash.add("keycloak")
            hash.add(try #require(object["realmId"] as? String))
            hash.add(try #require(object["id"] as? String))
            known[hash.id().hex] = object
        }
        let labels = try directory.objects("truth.jsonl")
        #expect(labels.count == 8)
        for label in labels {
            let ids = try #require(label["events"] as? [String])
            let family = try #require(label["family"] as? String)
            #expect(!ids.isEmpty && Set(ids).count == ids.count)
            for id in ids {
                let object = try #require(known[id], "\(label)")
                #expect(try Self.family(of: object) == family)
                #expect(object["clientId"] as? String == label["client"] as? String)
            }
            #expect(label["detectable_at"] as? String == "L3")
        }
    }

    @Test("every label of the text log names its lines by place and digest")
    func textLabels() throws {
        let directory = TemporaryDirectory()
        _ = try SimulationOutput.write(plan: .small(seed: 22), directory: directory.path)
        var known: Set<String> = []
        var at: Int64 = 0
        var lineage: ID128?
        for line in try directory.lines("keycloak-text.log") {
            let record = Array(line.utf8)
            let id = record.withUnsafeBytes { bytes in
                let stream = lineage ?? RecordStream.lineage(ofFirstRecord: bytes)
                lineage = stream
                var hash = IdentityHash("event/1")
                hash.add("keycloak")
                hash.add(stream)
                hash.add(at)
                hash.add(RecordBatch.digest(of: bytes))
                return hash.id()
            }
            known.insert(id.hex)
            at += Int64(record.count) + 1
        }
        let texts = try directory.objects("truth-text.jsonl")
        let jsons = try directory.objects("truth.jsonl")
        #expect(texts.count == 8)
        for (text, json) in zip(texts, jsons) {
            let ids = try #require(text["events"] as? [String])
            #expect(known.isSuperset(of: ids))
            #expect(ids.count == (json["events"] as? [String])?.count)
            for key in ["attack", "scenario", "subject", "client", "family", "start"] {
                #expect(text[key] as? String == json[key] as? String)
            }
            #expect(text["expect"] as? [String] == json["expect"] as? [String])
        }
    }

    @Test("a labelled attack is what its scenario says", arguments: [23, 24, 25] as [UInt64])
    func scenarios(seed: UInt64) throws {
        var recorder = Recorder()
        let attacks = try Simulation(plan: .small(seed: seed)).run(into: &recorder)
        #expect(attacks.count == 8)
        for (number, attack) in attacks.enumerated() {
            let labelled = recorder.events.filter { $0.attack == number }
            #expect(!labelled.isEmpty, "seed \(seed), \(attack.scenario)")
            guard attack.isComplete, let first = labelled.first else { continue }
            let thief = first.address
            let before = recorder.events.prefix { $0.nativeID != first.nativeID }
            #expect(!before.contains { $0.address.network == thief.network })
            let spent = Set(before.filter { $0.type == .refreshToken }.map(\.refresh))
            let ok = labelled.filter { $0.type == .refreshToken }
            switch attack.scenario {
            case .attackerFirst:
                #expect(first.type == .refreshToken && !spent.contains(first.refresh))
                #expect(ok.count >= 2 && ok.allSatisfy { $0.address == thief })
                let refused = try #require(labelled.first { $0.type == .refreshTokenError })
                #expect(refused.address != thief && refused.refresh == first.refresh)
                #expect(refused.refusal == .stale || refused.refusal == .reuse)
            case .victimFirst, .victimFirstOlder:
                #expect(first.type == .refreshTokenError && spent.contains(first.refresh))
                #expect(first.refusal == (attack.scenario == .victimFirst ? .reuse : .stale))
                #expect(ok.isEmpty)
            case .silentTakeover:
                #expect(ok.allSatisfy { $0.address == thief && !spent.contains($0.refresh) })
                #expect(Set(ok.map(\.refresh)).count == ok.count)
            case .fork:
                let victim = try #require(ok.first { $0.address != thief })
                #expect(victim.refresh == first.refresh)
                #expect(ok.contains { $0.address == thief && $0.time > victim.time })
            default: Issue.record("\(attack.scenario.rawValue) is no theft of a refresh token")
            }
        }
    }

    @Test("most attacks of a plan become complete, and those that do expect their rule")
    func completeness() throws {
        let directory = TemporaryDirectory()
        _ = try SimulationOutput.write(plan: .small(seed: 26), directory: directory.path)
        var expected = 0
        for label in try directory.objects("truth.jsonl") {
            let attack = try #require(label["attack"] as? String)
            let rules = try #require(label["expect"] as? [String])
            if attack.hasPrefix("A3") { #expect(rules.isEmpty) }
            expected += rules.count
        }
        #expect(expected >= 6)
    }

    @Test("without its attacks a plan keeps everyone else's traffic",
        arguments: [31, 32] as [UInt64])
    func twin(seed: UInt64) throws {
        let plan = SimulationPlan.small(seed: seed)
        let attacked = try Recorder.events(of: plan)
        let twin = try Recorder.events(of: plan.benignTwin)
        #expect(!twin.contains { $0.attack >= 0 })
        let victims = Set(attacked.filter { $0.attack >= 0 }.map(\.subject))
        #expect((1...8).contains(victims.count))
        let start = try #require(attacked.first { $0.attack >= 0 })
        let same = attacked.filter { !victims.contains($0.subject) }
        #expect(same == twin.filter { !victims.contains($0.subject) }, "seed \(seed)")
        #expect(attacked.prefix { $0.nativeID != start.nativeID }
            .elementsEqual(twin.prefix { $0.time < start.time }), "seed \(seed)")
    }

    private static func family(of object: [String: Any]) throws -> String {
        var hash = IdentityHash("family/1")
        for key in ["realmId", "sessionId", "clientId"] {
            hash.add(try #require(object[key] as? String))
        }
        return hash.id().hex
    }
}
