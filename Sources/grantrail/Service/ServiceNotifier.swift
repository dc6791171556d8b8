import Dispatch
import Foundation
import Pipeline

/// Tells a supervisor how the service fares: that it is ready, reloads or stops, a word for people,
/// and signs of life for as long as the stage gives some.
final class ServiceNotifier: @unchecked Sendable {
    /// Codes of the log with which a reload ends.
    private static let endsOfReload: Set = ["rules.loaded", "rules.unchanged", "rules.refused"]
    /// Shorter pauses are nobody's wish.
    private static let atLeast = 0.1
    /// Seconds between messages, if half of the supervisor's patience is not less.
    private static let usually = 5.0

    private let socket: NotifySocket
    /// Whether the supervisor wants signs of life.
    private let isWatched: Bool
    /// Seconds between messages.
    private let pause: Double
    private let wake = DispatchSemaphore(value: 0)
    private let lock = NSLock()
    // Guarded by `lock`.
    private var isReady = false
    private var isReloading = false
    private var isStopping = false
    private var isClosed = false
    private var lastStatus = ""
    private var nextRound: Int64 = 0

    /// Nil without a supervisor.
    init?(environment: [String: String]) {
        guard let socket = NotifySocket(environment["NOTIFY_SOCKET"]) else { return nil }
        self.socket = socket
        let isMeant = environment["WATCHDOG_PID"].map { $0 == String(getpid()) } ?? true
        let limit = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
            .flatMap { isMeant && $0 > 0 ? Double($0) / 1e6 : nil }
        isWatched = limit != nil
        pause = max(Self.atLeast, min(Self.usually, limit.map { $0 / 2 } ?? Self.usually))
    }

    /// Begins to watch a run, on a thread of its own.
    func start(_ status: @escaping @Sendable () -> LiveStatus, _ clock: LiveClock) {
        let start = clock.steady()
        let thread = Thread { [self] in
            while !isDone {
                look(Health(status()), clock.steady(), start: start)
                rest(clock.steady())
            }
        }
        thread.name = "notifier"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Hears what the service says in its log.
    func hear(_ code: String) {
        lock.lock()
        defer { lock.unlock() }
        if isStopping { return }
        switch code {
        case "run.started":
            isReady = true
            tell("READY=1")
        case "run.stopping", "run.stopped":
            isStopping = true
            tell("STOPPING=1")
        case _ where isReloading && Self.endsOfReload.contains(code):
            isReloading = false
            tell("READY=1")
        default: break
        }
    }

    /// Rules are about to be read again.
    func beginReload(_ clock: LiveClock) {
        lock.lock()
        defer { lock.unlock() }
        guard isReady, !isStopping else { return }
        isReloading = true
        tell("RELOADING=1", "MONOTONIC_USEC=\(clock.steady() / 1000)")
    }

    /// Sends what cannot wait; the rest follows at once. Under the lock.
    private func tell(_ lines: String...) {
        socket.send(lines)
        nextRound = 0
        wake.signal()
    }

    /// Sends nothing more.
    func close() {
        lock.lock()
        isClosed = true
        wake.signal()
        lock.unlock()
    }

    private var isDone: Bool {
        lock.lock()
        defer { lock.unlock() }
        return isClosed
    }

    private func look(_ health: Health, _ now: Int64, start: Int64) {
        let isAlive = health.isAlive(now: now, start: start)
        lock.lock()
        defer { lock.unlock() }
        if now < nextRound { return }
        nextRound = now + Int64(pause * 1e9)
        var lines: [String] = []
        if isAlive, isWatched { lines.append("WATCHDOG=1") }
        // Rules that learn from a large store take longer than a supervisor waits by itself.
        if isAlive, !isReady || isReloading { lines.append("EXTEND_TIMEOUT_USEC=60000000") }
        let summary = isAlive ? health.summary : "stuck: the stage gave no sign of life"
        if summary != lastStatus { lines.append("STATUS=" + summary) }
        lastStatus = summary
        if !lines.isEmpty { socket.send(lines) }
    }

    /// Waits for the next round, or until something is to be told at once.
    private func rest(_ now: Int64) {
        lock.lock()
        let seconds = Double(max(0, nextRound - now)) / 1e9
        lock.unlock()
        // By a clock that nobody sets: a supervisor does not forgive an hour of summer time.
        _ = wake.wait(timeout: .now() + seconds)
    }
}
