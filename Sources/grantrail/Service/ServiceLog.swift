import Configuration
import Delivery
import Foundation
import Pipeline
import TokenScan
import WireFormat

/// What the service says about itself, on standard error.
struct ServiceLog: Sendable {
    let format: ServiceConfiguration.Log.Format
    let level: ServiceConfiguration.Log.Level
    /// Whether systemd's journal reads standard error: it stamps lines with the time itself, and
    /// takes their priority from a prefix.
    let isJournal: Bool

    func write(_ line: LiveLogLine, at time: Int64) {
        guard line.level >= least else { return }
        let message = TextStyle(isColoured: false).escape(
            SecretText.redacted(line.message), limit: 4096)
        switch format {
        case .text:
            let start = isJournal ? priority(line) : TimeText.string(time, precision: 3) + "  "
            let level = line.level == .info ? "" : "\(line.level.rawValue): "
            Terminal.tell("\(start)\(level)\(message) [\(line.code)]\n")
        case .json:
            var writer = JSONWriter()
            writer.beginObject()
            if !isJournal { writer.member("time", time: time, precision: 3) }
            writer.member("level", line.level.rawValue)
            writer.member("code", line.code)
            writer.member("message", message)
            writer.endObject()
            writer.endLine()
            let start = isJournal ? priority(line) : ""
            Terminal.tell(start + String(decoding: writer.takeBytes(), as: UTF8.self))
        }
    }

    /// A priority of syslog(3), as sd-daemon(3) has it.
    private func priority(_ line: LiveLogLine) -> String {
        switch line.level {
        case .error: "<3>"
        case .warning: "<4>"
        case .info: "<6>"
        case .debug: "<7>"
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

extension ServiceLog {
    /// Whether standard error is the stream to the journal that the environment names.
    ///
    /// - Parameter stream: `JOURNAL_STREAM`: the stream's device and inode.
    static func isJournal(_ stream: String?) -> Bool {
        let numbers = (stream ?? "").split(separator: ":").compactMap { UInt64($0) }
        var file = stat()
        guard numbers.count == 2, fstat(STDERR_FILENO, &file) == 0 else { return false }
        return numbers == [UInt64(file.st_dev), UInt64(file.st_ino)]
    }
}
