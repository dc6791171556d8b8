internal import Detection
internal import EventStore
internal import Foundation
internal import GrantLedger

/// New rules that learn from the store on a thread of their own, while the old ones go on.
final class RuleLearning: @unchecked Sendable {
    let rules: [Rule]
    let clients: ClientRegistry
    /// They see events before this time.
    let until: Int64
    private let lock = NSLock()
    /// Guarded by `lock`.
    private var result: Result<DetectionRun, StoreError>?

    /// - Parameter path: of the store, which is read through a connection of its own.
    init(
        path: String, rules: [Rule], clients: ClientRegistry, limits: Ledger.Limits, until: Int64
    ) {
        self.rules = rules
        self.clients = clients
        self.until = until
        let thread = Thread { [self] in
            let learned: Result<DetectionRun, StoreError>
            do throws(StoreError) {
                let store = try EventStore(path: path, mode: .readOnly)
                let learner = Learner(
                    store: store, rules: rules, clients: clients, limits: limits)
                let run = try learner.learn(before: until)
                try store.close()
                learned = .success(run)
            } catch {
                learned = .failure(error)
            }
            lock.lock()
            result = learned
            lock.unlock()
        }
        thread.name = "rules"
        thread.stackSize = 4 << 20
        thread.start()
    }

    /// What came of it; nil while it goes on.
    var outcome: Result<DetectionRun, StoreError>? {
        lock.lock()
        defer { lock.unlock() }
        return result
    }
}

/// Teaches rules from what a store holds.
struct Learner {
    let store: EventStore
    let rules: [Rule]
    let clients: ClientRegistry
    let limits: Ledger.Limits
    /// Hears after each block how many events were read, and of how many.
    var progress: ((Int64, Int64?) -> Void)?

    /// A run that has seen all kept events before a time.
    func learn(before time: Int64) throws(StoreError) -> DetectionRun {
        var run = DetectionRun(
            rules: rules, limits: limits, clients: clients, peeks: true, forgets: true)
        if time > .min { try teach(&run, times: .min ... (time - 1)) }
        return run
    }

    /// Gives a run the events of a stretch of time, none of which it has seen.
    func teach(_ run: inout DetectionRun, times: ClosedRange<Int64>) throws(StoreError) {
        var learning = run
        try StoreReplay(store, clients: clients, times: times).run(
            progress: progress
        ) { batch, row, pool in
            learning.take(batch, row: row, pool: pool)
        }
        run = learning
    }
}
