import AuditModel
import Detection
import EventStore
import Foundation
import GrantLedger
import Intake
import Pipeline

/// `tail --follow`: prints what is there and then what comes, each line at once, until it is
/// stopped or nobody reads any more.
struct Following {
    private let stop = StopRequest()
    private let signals = ServiceSignals()

    /// Seconds between two looks at a store that another process writes.
    private static let interval = 0.2

    init() {
        let stop = stop
        for number in [SIGINT, SIGTERM] { signals.on(number) { stop.make() } }
        Terminal.whenReaderLeaves { stop.make() }
    }

    // MARK: - Growing files and topics

    /// Prints events as they arrive.
    func events(
        _ paths: [String], _ intake: IntakeOptions, _ printer: EventPrinter
    ) throws(PipelineError) {
        var options = LiveOptions(
            try LivePlaces(paths).sources(intake, isBounded: false), intake)
        options.judges = false
        options.rows = printer.print
        try follow(options)
    }

    /// Prints alerts as rules raise, confirm, change and withdraw them.
    func alerts(
        _ paths: [String], _ intake: IntakeOptions, _ rules: [Rule], _ clients: ClientRegistry,
        _ printer: AlertPrinter
    ) throws(PipelineError) {
        var options = LiveOptions(
            try LivePlaces(paths).sources(intake, isBounded: false), intake)
        options.rules = rules
        options.clients = clients
        options.sinks = [
            LiveSink(name: "tail", minimum: .info) { records in
                printer.print(records)
                return true
            }
        ]
        try follow(options)
    }

    private func follow(_ options: LiveOptions) throws(PipelineError) {
        let store = try temporaryStore()
        let run = try makeRun(store, options)
        let thread = Thread { [stop] in
            while !stop.wait(seconds: 3600) {}
            run.stop()
        }
        thread.start()
        try finishRun(run)
        note(run.status.now.tally)
        withExtendedLifetime(signals) {}
    }

    // MARK: - A store that another process writes

    /// Prints a store's events in order of time, then those that come as they come.
    func events(in path: String, _ printer: EventPrinter) throws(PipelineError) {
        let store = try openStore(path, .readOnly)
        try EventSequence().run(store) { [stop] batch, row, pool in
            if stop.wasMade {
                printer.flush()
                exit(0)
            }
            printer.add(batch, row, pool)
        }
        printer.flush()
        var next = store.eventCount
        try look(at: store) { () throws(StoreError) in
            while next < store.eventCount, let rows = try store.rows(from: next, limit: 4096) {
                printer.print(rows.batch, store.pool)
                next = rows.first + Int64(rows.batch.count)
            }
        }
    }

    /// Prints what a service told about alerts, and what it tells.
    func alerts(in path: String, _ printer: AlertPrinter) throws(PipelineError) {
        let store = try openStore(path, .readOnly)
        var last: Int64 = 0
        try look(at: store) { () throws(StoreError) in
            while true {
                let notices = try store.notices(after: last, limit: 1000)
                guard let end = notices.last?.sequence else { return }
                printer.print(notices.map(\.record))
                last = end
            }
        }
    }

    /// Looks again and again. What is locked, or was removed while it was looked at, is looked at
    /// the next time.
    private func look(
        at store: EventStore, _ body: () throws(StoreError) -> Void
    ) throws(PipelineError) {
        repeat {
            do throws(StoreError) {
                try store.refresh()
                try body()
            } catch {
                if error.code != .locked, error.code != .removed { throw .store(error) }
            }
        } while !stop.wait(seconds: Self.interval)
        try onStore { () throws(StoreError) in try store.close() }
        withExtendedLifetime(signals) {}
    }
}
