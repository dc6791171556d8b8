import AuditModel
import Configuration
import Delivery
import EventStore
import Pipeline
import WireFormat

/// From the configuration's sinks to sinks that tell. Webhooks and topics have queues.
struct ServiceSinks: Sendable {
    let all: [LiveSink]
    private let files: [FileSink]

    /// - Parameter log: told when a sink fails and when it is well again.
    init(_ configuration: ServiceConfiguration, log: @escaping @Sendable (LiveLogLine) -> Void) {
        var all: [LiveSink] = []
        var files: [FileSink] = []
        for sink in configuration.sinks {
            switch sink.kind {
            case .standardOutput(let output):
                let style = ColorChoice.auto.style
                all.append(
                    Self.sink(sink) { records in
                        // A supervisor that restarts what failed must see it.
                        Terminal.write(
                            Self.text(records, output.format, style), brokenPipe: 69)
                        return true
                    })
            case .file(let settings):
                let file = FileSink(
                    .init(path: settings.path, rotate: settings.rotate, keep: settings.keep))
                let teller = FileTeller(file, path: settings.path, log)
                let style = TextStyle(isColoured: false)
                files.append(file)
                all.append(
                    Self.sink(sink) { teller.tell(Self.text($0, settings.format, style)) })
            case .webhook, .kafka: break
            }
        }
        (self.all, self.files) = (all, files)
    }

    /// Opens files anew, as who moves them away asks with SIGHUP.
    func reopen() {
        for file in files { file.reopen() }
    }

    private static func sink(
        _ sink: SinkConfiguration, _ write: @escaping @Sendable ([AlertRecord]) -> Bool
    ) -> LiveSink {
        let routing = sink.routing
        return LiveSink(name: sink.name, minimum: routing.least) { records in
            let meant = records.filter(routing.takes)
            return meant.isEmpty || write(meant)
        }
    }

    private static func text(
        _ records: [AlertRecord], _ format: SinkConfiguration.Format, _ style: TextStyle
    ) -> [UInt8] {
        let lines = AlertTextFormat(style: style)
        var bytes: [UInt8] = []
        for record in records {
            switch format {
            case .ndjson: bytes += record.body
            case .text: bytes += Array((lines.line(stored: record.body) ?? "").utf8)
            }
            bytes.append(0x0A)
        }
        return bytes
    }
}

extension SinkRouting {
    /// Whether a revision goes to the sink. An alert that cannot be read is told rather than lost.
    @Sendable func takes(_ record: AlertRecord) -> Bool {
        if isBySeverity { return record.severity >= least }
        guard let alert = record.content else { return true }
        return takes(
            rule: alert.rule.name, client: alert.keys.client, tenant: alert.tenant,
            severity: record.severity)
    }
}

/// Writes to a file and says once when that begins to fail, and once when it works again. Used
/// from one thread at a time.
private final class FileTeller: @unchecked Sendable {
    private let file: FileSink
    private let path: String
    private let log: @Sendable (LiveLogLine) -> Void
    private var trouble: FileSinkError.Code?

    init(_ file: FileSink, path: String, _ log: @escaping @Sendable (LiveLogLine) -> Void) {
        self.file = file
        self.path = path
        self.log = log
    }

    func tell(_ lines: [UInt8]) -> Bool {
        do throws(FileSinkError) {
            try file.append(lines)
        } catch {
            if trouble != error.code {
                log(LiveLogLine(.error, error.code.rawValue, error.message))
            }
            trouble = error.code
            return false
        }
        if trouble != nil {
            log(LiveLogLine(.info, "sink.well", "alerts are written to \(path) again"))
        }
        trouble = nil
        return true
    }
}
