import AuditModel
import Detection
import EventStore
import Foundation
import GrantLedger
import Intake
import Testing

@testable import Pipeline

@Suite("What is known of clients is an input of detection", .serialized)
struct LiveClientTests {
    /// The simulation's browser application as one with a back end, and a leeway for its phones.
    private static let registry = ClientRegistry([
        ClientRegistry.Client(id: "web-shop", isBackEnd: .yes),
        ClientRegistry.Client(
            id: "mobile-banking", isBackEnd: .no, rotation: .yes, leeway: 3_600_000_000_000),
    ])

    @Test("a backtest of an archive, of a store, and a live run give the same alerts with it")
    func agreement() throws {
        let scene = try LiveScene(events: 6000)
        let store = try scene.open()
        var options = scene.options(
            ScriptedSource("kc", partitions: scene.dealt(3), seed: 5))
        options.clients = Self.registry
        try LiveScene.run(store, options)
        var backtest = Backtest(rules: scene.rules)
        backtest.clients = Self.registry
        let fromStore = try backtest.run(store).alerts.map(LiveScene.plain)
        try store.close()
        let expected = try scene.backtest(clients: Self.registry)
        #expect(try scene.stored() == expected)
        #expect(fromStore == expected)
        #expect(expected != (try scene.backtest()), "the registry changed nothing")
    }

    @Test("one that is exchanged is learned anew, and takes over without a gap")
    func exchange() throws {
        let scene = try LiveScene(events: 4000)
        let store = try scene.open()
        let source = ScriptedSource("kc", partitions: [scene.lines], seed: 6, closesAtEnd: false)
        var options = scene.options(source)
        options.sources[0].idleAfter = 200_000_000
        let log = LiveServiceTests.Log()
        let run = try LiveRun(store: store, options: options, clock: LiveScene.clock) {
            log.add($0)
        }
        Thread.detachNewThread {
            while source.acknowledgements["p0"] ?? 0 < 1000 { Thread.sleep(forTimeInterval: 0.005) }
            run.replaceRules(nil, clients: Self.registry)
            while !log.has("rules.loaded") { Thread.sleep(forTimeInterval: 0.005) }
            while run.status.now.pending > 0 || run.status.now.stored < 3000 {
                Thread.sleep(forTimeInterval: 0.01)
            }
            Thread.sleep(forTimeInterval: 0.5)
            run.stop()
        }
        try run.run()
        let controls = try store.controls(after: 0, limit: 100_000).map(\.record.body)
        try store.close()
        // What was found before, and no longer would be, stays told.
        let expected = Set(try scene.backtest(clients: Self.registry))
        #expect(expected.isSubset(of: Set(try scene.stored())))
        #expect(controls.contains { $0.contains("\"registry\":\"\(Self.registry.digest.hex)\"") })
    }

    @Test("a snapshot belongs to one registry")
    func snapshot() throws {
        let scene = try LiveScene(events: 1000)
        func unusable(_ clients: ClientRegistry, _ partitions: [[String]]) throws -> Bool {
            let store = try scene.open()
            var options = scene.options(ScriptedSource("kc", partitions: partitions, seed: 1))
            options.clients = clients
            let log = LiveServiceTests.Log()
            try LiveRun(store: store, options: options, clock: LiveScene.clock) { log.add($0) }
                .run()
            try store.close()
            return log.has("state.unusable")
        }
        #expect(try !unusable(Self.registry, [scene.lines]))
        #expect(try !unusable(Self.registry, [[]]))
        #expect(try unusable(.empty, [[]]))
        #expect(try !unusable(.empty, [[]]))
    }
}
