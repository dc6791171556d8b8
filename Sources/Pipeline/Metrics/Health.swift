internal import AuditModel
internal import Intake
internal import TokenScan
public import WireFormat

/// Whether a live run is well, for probes and supervisors.
public struct Health: Sendable {
    /// A stage that gave no sign of life for longer is stuck.
    static let longestSilence: Int64 = 30_000_000_000
    /// The same while rules learn or the run winds up, which is done in long steps.
    static let longestStep: Int64 = 600_000_000_000
    private static let mostSources = 1000
    private static let mostText = 500

    private let status: LiveStatus

    public init(_ status: LiveStatus) { self.status = status }

    /// Whether the stage goes on.
    ///
    /// - Parameters:
    ///   - now: the clock by which the run counts, nanoseconds.
    ///   - start: when the process began, by the same clock.
    public func isAlive(now: Int64, start: Int64) -> Bool {
        let isLong = status.isLearning || status.isStopping || status.turns == 0
        let (silence, isBeyond) = now.subtractingReportingOverflow(status.heartbeat ?? start)
        return !isBeyond && silence <= (isLong ? Self.longestStep : Self.longestSilence)
    }

    /// What it is about, in a word.
    var state: String {
        if status.isStopping { return "stopping" }
        if status.isLearning { return "learning" }
        return status.turns == 0 ? "starting" : "running"
    }

    /// One line for people.
    public var summary: String {
        if status.isLearning, let learning = status.learning {
            return "learning: \(learning.done) of \(learning.total) stored events"
        }
        let waiting = status.sources.count { !$0.condition.isReady }
        return "\(state): \(status.stored) events stored, \(status.rules) rules"
            + (waiting > 0 ? ", \(waiting) of \(status.sources.count) sources not ready" : "")
    }

    /// Why it is not ready, a line each; none when it is.
    public var obstacles: [String] {
        var lines: [String] = []
        if status.isLearning || status.isStopping { lines.append(summary) }
        if status.disk?.isWritable == false { lines.append("the store cannot be written") }
        let waiting = status.sources.filter { !$0.condition.isReady }
        for source in waiting.prefix(Self.mostSources) {
            lines.append("source \(source.name): \(Self.harmless(source.condition.message))")
        }
        return lines
    }

    /// One object with everything that readiness rests on.
    public func append(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("ready")
        writer.bool(status.isReady)
        writer.member("state", state)
        if status.isLearning, let learning = status.learning {
            writer.key("learning")
            writer.beginObject()
            writer.member("done", learning.done)
            writer.member("total", learning.total)
            writer.endObject()
        }
        writer.member("rules", Int64(status.rules))
        appendStore(to: &writer)
        appendSources(to: &writer)
        appendHooks(to: &writer)
        writer.endObject()
    }

    private func appendStore(to writer: inout JSONWriter) {
        writer.key("store")
        writer.beginObject()
        if let disk = status.disk {
            writer.key("writable")
            writer.bool(disk.isWritable)
            writer.member("bytes", disk.bytes)
            if let free = disk.free { writer.member("free_bytes", free) }
        }
        writer.member("events", status.stored)
        writer.endObject()
    }

    private func appendSources(to writer: inout JSONWriter) {
        writer.key("sources")
        writer.beginArray()
        for source in status.sources.prefix(Self.mostSources) {
            writer.beginObject()
            Self.appendCondition(of: source, to: &writer)
            if let time = source.lastTime { writer.member("last_time", time: time, precision: 3) }
            writer.endObject()
        }
        writer.endArray()
    }

    /// Name and condition of a source, as members of an object.
    static func appendCondition(of source: LiveStatus.Source, to writer: inout JSONWriter) {
        writer.member("name", source.name)
        writer.key("ready")
        writer.bool(source.condition.isReady)
        if !source.condition.code.isEmpty { writer.member("code", source.condition.code) }
        if !source.condition.message.isEmpty {
            writer.member("message", harmless(source.condition.message))
        }
    }

    private func appendHooks(to writer: inout JSONWriter) {
        writer.key("hooks")
        writer.beginArray()
        for hook in status.hooks.prefix(Self.mostSources) {
            writer.beginObject()
            writer.member("name", hook.hook)
            writer.member("queue", Int64(hook.queue))
            writer.member("dead", Int64(hook.dead))
            writer.key("breaker_open")
            writer.bool(hook.breakerOpen)
            writer.endObject()
        }
        writer.endArray()
    }

    /// What sources say comes from libraries and servers: bounded, on one line, without tokens.
    private static func harmless(_ text: String) -> String {
        let line = SecretText.redacted(text).unicodeScalars.map { scalar in
            scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar
        }
        var short = String.UnicodeScalarView()
        short.append(contentsOf: line.prefix(mostText))
        return String(short)
    }
}
