import AuditModel
import EventStore
import Foundation
import Testing

@testable import Pipeline

@Suite("Changes of what waits for hooks")
struct OutboxChangeTests {
    /// A store in which three alerts wait for two hooks.
    final class Scene {
        let path = NSTemporaryDirectory() + "/grantrail-hooks-\(UUID().uuidString).db"
        let store: EventStore

        init() throws {
            store = try EventStore(
                path: path, mode: .readWrite(keyCheck: [UInt8](repeating: 7, count: 16)))
            for number in 1...3 {
                var commit = LiveCommit()
                commit.alerts = [
                    AlertRecord(
                        id: ID128(high: 1, low: UInt64(number)), revision: 1, state: .confirmed,
                        severity: .high, time: Int64(number), body: Array("{}".utf8),
                        isNotable: true)
                ]
                commit.route = { _ in ["chat", "soc"] }
                try store.commit(commit)
            }
        }

        deinit {
            try? store.close()
            for end in ["", "-wal", "-shm", "-lock"] { unlink(path + end) }
        }

        func ask(_ request: OutboxRequest) throws -> Int {
            // As it comes over the socket.
            try #require(OutboxRequest(line: request.line)).perform(on: store, at: 99)
        }

        func sequences(_ hook: String, _ status: DeliveryRecord.Status) throws -> [Int64] {
            try store.deliveries(hook: hook, status: status, after: 0, limit: 9).map(\.sequence)
        }

        func kinds() throws -> [String] {
            try store.controls(after: 0, limit: 99).map(\.record.kind)
        }
    }

    @Test("What waits is given up, revived, and every change is kept in the trail")
    func dropAndReplay() throws {
        let scene = try Scene()
        #expect(try scene.ask(.drop(hook: "soc", reason: "by hand")) == 3)
        #expect(try scene.ask(.drop(hook: "soc", reason: "by hand")) == 0)
        #expect(try scene.sequences("soc", .dead) == [1, 2, 3])
        #expect(try scene.sequences("chat", .pending) == [1, 2, 3])
        #expect(try scene.ask(.replay(hook: "soc", sequences: [3, 1, 7])) == 2)
        #expect(try scene.sequences("soc", .pending) == [1, 3])
        #expect(try scene.ask(.replay(hook: "chat", sequences: [1])) == 0)
        #expect(try scene.kinds() == ["hook.dropped", "hook.replayed"])
        let body = try scene.store.controls(after: 0, limit: 1)[0].record.body
        #expect(body == #"{"hook":"soc","deliveries":3}"#)
    }

    @Test("A hook that is disabled is enabled once")
    func enable() throws {
        let scene = try Scene()
        #expect(try scene.ask(.enable(hook: "soc")) == 0)
        var commit = LiveCommit()
        commit.hooks = [HookState(name: "soc", isDisabled: true, reason: "410", time: 5)]
        try scene.store.commit(commit)
        #expect(try scene.ask(.enable(hook: "soc")) == 1)
        #expect(try scene.ask(.enable(hook: "soc")) == 0)
        #expect(try scene.store.hookStates().map(\.isDisabled) == [false])
        #expect(try scene.kinds() == ["hook.enabled"])
    }
}
