import AuditModel
import Delivery
import EventStore
import Foundation
import Pipeline
import Places
import TokenScan
import WireFormat

/// Prints results in the form asked for.
struct Printer {
    var choice: OutputChoice
    let style: TextStyle

    init(_ options: OutputOptions) {
        self.init(options.choice, options.style)
    }

    init(_ choice: OutputChoice, _ style: TextStyle) {
        self.choice = choice
        self.style = style
    }

    /// Alerts: a block each for people, a line each, or one array.
    func alerts(_ alerts: [Alert]) {
        switch choice {
        case .text:
            let format = AlertTextFormat(style: style)
            for alert in alerts { Terminal.write(format.block(alert)) }
        case .ndjson, .json:
            objects(alerts) { alert, writer in AlertJSON.append(alert, to: &writer) }
        }
    }

    /// JSON objects, a line each or as one array.
    func objects<Element>(_ elements: [Element], _ write: (Element, inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        if choice == .json { writer.beginArray() }
        for element in elements {
            write(element, &writer)
            if choice != .json { writer.endLine() }
            if writer.bytes.count > 1 << 16, choice != .json {
                Terminal.write(writer.bytes)
                writer.removeAll()
            }
        }
        if choice == .json {
            writer.endArray()
            writer.endLine()
        }
        Terminal.write(writer.bytes)
    }

    /// One JSON object, or lines of `name  value` for people.
    func record(_ members: [(String, Value)]) {
        if choice == .text {
            let width = members.map(\.0.count).max() ?? 0
            for (name, value) in members {
                let padding = String(repeating: " ", count: width - name.count)
                Terminal.write("\(name)\(padding)  \(style.escape(value.text))\n")
            }
            return
        }
        var writer = JSONWriter()
        writer.beginObject()
        for (name, value) in members { value.append(name, to: &writer) }
        writer.endObject()
        writer.endLine()
        Terminal.write(writer.bytes)
    }

    enum Value {
        case text(String)
        case number(Int64)

        var text: String {
            switch self {
            case .text(let text): text
            case .number(let number): String(number)
            }
        }

        func append(_ name: String, to writer: inout JSONWriter) {
            switch self {
            case .text(let text): writer.member(name, text)
            case .number(let number): writer.member(name, number)
            }
        }
    }
}

/// Runs the body of a command; errors become a message and the promised exit status.
func perform(_ body: () throws(PipelineError) -> Void) {
    Terminal.ignoreBrokenPipes()
    do throws(PipelineError) {
        try body()
    } catch {
        if case .nothingUsable(let tally) = error { note(tally) }
        if case .places(let fault) = error {
            for diagnostic in fault.diagnostics { Terminal.note(diagnostic.harmlessText) }
        }
        Terminal.fail(error.message, status: error.exitStatus)
    }
}

/// Opens a store; its errors become pipeline errors.
func openStore(_ path: String, _ mode: EventStore.Mode) throws(PipelineError) -> EventStore {
    do throws(StoreError) {
        return try EventStore(path: path, mode: mode)
    } catch {
        throw .store(error)
    }
}

/// Does something with a store; its errors become pipeline errors.
func onStore<Result>(_ body: () throws(StoreError) -> Result) throws(PipelineError) -> Result {
    do throws(StoreError) {
        return try body()
    } catch {
        throw .store(error)
    }
}

/// Says on standard error what became of the records.
func note(_ tally: IntakeTally) {
    for line in tally.report { Terminal.note(line) }
}
