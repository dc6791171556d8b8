import ArgumentParser
import AuditModel
import Clients
import Configuration
import Console
import Delivery
import Detection
import EventStore
import Foundation
import GrantLedger
import Intake
import KafkaAccess
import MarkedText
import Pipeline
import Places
import RuleBook
import TokenScan
import WireFormat

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run the service: read sources as they grow, store, judge, tell.",
        discussion: """
            Reads until it is stopped; with sources that end (`until: end`) until all of them did. \
            SIGTERM and SIGINT take in what is under way and end the service; what it had not \
            taken in is read at the next start. SIGHUP opens files of alerts anew and reads rules \
            and clients again: those that are not sound stay as they were. `grantrail control \
            status` asks how it fares.

            EXAMPLES
              grantrail config check --config config.yaml && grantrail run --config config.yaml
              grantrail run --config config.yaml | jq -r '.severity + " " + .message'
            """)

    @OptionGroup var arguments: ConfigurationArguments

    func run() {
        Terminal.ignoreBrokenPipes()
        let loaded = ConfigurationCheck.check(arguments.load())
        for diagnostic in loaded.diagnostics { Terminal.note(diagnostic.harmlessText) }
        guard let configuration = loaded.configuration, !loaded.hasErrors else {
            Terminal.fail(
                "the configuration \(loaded.path) cannot be used; see above, and "
                    + "`grantrail config check`", status: 78)
        }
        perform { () throws(PipelineError) in
            try Service(configuration).run()
        }
    }
}

/// The service as a process: what the configuration says, around a live run.
struct Service {
    private let configuration: ServiceConfiguration
    private let log: @Sendable (LiveLogLine) -> Void
    private let clock = ServiceClock.system
    private let sinks: ServiceSinks
    private let notifier: ServiceNotifier?

    init(_ configuration: ServiceConfiguration) {
        self.configuration = configuration
        let environment = ProcessInfo.processInfo.environment
        let service = ServiceLog(
            format: configuration.log.format, level: configuration.log.level,
            isJournal: ServiceLog.isJournal(environment["JOURNAL_STREAM"]))
        let notifier = ServiceNotifier(environment: environment)
        let clock = clock
        log = { line in
            service.write(line, at: clock.wall())
            notifier?.hear(line.code)
        }
        self.notifier = notifier
        sinks = ServiceSinks(configuration, log: log)
    }

    func run() throws(PipelineError) {
        let key = try key()
        let rules = Self.rules(configuration)
        guard let rules else {
            Terminal.fail("the rules cannot be used; see above", status: 2)
        }
        guard let clients = Self.clients(configuration) else {
            Terminal.fail("the clients cannot be used; see above", status: 78)
        }
        if configuration.hasKafka { sayLibrary() }
        let store = try openStore(
            configuration.store.path, .readWrite(keyCheck: key.checkValue))
        var options = LiveOptions(
            sources: ServiceSources.make(configuration, store: store.identity), rules: rules,
            key: key)
        options.clients = clients
        options.sinks = sinks.all
        let hooks = try hooks(store, key)
        (options.hooks, options.courier) = (hooks.hooks, hooks.courier)
        options.mode = configuration.mode == .observe ? .observe : .alert
        options.places = try places()
        options.jobs = configuration.jobs
        let tokens = configuration.rules.tokens
        options.limits = Ledger.Limits(families: max(1, tokens / 2), tokens: tokens)
        options.statePath = configuration.store.path + "-state"
        options.program = Grantrail.configuration.version
        options.snapshotEvery = configuration.store.snapshotEvery
        options.retention = configuration.store.retention
        options.lowWater = configuration.store.lowWater.bytes(
            of: store.totalSpace ?? .max)
        options.drainTimeout = configuration.drainTimeout
        let run = try onStore { () throws(StoreError) in
            try LiveRun(store: store, options: options, clock: clock, log: log)
        }
        try serve(run, store)
    }

    private func sayLibrary() {
        log(LiveLogLine(.info, "kafka.version", "librdkafka \(KafkaLibrary.version)"))
        if let warning = KafkaLibrary.warning {
            log(LiveLogLine(.warning, "kafka.version", warning))
        }
    }

    private func serve(_ run: LiveRun, _ store: EventStore) throws(PipelineError) {
        let signals = ServiceSignals()
        signals.on(SIGTERM) { run.stop() }
        signals.on(SIGINT) { run.stop() }
        signals.on(SIGHUP) { [self] in _ = reload(run) }
        let server = try listen(run)
        defer { server.close() }
        let status: @Sendable () -> LiveStatus = { run.status.now }
        let console = listenForProbes(status) {
            server.close()
            try? store.close()
        }
        defer { console?.stop() }
        notifier?.start(status, clock)
        defer { notifier?.close() }
        do throws(LiveRun.Failure) {
            try run.run()
        } catch {
            // What was committed stays; closing only leaves a tidy file behind.
            try? store.close()
            throw switch error {
            case .store(let error): .store(error)
            case .source(let error): .source(error)
            case .undelivered(let count): .undelivered(count)
            }
        }
        try onStore { () throws(StoreError) in try store.close() }
        withExtendedLifetime(signals) {}
    }

    private func listen(_ run: LiveRun) throws(PipelineError) -> ControlServer {
        do throws(ControlError) {
            return try ControlServer(
                path: configuration.controlSocket, access: ControlAccess(configuration.control),
                log: log
            ) { [self] request, user in
                answer(request, user, run)
            }
        } catch {
            throw .control(error)
        }
    }

    /// Serves metrics and health, if that is wanted.
    ///
    /// - Parameter tidy: is called before the process ends because that cannot be done.
    private func listenForProbes(
        _ status: @escaping @Sendable () -> LiveStatus, tidy: () -> Void
    ) -> ConsoleServer? {
        do throws(ConsoleError) {
            let server = try ServiceConsole.start(configuration.http, clock, status: status)
            if let place = server?.place {
                log(LiveLogLine(
                    .info, "http.listening", "metrics and health are served at http://\(place)/"))
            }
            return server
        } catch {
            tidy()
            Terminal.fail("\(error.message) [\(error.code.rawValue)]", status: error.exitStatus)
        }
    }

    private func answer(_ request: String, _ user: ControlPeer, _ run: LiveRun) -> [UInt8] {
        let requests = ServiceRequests(run: run, clock: clock)
        if let answer = requests.answer(request, user) { return answer }
        var writer = JSONWriter()
        switch request {
        case "status": StatusJSON.append(run.status.now, to: &writer)
        case "reload":
            requests.record("control.reload", user, log: log)
            writer.beginObject()
            writer.member("reloaded", reload(run).map { $0 ? "yes" : "no" } ?? "no")
            writer.endObject()
        case "stop":
            requests.record("control.stop", user, log: log)
            run.stop()
            writer.beginObject()
            writer.member("stopping", "yes")
            writer.endObject()
        default:
            writer.beginObject()
            writer.member(
                "error", "unknown request; known are: "
                    + (["status", "reload", "stop"] + ServiceRequests.words)
                    .joined(separator: ", "))
            writer.endObject()
        }
        return writer.takeBytes()
    }

    /// Opens files of alerts anew and reads rules and clients again; unsound ones change nothing.
    private func reload(_ run: LiveRun) -> Bool? {
        sinks.reopen()
        notifier?.beginReload(clock)
        let (rules, clients) = (Self.rules(configuration), Self.clients(configuration))
        if rules == nil {
            log(LiveLogLine(.error, "rules.refused",
                "the rules were not exchanged, because they are not sound; the old ones stay in "
                    + "use"))
        }
        if clients == nil {
            log(LiveLogLine(.error, "clients.refused",
                "the clients were not exchanged, because their file is not sound; the old ones "
                    + "stay in use"))
        }
        run.replaceRules(rules, clients: clients)
        return rules != nil && clients != nil
    }

    /// What is known of clients; nil, and diagnostics on standard error, if the file is not sound.
    private static func clients(_ configuration: ServiceConfiguration) -> ClientRegistry? {
        guard let path = configuration.clients else { return .empty }
        let loaded = ClientFile.read(path)
        for diagnostic in loaded.diagnostics where diagnostic.severity != .notice {
            Terminal.note(diagnostic.harmlessText)
        }
        return loaded.hasErrors ? nil : loaded.book.registry
    }

    /// The rules that run; nil, and diagnostics on standard error, if any is not sound.
    private static func rules(_ configuration: ServiceConfiguration) -> [Rule]? {
        var loaded = RuleBook.load(paths: configuration.rules.directories)
        for diagnostic in loaded.diagnostics where diagnostic.severity != .notice {
            Terminal.note(diagnostic.harmlessText)
        }
        if loaded.diagnostics.contains(where: \.isError) { return nil }
        loaded.runsExperimental = configuration.rules.runsExperimental
        return loaded.active
    }

    private func key() throws(PipelineError) -> FingerprintKey {
        guard let reference = configuration.fingerprint else { return try fingerprintKey(nil) }
        guard let bytes = reference.secret?.reveal(), let key = FingerprintKey(fileContent: bytes)
        else { throw .key(.tooShort(path: "named by fingerprint")) }
        return key
    }

    private func hooks(
        _ store: EventStore, _ key: FingerprintKey
    ) throws(PipelineError) -> ServiceHooks {
        do throws(HookError) {
            return try ServiceHooks(configuration, store: store.identity, key: key)
        } catch {
            throw .hook(error)
        }
    }

    private func places() throws(PipelineError) -> PlaceBook? {
        guard let geography = configuration.geography else { return nil }
        do throws(PlacesError) {
            return try PlaceBook(
                city: geography.city, asn: geography.asn, networks: geography.networks,
                trustedProxies: geography.trustedProxies)
        } catch {
            throw .places(error)
        }
    }
}

/// The system's clocks.
enum ServiceClock {
    static let system = LiveClock(
        wall: { read(CLOCK_REALTIME) }, steady: { read(CLOCK_MONOTONIC) })

    private static func read(_ clock: clockid_t) -> Int64 {
        var moment = timespec()
        clock_gettime(clock, &moment)
        return Int64(moment.tv_sec) * 1_000_000_000 + Int64(moment.tv_nsec)
    }
}
