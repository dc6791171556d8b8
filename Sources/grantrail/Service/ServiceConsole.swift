import ArgumentParser
import Configuration
import Console
import Pipeline
import WireFormat

/// What the service serves over HTTP: its metrics and its health.
enum ServiceConsole {
    /// Listens where the configuration says; nil when it says nothing.
    ///
    /// - Parameter status: how the run fares, with the numbers of its hooks.
    static func start(
        _ http: ListenAddress?, _ clock: LiveClock,
        status: @escaping @Sendable () -> LiveStatus
    ) throws(ConsoleError) -> ConsoleServer? {
        guard let http else { return nil }
        let server = ConsoleServer(
            host: http.host, port: Int(http.port), routes: routes(clock, status))
        try server.start()
        return server
    }

    private static func routes(
        _ clock: LiveClock, _ status: @escaping @Sendable () -> LiveStatus
    ) -> [String: ConsoleServer.Route] {
        let start = clock.steady()
        return [
            "/": { _ in .text(index) },
            "/metrics": { request in metrics(status(), accept: request.accept) },
            "/livez": { _ in
                Health(status()).isAlive(now: clock.steady(), start: start)
                    ? .text("alive\n")
                    : .text("stuck: the stage gave no sign of life\n", status: 503)
            },
            "/readyz": { request in readiness(status(), isVerbose: request.asks(for: "verbose")) },
        ]
    }

    private static let index = """
        Grantrail \(Grantrail.configuration.version)

        /metrics          numbers for Prometheus
        /livez            200 while the service goes on
        /readyz           200 while everything that comes in is read, stored and judged
        /readyz?verbose   what that rests on, as JSON

        """

    private static func metrics(_ status: LiveStatus, accept: String?) -> ConsoleAnswer {
        let format = MetricsPage.Format(accept: accept)
        let snapshot = MetricsSnapshot(
            version: Grantrail.configuration.version, status: status, process: .read())
        return ConsoleAnswer(
            contentType: format.contentType, body: MetricsPage.render(snapshot, as: format))
    }

    private static func readiness(_ status: LiveStatus, isVerbose: Bool) -> ConsoleAnswer {
        let code = status.isReady ? 200 : 503
        let health = Health(status)
        if isVerbose {
            var writer = JSONWriter()
            health.append(to: &writer)
            writer.endLine()
            return ConsoleAnswer(
                status: code, contentType: "application/json", body: writer.takeBytes())
        }
        let lines = status.isReady ? ["ready"] : ["not ready"] + health.obstacles
        return .text(lines.joined(separator: "\n") + "\n", status: code)
    }
}
