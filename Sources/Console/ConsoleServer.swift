internal import Foundation

/// Serves pages over HTTP/1.1: `GET` and `HEAD`, one request to a connection, everything bounded.
/// Nothing is logged.
///
/// A thread accepts, one more answers each client, so that a page may wait for a lock without
/// keeping other pages waiting.
public final class ConsoleServer: @unchecked Sendable {
    /// Makes a page; called on any thread, several at once.
    public typealias Route = @Sendable (ConsoleRequest) -> ConsoleAnswer

    private let host: String
    private let wantedPort: Int
    private let routes: [String: Route]
    private let limits: ConsoleLimits

    private let condition = NSCondition()
    // Guarded by `condition`.
    private var listener: Listener?
    private var isStopped = false
    private var isAccepting = false
    private var connections = 0

    /// - Parameters:
    ///   - host: a name or an address of this machine; `0.0.0.0` and `::` for all of them.
    ///   - port: 0 for any that is free.
    ///   - routes: pages by path, such as `/metrics`; every other path is answered by 404.
    public init(
        host: String, port: Int, routes: [String: Route], limits: ConsoleLimits = ConsoleLimits()
    ) {
        self.host = host
        wantedPort = port
        self.routes = routes
        self.limits = limits
    }

    /// The port it listens at; nil before ``start()``.
    public var port: Int? {
        condition.lock()
        defer { condition.unlock() }
        return listener?.port
    }

    /// Host and port as they stand in an address of the web; nil before ``start()``.
    public var place: String? { port.map { Listener.place(host, $0) } }

    /// Listens and returns. Once only.
    public func start() throws(ConsoleError) {
        let listener = try Listener(host: host, port: wantedPort)
        condition.lock()
        self.listener = listener
        isAccepting = true
        condition.unlock()
        let thread = Thread { [self] in accept(listener.descriptor) }
        thread.name = "http"
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// Listens no more and waits, a second at most, for answers that are under way.
    public func stop() {
        condition.lock()
        defer { condition.unlock() }
        if isStopped { return }
        isStopped = true
        guard let listener else { return }
        shutdown(listener.descriptor, Int32(SHUT_RDWR))
        let deadline = Date(timeIntervalSinceNow: 1)
        while isAccepting || connections > 0, condition.wait(until: deadline) {}
    }

    private func accept(_ listening: Int32) {
        while true {
            let client = Foundation.accept(listening, nil, nil)
            let failure = errno
            condition.lock()
            let isStopped = isStopped
            condition.unlock()
            if isStopped {
                if client >= 0 { close(client) }
                break
            }
            if client >= 0 {
                welcome(Connection(client, limits))
            } else if failure != EINTR, failure != ECONNABORTED {
                // Most of all no descriptors: others give theirs back sooner or later.
                usleep(100_000)
            }
        }
        close(listening)
        condition.lock()
        isAccepting = false
        condition.broadcast()
        condition.unlock()
    }

    private func welcome(_ connection: Connection) {
        condition.lock()
        let isFull = connections >= limits.connections
        if !isFull { connections += 1 }
        condition.unlock()
        if isFull { return connection.refuse() }
        let thread = Thread { [self] in
            connection.serve(answer)
            condition.lock()
            connections -= 1
            condition.broadcast()
            condition.unlock()
        }
        thread.name = "http-client"
        thread.stackSize = 1 << 20
        thread.start()
    }

    private func answer(_ request: ConsoleRequest) -> ConsoleAnswer {
        routes[request.path]?(request) ?? .text("there is no such page\n", status: 404)
    }
}
