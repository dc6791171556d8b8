import AuditModel
import Foundation
import KafkaAccess
import TestSupport
import Testing

@testable import Delivery

/// A topic of brokers inside this process, and couriers that write to it.
struct TopicBench {
    static let topic = "alerts"
    /// The table, a hundred times faster.
    static let quick = RetryPolicy(
        waits: [10, 50, 300, 1000].map { $0 * 1_000_000 }, jitter: 0.2, failuresToOpen: 5,
        probeInterval: 50_000_000, longestPause: 86_400_000_000_000)

    let cluster: MockCluster
    let partitions: Int32

    init(partitions: Int32 = 1) throws {
        cluster = try MockCluster()
        cluster.create(Self.topic, partitions: partitions)
        self.partitions = partitions
    }

    func courier(
        body: HookBody = .grantrail, timeout: Int64 = 5_000_000_000, inFlight: Int = 4,
        properties: [String: String] = [:]
    ) throws -> Courier {
        var access = KafkaCluster(brokers: cluster.addresses)
        access.properties = properties
        let pace = try HookPace(
            name: "bus", timeout: timeout, inFlight: inFlight, maxAge: 600_000_000_000,
            policy: Self.quick)
        let settings = try TopicSettings(pace: pace, cluster: access, topic: Self.topic)
        let writer = BodyWriter(kind: body, context: Sample.context, binding: .kafka)
        let carrier = TopicCarrier(settings) { writer.render($0.body, sequence: $0.sequence) }
        return Courier(hooks: [CourierHook(pace: pace, carrier: carrier)], onOutcome: {})
    }

    func messages(_ count: Int, patience: Int = 20) throws -> [MockMessage] {
        try cluster.messages(
            of: Self.topic, partitions: partitions, count: count, patience: patience)
    }

    /// A delivery of one of the grant's alerts; of its first, when none is named.
    static func delivery(
        _ sequence: Int64, grant: String?, alert: UInt64 = 1, revision: Int = 1,
        message: String = "a replay"
    ) -> HookDelivery {
        var told = Alert(
            id: ID128(high: UInt64((grant ?? "").utf8.reduce(7) { $0 * 31 + Int($1) }), low: alert),
            rule: Alert.Rule(id: "9e4b", name: "REF-01", title: "A replay", hash: "00ff"),
            severity: .high, time: 1_772_000_000_250_000_000, precision: 3)
        told.revision = revision
        told.keys.grant = grant
        told.message = message
        let now = CourierEnvironment.system.wall()
        return HookDelivery(
            hook: "bus", sequence: sequence, alert: told.id, revision: revision, severity: .high,
            body: Sample.json(told), attempts: 0, created: now, due: now)
    }

    /// Waits for something, thirty seconds at most.
    static func wait(for isDone: () -> Bool) {
        let deadline = Date(timeIntervalSinceNow: 30)
        while !isDone(), Date() < deadline { Thread.sleep(forTimeInterval: 0.005) }
    }

    /// Takes outcomes until some say so, or thirty seconds are over.
    static func outcomes(
        _ courier: Courier, until isDone: ([HookOutcome]) -> Bool
    ) -> [HookOutcome] {
        var outcomes: [HookOutcome] = []
        wait {
            outcomes += courier.takeOutcomes()
            return isDone(outcomes)
        }
        return outcomes
    }

    static func outcomes(_ courier: Courier, done: Int) -> [HookOutcome] {
        outcomes(courier) { all in
            all.count { $0.result == .delivered || $0.result == .dead } >= done
        }
    }
}
