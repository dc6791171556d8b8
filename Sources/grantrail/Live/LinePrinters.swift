import AuditModel
import Delivery
import Detection
import EventStore
import Pipeline
import RuleBook
import WireFormat

/// Prints events that meet a condition. Used from one thread at a time.
final class EventPrinter: @unchecked Sendable {
    private var lines: EventLines
    private var filter: EventFilter?
    private let from: Int64

    /// - Parameter from: events before this time are left out.
    init(_ output: OutputOptions, filter: EventFilter?, from: Int64) {
        lines = EventLines(output)
        self.filter = filter
        self.from = from
    }

    /// Prints an event some time soon.
    func add(_ batch: EventBatch, _ row: Int, _ pool: StringPool) {
        // A condition on facts about grants has to see them all.
        let isMeant = filter?.matches(batch, row: row, pool: pool) ?? true
        if isMeant, batch.time[row] >= from { lines.add(batch, row, pool) }
    }

    /// Prints events now.
    func print(_ batch: EventBatch, _ pool: StringPool) {
        for row in 0..<batch.count { add(batch, row, pool) }
        lines.flush()
    }

    func flush() { lines.flush() }

    /// Prints what is left, and the end of an array.
    func finish() { lines.finish() }
}

/// Prints stored alerts that meet a condition, a line each.
struct AlertPrinter: Sendable {
    private let choice: OutputChoice
    private let format: AlertTextFormat
    private let filter: AlertFilter?
    private let from: Int64

    /// - Parameter from: alerts before this time are left out.
    init(_ output: OutputOptions, filter: AlertFilter?, from: Int64 = .min) {
        choice = output.choice
        format = AlertTextFormat(style: output.style)
        self.filter = filter
        self.from = from
    }

    /// Prints alerts as lines now.
    func print(_ records: [AlertRecord]) {
        var bytes: [UInt8] = []
        for record in records where isMeant(record) {
            switch choice {
            case .text: bytes += Array((format.line(stored: record.body) ?? "").utf8)
            case .ndjson, .json: bytes += record.body
            }
            bytes.append(0x0A)
        }
        if !bytes.isEmpty { Terminal.write(bytes) }
    }

    /// Prints alerts as the output's choice says: lines or one array.
    func printAll(_ records: [AlertRecord]) {
        guard choice == .json else { return print(records) }
        let bodies = records.filter(isMeant).map(\.body)
        Terminal.write([0x5B] + Array(bodies.joined(separator: [0x2C])) + [0x5D, 0x0A])
    }

    private func isMeant(_ record: AlertRecord) -> Bool {
        if record.time < from { return false }
        guard let filter else { return true }
        return AlertJSON.read(record.body).map(filter.matches) ?? false
    }
}
