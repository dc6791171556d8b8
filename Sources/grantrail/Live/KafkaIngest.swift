import AuditModel
import Delivery
import Dispatch
import EventStore
import Foundation
import Intake
import Pipeline

/// Topics up to their present ends into a store. Detects nothing.
struct KafkaIngest {
    private let places: LivePlaces
    private let options: IntakeOptions
    /// Seconds that topics may stay unreadable before it is given up.
    private let patience: Double

    init(_ places: LivePlaces, _ options: IntakeOptions, patience: Double = 30) {
        self.places = places
        self.options = options
        self.patience = patience
    }

    /// Reads on from the positions that the store keeps. What was counted is durable afterwards.
    ///
    /// - Throws: ``PipelineError``; `nothingUsable` when no record gave an event, unless there was
    ///   nothing new; a source's with status 69 when topics cannot be read.
    func run(into store: EventStore) throws(PipelineError) -> IntakeTally {
        let names = places.topicNames
        let isKnown = try onStore { () throws(StoreError) in
            try store.positions().contains { names.contains($0.source) }
        }
        var live = LiveOptions(places.sources(options, isBounded: true), options)
        live.judges = false
        let run = try makeRun(store, live)
        let stop = StopRequest()
        let signals = ServiceSignals()
        for number in [SIGINT, SIGTERM] {
            signals.on(number) {
                stop.make()
                run.stop()
            }
        }
        let watch = LiveWatch(run, patience: patience)
        defer { watch.end() }
        try finishRun(run)
        withExtendedLifetime(signals) {}
        if let failure = watch.failure { throw .source(failure) }
        let tally = run.status.now.tally
        let hasNothing = tally.events == 0 && (tally.records > 0 || !isKnown)
        if hasNothing, !stop.wasMade { throw .nothingUsable(tally) }
        return tally
    }
}

/// Looks at a bounded run now and then: shows how far it came, and stops it when it cannot go on.
private final class LiveWatch: @unchecked Sendable {
    private let run: LiveRun
    private let patience: Double
    private let queue = DispatchQueue(label: "watch")
    private let timer: any DispatchSourceTimer
    // Used on the queue alone.
    private let progress = ProgressLine(.events)
    private var unreadySince: DispatchTime?
    private var found: SourceError?

    init(_ run: LiveRun, patience: Double) {
        self.run = run
        self.patience = patience
        timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now(), repeating: 0.2)
        timer.setEventHandler { [weak self] in self?.look() }
        timer.resume()
    }

    /// Why the run was stopped; nil if it was not.
    var failure: SourceError? { queue.sync { found } }

    func end() {
        timer.cancel()
        queue.sync { progress.finish() }
    }

    private func look() {
        let status = run.status.now
        let waiting = status.sources.reduce(0) { $0 + $1.lag.values.reduce(0, +) }
        let records = Int64(status.tally.records)
        progress.update(records, records + waiting)
        let isDone = status.isStopping || found != nil
        guard !isDone, let source = status.sources.first(where: { !$0.condition.isReady }) else {
            unreadySince = nil
            return
        }
        let now = DispatchTime.now()
        let since = unreadySince ?? now
        unreadySince = since
        guard now > since + patience else { return }
        found = SourceError(
            code: source.condition.code,
            message: source.condition.message.replacing("; trying on", with: ""), exitStatus: 69)
        run.stop()
    }
}

/// Reads topics up to their present ends into a store that is gone afterwards, so that they can be
/// looked at in order of time like any archive. Ends the process with status 64 if other paths are
/// among them.
func readTopics(
    _ paths: [String], _ options: IntakeOptions
) throws(PipelineError) -> (store: EventStore, tally: IntakeTally) {
    if let problem = LivePlaces.problem(paths) { Terminal.fail(problem, status: 64) }
    let store = try temporaryStore()
    let tally = try KafkaIngest(try LivePlaces(paths), options).run(into: store)
    return (store, tally)
}
