import AuditModel
import Foundation
import Testing
import TrafficSimulator

@Suite("Attacks beyond stolen refresh tokens")
struct ScenarioTests {
    private func run(
        _ scenario: AttackScenario, seed: UInt64, copies: Int = 2
    ) throws -> [[SimulatedEvent]] {
        var plan = SimulationPlan.full(seed: seed)
        plan.attacks = [scenario: copies]
        var recorder = Recorder()
        let attacks = try Simulation(plan: plan).run(into: &recorder)
        #expect(attacks.count == copies)
        let isComplete = attacks.allSatisfy(\.isComplete)
        #expect(isComplete, "\(scenario.rawValue) incomplete, seed \(seed)")
        return (0..<copies).map { number in recorder.events.filter { $0.attack == number } }
    }

    @Test("names are unique and no scenario lacks its turn")
    func registry() throws {
        let all = AttackScenario.allCases
        #expect(Set(all.map(\.rawValue)).count == all.count)
        #expect(Set(all.map(\.explanation)).count == all.count)
        let directory = TemporaryDirectory()
        _ = try SimulationOutput.write(plan: .full(seed: 1), directory: directory.path)
        let log = try directory.objects("keycloak.jsonl")
        let known = Set(
            try log.map { object in
                var hash = IdentityHash("event/1")
                hash.add("keycloak")
                hash.add(try #require(object["realmId"] as? String))
                hash.add(try #require(object["id"] as? String))
                return hash.id().hex
            })
        var seen: Set<String> = []
        for label in try directory.objects("truth.jsonl") {
            let ids = try #require(label["events"] as? [String])
            #expect(!ids.isEmpty && known.isSuperset(of: ids))
            let name = try #require(label["attack"] as? String)
            let scenario = try #require(all.first { name.hasPrefix($0.rawValue + "-")
                && Int(name.dropFirst($0.rawValue.count + 1)) != nil }, "\(name)")
            #expect(label["expect"] as? [String] == scenario.expectedRules, "\(name)")
            seen.insert(scenario.rawValue)
        }
        #expect(Set(all.map(\.rawValue)).subtracting(seen) == [])
    }

    @Test("a token is used far away half an hour after its owner, who goes on", arguments: [1, 2])
    func distantUse(seed: UInt64) throws {
        var plan = SimulationPlan.full(seed: seed)
        plan.attacks = [.distantUse: 1]
        let directory = TemporaryDirectory()
        _ = try SimulationOutput.write(plan: plan, directory: directory.path)
        let places = try Places(directory)
        let events = try Recorder.events(of: plan)
        let labelled = events.filter { $0.attack == 0 }
        let theft = try #require(labelled.first)
        let thief = try #require(try places.place(theft.address))
        let family = events.filter { $0.session == theft.session && $0.type == .refreshToken }
        let before = try #require(family.last { $0.time < theft.time })
        let home = try #require(try places.place(before.address))
        #expect((28...33).contains((theft.time - before.time) / 60_000))
        #expect(home.gap(to: thief) > 5_000 && thief.kind == "residential")
        #expect(theft.time - (family.first?.time ?? .max) > 3 * 86_400_000)
        #expect(family.contains { $0.time > theft.time && $0.address != theft.address })
        let owner = try #require(labelled.first { $0.address != theft.address })
        #expect(owner.refresh == theft.refresh && before.refresh == theft.refresh)
    }

    @Test("hundreds of distinct tokens fail in half an hour, from one network")
    func tokenStuffing() throws {
        for burst in try run(.tokenStuffing, seed: 3) {
            #expect((300...500).contains(burst.count))
            let first = try #require(burst.first), last = try #require(burst.last)
            #expect(last.time - first.time < 30 * 60_000)
            #expect(burst.allSatisfy { $0.type == .refreshTokenError && $0.client == first.client })
            #expect(Set(burst.map(\.address.network)).count == 1)
            var best = 0
            for start in burst {
                let window = burst.filter { (0..<300_000).contains($0.time - start.time) }
                let tokens = window.filter { $0.refusal != .malformed }.map(\.refresh)
                best = max(best, Set(tokens).count)
            }
            #expect(best >= 50)
        }
    }

    @Test("failures without an attack are steady: no half hour of a client comes near a burst")
    func steadyFailures() throws {
        var counts: [Int: [Int64: Int]] = [:]
        for event in try Recorder.events(of: SimulationPlan.demo(seed: 4).benignTwin)
        where event.type.name.description.hasSuffix("_ERROR") {
            counts[event.client, default: [:]][event.time / 1_800_000, default: 0] += 1
        }
        #expect(counts.count > 8)
        #expect(counts.values.allSatisfy { ($0.values.max() ?? 0) < 40 })
        let hours = counts.values.map { $0.values.reduce(0, +) }.reduce(0, +) / (9 * 24)
        #expect((5...60).contains(hours), "\(hours) an hour")
    }

    @Test("a leaked token names the grant's own ids; a dead one has expired", arguments: [5, 6])
    func leaks(seed: UInt64) throws {
        var plan = SimulationPlan.full(seed: seed)
        plan.attacks = [.leakedToken: 2, .leakedDeadToken: 1]
        let directory = TemporaryDirectory()
        _ = try SimulationOutput.write(plan: plan, directory: directory.path)
        var issued: Set<String> = []
        var kinds: Set<String> = []
        for object in try directory.objects("keycloak.jsonl") {
            let details = object["details"] as? [String: String] ?? [:]
            if !(object["error"] is String) {
                for key in ["token_id", "refresh_token_id", "updated_refresh_token_id"] {
                    if let id = details[key] { issued.insert(id) }
                }
            }
            guard let uri = details["redirect_uri"], let mark = uri.range(of: "_token=") else {
                continue
            }
            #expect(object["type"] as? String == "LOGIN_ERROR")
            let parts = uri[mark.upperBound...].split(separator: ".")
            #expect(parts.count == 3)
            let claims = try Self.json(parts[1])
            #expect(try Self.json(parts[0])["alg"] is String)
            #expect(issued.contains(try #require(claims["jti"] as? String)))
            #expect(claims["azp"] as? String == object["clientId"] as? String)
            let realm = try #require(object["realmName"] as? String)
            let issuer = try #require(claims["iss"] as? String)
            #expect(issuer.hasSuffix("/realms/" + realm))
            let time = try #require(object["time"] as? Int)
            let isLive = try #require(claims["exp"] as? Int) * 1000 > time
            kinds.insert("\(claims["typ"] ?? "") \(isLive)")
        }
        #expect(kinds == ["Bearer true", "Refresh true", "Bearer false"])
    }

    @Test("no log shows a token but those that are meant to leak")
    func secrets() throws {
        let directory = TemporaryDirectory()
        var plan = SimulationPlan.full(seed: 7)
        plan.dialects = SimulatedDialect.allCases
        _ = try SimulationOutput.write(plan: plan, directory: directory.path)
        for dialect in SimulatedDialect.allCases {
            let lines = try directory.lines(dialect.fileName).filter { $0.contains("eyJhbGciOi") }
            // Some servers do not log what they refuse to redirect to; gateways see no login.
            let hiding: [SimulatedDialect] = [.entra, .nginx, .hydra, .pingfederate]
            #expect(lines.count == (hiding.contains(dialect) ? 0 : 2), "\(dialect.rawValue)")
            #expect(lines.allSatisfy { $0.contains("_token=eyJ") })
        }
        for name in SimulatedDialect.allCases.map(\.truthFileName) {
            #expect(try directory.lines(name).allSatisfy { !$0.contains("eyJhbGciOi") })
        }
    }

    @Test("passwords and secrets are guessed until something opens")
    func guessing() throws {
        for spray in try run(.passwordSpray, seed: 8) {
            #expect(Set(spray.filter { $0.type == .loginError }.map(\.subject)).count > 10)
            let opened = try #require(spray.first { $0.type == .login })
            let recent = spray.filter {
                $0.type == .loginError && opened.time - $0.time < 600_000
            }
            #expect(recent.count >= 10)
        }
        for attempts in try run(.bruteForce, seed: 8) {
            #expect(attempts.count { $0.type == .loginError } >= 10)
            #expect(Set(attempts.map(\.subject)).count == 1)
            #expect(attempts.last?.type == .codeToToken)
        }
        for attempts in try run(.secretGuessing, seed: 8) {
            #expect(Set(attempts.map(\.client)).count >= 10)
            #expect(Set(attempts.map(\.address)).count == 1)
            #expect(attempts.allSatisfy { $0.type == .clientLoginError })
        }
        for probes in try run(.redirectProbing, seed: 8) {
            #expect(Set(probes.map(\.variant)).count >= 5)
            #expect(probes.allSatisfy { $0.failure == .redirectURI && $0.leak == nil })
        }
    }

    @Test("a code is presented again after its redemption, and its owner suffers")
    func codeReplay() throws {
        let events = try Recorder.events(of: {
            var plan = SimulationPlan.full(seed: 9)
            plan.attacks = [.codeReplay: 1]
            return plan
        }())
        let replay = try #require(events.first { $0.attack == 0 })
        #expect(replay.type == .codeToTokenError)
        let redeemed = try #require(
            events.last {
                $0.type == .codeToToken && $0.session == replay.session && $0.time <= replay.time
            })
        #expect(redeemed.client == replay.client && redeemed.address != replay.address)
        #expect(replay.time - redeemed.time < 60_000)
        #expect(!events.contains {
            $0.type == .refreshToken && $0.session == replay.session && $0.client == replay.client
                && $0.time > replay.time && $0.time < replay.time + 240_000
        })
    }

    @Test("a silenced source shows nothing for hours, and its first event after that is labelled")
    func silence() throws {
        var plan = SimulationPlan.full(seed: 10)
        plan.attacks = [.sourceSilence: 1]
        let events = try Recorder.events(of: plan)
        let place = try #require(events.firstIndex { $0.attack == 0 })
        #expect(events[place].time - events[place - 1].time > 3 * 3_600_000)
        #expect(events.count { $0.attack == 0 } == 1)
    }

    @Test("bursts change nobody else's traffic")
    func bursts() throws {
        var plan = SimulationPlan.full(seed: 11)
        plan.attacks = [
            .tokenStuffing: 1, .introspectionFlood: 1, .passwordSpray: 1, .secretGuessing: 1,
            .leakedToken: 1, .manySessions: 1, .deviceFlow: 1,
        ]
        let twin = try Recorder.events(of: plan.benignTwin)
        #expect(try Recorder.events(of: plan).filter { $0.attack < 0 } == twin)
    }

    @Test("the demo is small and has every kind of attack it shows", arguments: [7, 8])
    func demo(seed: UInt64) throws {
        var recorder = Recorder()
        let attacks = try Simulation(plan: .demo(seed: seed)).run(into: &recorder)
        #expect((15_000..<40_000).contains(recorder.events.count), "\(recorder.events.count)")
        let quiet = SimulationPlan.defaultStart / 1_000_000 + 8 * 86_400_000
        #expect(recorder.events.allSatisfy { $0.attack < 0 || $0.time >= quiet })
        for scenario in [
            AttackScenario.attackerFirst, .distantUse, .tokenStuffing, .leakedToken,
            .leakedDeadToken,
        ] {
            #expect(
                attacks.contains { $0.scenario == scenario && $0.isComplete },
                "\(scenario.rawValue), seed \(seed)")
        }
    }

    private static func json(_ segment: Substring) throws -> [String: Any] {
        var text = segment.replacing("-", with: "+").replacing("_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        let data = try #require(Data(base64Encoded: String(text)))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
}
