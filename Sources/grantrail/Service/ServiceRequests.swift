import EventStore
import Pipeline

/// Requests at the control socket that change what stands in the store of a running service: they
/// are done on the thread that owns it, between two cycles.
struct ServiceRequests {
    let run: LiveRun
    let clock: LiveClock

    /// The answer to a request; nil for one that changes nothing in the store.
    func answer(_ request: String) -> [UInt8]? {
        if request.hasPrefix(TriageRequest.word + " ") {
            let text = request.dropFirst(TriageRequest.word.count + 1)
            return Array(ControlJSON.text(decide(TriageRequest(text: text))).utf8)
        }
        guard request.hasPrefix("hooks.") else { return nil }
        return Array(settle(OutboxRequest(line: request)).line.utf8)
    }

    /// Why nobody should wait: other requests would wait behind it.
    private var busy: String? {
        run.status.now.isLearning
            ? "the rules learn from the store, which may take minutes; ask again later" : nil
    }

    private func decide(_ request: TriageRequest?) -> TriageAnswer {
        guard let request else { return TriageAnswer(error: "the request cannot be read") }
        if let busy { return TriageAnswer(error: busy) }
        let time = clock.wall()
        let answer = run.withStore { store in
            do throws(StoreError) {
                return try request.perform(on: store, at: time)
            } catch {
                return TriageAnswer(error: error.message)
            }
        }
        return answer ?? TriageAnswer(error: "the service is stopping; ask again later")
    }

    private func settle(_ request: OutboxRequest?) -> OutboxAnswer {
        guard let request else { return .refused("the request cannot be read") }
        if let busy { return .refused(busy) }
        let time = clock.wall()
        let answer = run.withStore { store in
            do throws(StoreError) {
                return OutboxAnswer.changed(try request.perform(on: store, at: time))
            } catch {
                return OutboxAnswer.refused(error.message)
            }
        }
        return answer ?? .refused("the service is stopping; ask again later")
    }
}
