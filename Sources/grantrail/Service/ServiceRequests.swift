import EventStore
import Pipeline

/// Requests at the control socket that change what stands in the store of a running service: they
/// are done on the thread that owns it, between two cycles.
struct ServiceRequests {
    let run: LiveRun
    let clock: LiveClock

    /// The words of all such requests.
    static let words = [
        TriageRequest.word, SilenceRequest.word, UnsilenceRequest.word, "hooks.replay",
        "hooks.drop", "hooks.enable",
    ]

    /// The answer to a request; nil for one that changes nothing in the store.
    ///
    /// - Parameter user: who asks, as the kernel says.
    func answer(_ request: String, _ user: ControlPeer) -> [UInt8]? {
        let parts = request.split(separator: " ", maxSplits: 1)
        let text = parts.count == 2 ? parts[1] : ""
        switch parts.first.map(String.init) {
        case TriageRequest.word: return decide(TriageRequest(text: text), user)
        case SilenceRequest.word: return decide(SilenceRequest(text: text), user)
        case UnsilenceRequest.word: return decide(UnsilenceRequest(text: text), user)
        default: break
        }
        guard request.hasPrefix("hooks.") else { return nil }
        return Array(settle(OutboxRequest(line: request), user).line.utf8)
    }

    /// Keeps in log and audit trail who asked for something that is not kept with what it changes.
    func record(_ kind: String, _ user: ControlPeer, log: (LiveLogLine) -> Void) {
        log(LiveLogLine(.info, kind, "asked for by \(user)"))
        if busy != nil { return }
        let time = clock.wall()
        // A store that fails ends the run, which says so.
        _ = run.withStore { try? user.record(kind, in: $0, at: time) }
    }

    /// Why nobody should wait: other requests would wait behind it.
    private var busy: String? {
        run.status.now.isLearning
            ? "the rules learn from the store, which may take minutes; ask again later" : nil
    }

    private func decide<Decision: StoreDecision>(
        _ decision: Decision?, _ user: ControlPeer
    ) -> [UInt8] {
        Array(ControlJSON.text(outcome(decision, user)).utf8)
    }

    private func outcome<Decision: StoreDecision>(
        _ decision: Decision?, _ user: ControlPeer
    ) -> Decision.Answer {
        guard let decision else { return .init(error: "the request cannot be read") }
        if let busy { return .init(error: busy) }
        let time = clock.wall()
        let answer = run.withStore { store -> Decision.Answer in
            do throws(StoreError) {
                return try decision.perform(on: store, at: time, by: user)
            } catch {
                return .init(error: error.message)
            }
        }
        return answer ?? .init(error: "the service is stopping; ask again later")
    }

    private func settle(_ request: OutboxRequest?, _ user: ControlPeer) -> OutboxAnswer {
        guard let request else { return .refused("the request cannot be read") }
        if let busy { return .refused(busy) }
        let time = clock.wall()
        let answer = run.withStore { store in
            do throws(StoreError) {
                return OutboxAnswer.changed(try request.perform(on: store, at: time, by: user))
            } catch {
                return OutboxAnswer.refused(error.message)
            }
        }
        return answer ?? .refused("the service is stopping; ask again later")
    }
}
