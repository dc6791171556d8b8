import AuditModel
import Foundation
import Synchronization
import Testing

@testable import Delivery

@Suite("The courier", .serialized)
struct CourierTests {
    private static let secret = Array("a raw secret of 24 bytes".utf8)
    /// The table, a hundred times faster.
    private static let quick = RetryPolicy(
        waits: [10, 50, 300, 3000].map { $0 * 1_000_000 }, jitter: 0.2, failuresToOpen: 5,
        probeInterval: 50_000_000, longestPause: 86_400_000_000_000)

    private func hook(
        _ url: String, name: String = "soc", timeout: Int64 = 1_000_000_000, inFlight: Int = 4,
        maxAge: Int64 = 60_000_000_000,
        render: @escaping @Sendable (HookDelivery) -> RenderedBody? = {
            RenderedBody(headers: [("content-type", "application/json")], bytes: $0.body)
        }
    ) throws -> CourierHook {
        let settings = try HookSettings(
            pace: HookPace(
                name: name, timeout: timeout, inFlight: inFlight, maxAge: maxAge,
                policy: Self.quick),
            url: url, secrets: [WebhookSecret(Self.secret)], allowPrivate: true, allowHTTP: true)
        return CourierHook(
            pace: settings.pace,
            carrier: WebhookCarrier(
                settings, transport: CurlTransport(wall: CourierEnvironment.system.wall),
                version: "1", render: render))
    }

    private func courier(_ hooks: [CourierHook], capacity: Int = 100) -> Courier {
        Courier(hooks: hooks, capacity: capacity, onOutcome: {})
    }

    private func deliveries(_ range: ClosedRange<Int64>, alerts: UInt64 = 1000) -> [HookDelivery] {
        let now = CourierEnvironment.system.wall()
        return range.map { sequence in
            HookSample.delivery(
                sequence, alert: UInt64(sequence) % alerts, revision: Int(sequence),
                created: now, due: now)
        }
    }

    @Test("Receivers that see incidents get each in order, others each alert")
    func lanes() throws {
        var alert = Sample.alert()
        let first = IncidentID(first: alert.id)
        let whole = IncidentID(first: ID128(high: 7, low: 7))
        alert.incident = Alert.Incident(id: whole, alerts: 2, before: first)
        var delivery = HookSample.delivery(1)
        delivery.body = Sample.json(alert)
        let settings = try HookSettings(
            pace: HookPace(name: "soc"), url: "https://soc.example/")
        for groups in [true, false] {
            let carrier = WebhookCarrier(
                settings, transport: CurlTransport(wall: CourierEnvironment.system.wall),
                version: "1", groupsIncidents: groups, render: { _ in nil })
            let lane = groups ? ID128(high: first.bits, low: 0) : delivery.alert
            #expect(carrier.lane(of: delivery) == lane)
        }
    }

    /// Waits for something, ten seconds at most.
    private func wait(for isDone: () -> Bool) {
        let deadline = Date(timeIntervalSinceNow: 10)
        while !isDone(), Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
    }

    /// Takes outcomes until so many deliveries are done, or ten seconds are over.
    private func outcomes(_ courier: Courier, done: Int) -> [HookOutcome] {
        var outcomes: [HookOutcome] = []
        let deadline = Date(timeIntervalSinceNow: 10)
        while outcomes.count(where: { $0.result == .delivered || $0.result == .dead }) < done,
            Date() < deadline
        {
            outcomes += courier.takeOutcomes()
            Thread.sleep(forTimeInterval: 0.005)
        }
        return outcomes
    }

    @Test("Through failures, hangs, resets, redirects and 429 each is accepted once, in order")
    func chaos() throws {
        let turns = Mutex(0)
        let accepted = Mutex<[String]>([])
        let server = try TinyServer { request in
            let turn = turns.withLock { turns in
                turns += 1
                return turns
            }
            switch turn % 11 {
            case 1: return .status(500)
            case 3: return .reset
            case 5: return .status(302, ["location": "/elsewhere"])
            case 7: return .status(429, ["retry-after": "0"])
            case 9: return turn < 40 ? .hang(1.2) : .status(503)
            default:
                accepted.withLock { $0.append(request.headers["webhook-id"] ?? "") }
                return .status(200)
            }
        }
        defer { server.stop() }
        let courier = courier([try hook(server.url)])
        let all = deliveries(1...60, alerts: 12)
        #expect(courier.add(all) == 60)
        #expect(courier.add(all) == 0)
        let outcomes = outcomes(courier, done: 60)
        #expect(courier.stop(within: 5))
        let delivered = outcomes.filter { $0.result == .delivered }
        #expect(Set(delivered.map(\.sequence)).count == 60 && delivered.count == 60)
        let ids = accepted.withLock { $0 }
        #expect(ids.count == 60 && Set(ids) == Set(all.map(\.messageID)))
        for alert in Set(all.map(\.alert)) {
            let expected = all.filter { $0.alert == alert }.map(\.messageID)
            #expect(ids.filter { $0.hasPrefix(alert.hex) } == expected)
        }
        for request in server.requests {
            try WebhookSignature.verify(
                id: try #require(request.headers["webhook-id"]),
                timestamp: try #require(request.headers["webhook-timestamp"]),
                signatures: try #require(request.headers["webhook-signature"]),
                body: request.body, secrets: [WebhookSecret(Self.secret)],
                now: CourierEnvironment.system.wall() / 1_000_000_000)
        }
        #expect(outcomes.contains { $0.status == 302 } && outcomes.contains { $0.status == 429 })
        #expect(outcomes.contains { $0.status == nil && $0.reason == "no answer within 1000 ms" })
        #expect(outcomes.allSatisfy { $0.reason.isEmpty == ($0.result == .delivered) })
    }

    @Test("410 disables the hook; enabling sends what was held")
    func gone() throws {
        let isGone = Mutex(true)
        let server = try TinyServer { _ in .status(isGone.withLock { $0 } ? 410 : 200) }
        defer { server.stop() }
        let courier = courier([try hook(server.url, inFlight: 1)])
        courier.add(deliveries(1...3))
        wait { courier.statuses().first?.isDisabled == true }
        Thread.sleep(forTimeInterval: 0.3)
        let status = try #require(courier.statuses().first)
        #expect(status.held == 3 && status.retried == 1 && server.requests.count == 1)
        #expect(status.disabledReason?.contains("410") == true)
        isGone.withLock { $0 = false }
        #expect(courier.enable("soc") && !courier.enable("other"))
        #expect(outcomes(courier, done: 3).count { $0.result == .delivered } == 3)
        #expect(courier.disable("soc", reason: "as\nbefore"))
        #expect(courier.statuses().first?.disabledReason == "as?before")
        courier.stop(within: 1)
    }

    @Test("A hook that fails does not hold up another")
    func independence() throws {
        let bad = try TinyServer { _ in .hang(8) }
        let good = try TinyServer { _ in .status(200) }
        defer {
            bad.stop()
            good.stop()
        }
        let courier = courier([
            try hook(bad.url, name: "bad", timeout: 8_000_000_000), try hook(good.url),
        ])
        let rows = deliveries(1...20)
        courier.add(
            rows
                + rows.map { row in
                    var row = row
                    row.hook = "bad"
                    return row
                })
        let start = Date()
        let outcomes = outcomes(courier, done: 20)
        #expect(Date().timeIntervalSince(start) < 5)
        #expect(outcomes.count { $0.hook == "soc" && $0.result == .delivered } == 20)
        #expect(courier.statuses().map(\.name) == ["bad", "soc"])
        #expect(courier.statuses().first?.inFlight == 4)
        courier.stop(within: 0)
    }

    @Test("What cannot be rendered is dead; what grows too old is too")
    func dead() throws {
        let server = try TinyServer { _ in .status(500) }
        defer { server.stop() }
        let courier = courier([
            try hook(server.url, maxAge: 2_000_000_000) { delivery in
                delivery.sequence == 1
                    ? nil : RenderedBody(headers: [("content-type", "a/b")], bytes: [])
            }
        ])
        courier.add(deliveries(1...2))
        let outcomes = outcomes(courier, done: 2)
        let first = outcomes.filter { $0.sequence == 1 }
        #expect(first.map(\.result) == [.dead] && first.first?.attempts == 0)
        #expect(first.first?.reason == "it cannot be rendered")
        let last = try #require(outcomes.last { $0.sequence == 2 })
        #expect(last.result == .dead && last.attempts > 1)
        #expect(last.reason == "HTTP 500; another attempt would come after max_age")
        #expect(courier.statuses().first?.dead == 2)
        courier.stop(within: 1)
    }

    @Test("Stopping waits for what is in flight and leaves the rest; what hangs is broken off")
    func stop() throws {
        let server = try TinyServer { _ in .hang(0.4) }
        defer { server.stop() }
        let slow = courier([try hook(server.url, inFlight: 2)])
        slow.add(deliveries(1...10))
        wait { server.requests.count >= 2 }
        #expect(slow.stop(within: 5))
        #expect(slow.takeOutcomes().count == 2 && server.requests.count == 2)
        #expect(slow.room(for: "soc") == 0 && slow.statuses().first?.held == 10)

        let hanging = try TinyServer { _ in .hang(8) }
        defer { hanging.stop() }
        let stuck = courier([try hook(hanging.url, timeout: 8_000_000_000, inFlight: 1)])
        stuck.add(deliveries(1...1))
        wait { !hanging.requests.isEmpty }
        let start = Date()
        #expect(!stuck.stop(within: 0.1))
        #expect(Date().timeIntervalSince(start) < 2.5)
        #expect(stuck.takeOutcomes().isEmpty && stuck.statuses().first?.held == 1)
        #expect(stuck.statuses().first?.inFlight == 0)
    }

    @Test("A delivery whose outcome waits to be taken is not taken up again")
    func notTwice() throws {
        let server = try TinyServer { _ in .status(200) }
        defer { server.stop() }
        let wakes = Mutex(0)
        let courier = Courier(
            hooks: [try hook(server.url)], capacity: 5,
            onOutcome: { wakes.withLock { $0 += 1 } })
        let rows = deliveries(1...8)
        #expect(courier.room(for: "soc") == 5 && courier.room(for: "other") == 0)
        #expect(courier.add(rows) == 5)
        wait { courier.room(for: "soc") == 5 }
        #expect(courier.add(rows) == 3)
        #expect(outcomes(courier, done: 8).count == 8)
        #expect(server.requests.count == 8)
        courier.stop(within: 1)
        #expect(wakes.withLock { $0 } == 8)
    }
}
