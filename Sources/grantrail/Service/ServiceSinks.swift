import AuditModel
import Configuration
import Delivery
import EventStore
import Pipeline

/// From the configuration's sinks to sinks that tell.
enum ServiceSinks {
    static func make(_ configuration: ServiceConfiguration) -> [LiveSink] {
        configuration.sinks.map { sink in
            switch sink.kind {
            case .standardOutput(let output):
                LiveSink(name: sink.name, minimum: sink.least) { records in
                    // A supervisor that restarts what failed must see it.
                    Terminal.write(text(records, output.format), brokenPipe: 69)
                }
            }
        }
    }

    private static func text(
        _ records: [AlertRecord], _ format: SinkConfiguration.StandardOutput.Format
    ) -> [UInt8] {
        let lines = AlertTextFormat(style: ColorChoice.auto.style)
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
