import Foundation
import Testing
import TrafficSimulator

@Suite("The simulated gateway")
struct GatewayLineTests {
    private let directory = TemporaryDirectory()

    private func write(seed: UInt64) throws -> (server: [[String: Any]], gateway: [[String: Any]]) {
        var plan = SimulationPlan.small(seed: seed)
        plan.dialects = [.keycloakJSON, .nginx]
        _ = try SimulationOutput.write(plan: plan, directory: directory.path)
        return (try directory.objects("keycloak.jsonl"), try directory.objects("nginx.jsonl"))
    }

    private func jti(_ line: [String: Any]) -> String { line["jti"] as? String ?? "" }

    @Test("it has no more lines than the server has events, in order but for what is instant")
    func bounds() throws {
        let (server, gateway) = try write(seed: 31)
        #expect(gateway.count <= server.count)
        #expect(gateway.count * 3 > server.count, "\(gateway.count) of \(server.count)")
        let times = try gateway.map { try #require(Double($0["time"] as? String ?? "")) }
        #expect(times == times.sorted())
        #expect(Set(gateway.map { $0["event_id"] as? String }).count == gateway.count)
    }

    @Test("it names tokens as the server does, uses some too late and refuses forged ones")
    func tokens() throws {
        let (server, gateway) = try write(seed: 32)
        let issued = Set(
            server.compactMap { ($0["details"] as? [String: String])?["token_id"] })
        let named = gateway.filter { !jti($0).isEmpty }
        #expect(!named.isEmpty && named.allSatisfy { issued.contains(jti($0)) })
        let refused = gateway.filter { $0["status"] as? Int == 401 }
        let words = refused.compactMap { $0["www_authenticate"] as? String }
        #expect(words.contains { $0.contains("expired") })
        #expect(words.contains { $0.contains("signature") })
        #expect(gateway.contains { jti($0).isEmpty && $0["status"] as? Int == 200 })
    }

    @Test("labels name lines of the log, from where the attack came")
    func labels() throws {
        let (server, gateway) = try write(seed: 33)
        let labels = try directory.objects("truth-nginx.jsonl")
        #expect(!labels.isEmpty)
        #expect(labels.allSatisfy { ($0["expect"] as? [String]) == [] })
        let addresses = Set(server.compactMap { $0["ipAddress"] as? String })
        #expect(
            gateway.allSatisfy { addresses.contains($0["remote_addr"] as? String ?? "") })
    }
}
