import Configuration
import Delivery
import Pipeline
import TokenScan
import WireFormat

/// What the service says about itself, on standard error.
struct ServiceLog: Sendable {
    let format: ServiceConfiguration.Log.Format
    let level: ServiceConfiguration.Log.Level

    func write(_ line: LiveLogLine, at time: Int64) {
        guard line.level >= least else { return }
        let message = TextStyle(isColoured: false).escape(
            SecretText.redacted(line.message), limit: 4096)
        switch format {
        case .text:
            let stamp = TimeText.string(time, precision: 3)
            let level = line.level == .info ? "" : "\(line.level.rawValue): "
            Terminal.tell("\(stamp)  \(level)\(message) [\(line.code)]\n")
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("time", time: time, precision: 3)
            writer.member("level", line.level.rawValue)
            writer.member("code", line.code)
            writer.member("message", message)
            writer.endObject()
            writer.endLine()
            Terminal.tell(String(decoding: writer.takeBytes(), as: UTF8.self))
        }
    }

    private var least: LiveLogLine.Level {
        switch level {
        case .debug: .debug
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
