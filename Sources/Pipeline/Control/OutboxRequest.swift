internal import AuditModel
public import WireFormat

/// What `grantrail hooks` asks of the service that owns a store: one line of the control socket,
/// a word and a JSON object such as `hooks.replay {"hook":"soc","sequences":[17,18]}`.
public enum OutboxRequest: Sendable, Equatable {
    /// Dead deliveries of a hook wait again.
    case replay(hook: String, sequences: [Int64])
    /// Everything that waits for a hook is dead.
    case drop(hook: String, reason: String)
    /// A hook whose receiver wanted no more (410) is tried again.
    case enable(hook: String)

    /// Sequences of one request at most, so that a line stays below what the socket takes.
    public static let mostSequences = 2_000

    private var word: String {
        switch self {
        case .replay: "hooks.replay"
        case .drop: "hooks.drop"
        case .enable: "hooks.enable"
        }
    }

    /// The request's line, without its end.
    public var line: String {
        var writer = JSONWriter()
        writer.beginObject()
        switch self {
        case .replay(let hook, let sequences):
            writer.member("hook", hook)
            writer.key("sequences")
            writer.beginArray()
            for sequence in sequences { writer.int(sequence) }
            writer.endArray()
        case .drop(let hook, let reason):
            writer.member("hook", hook)
            writer.member("reason", reason)
        case .enable(let hook): writer.member("hook", hook)
        }
        writer.endObject()
        return word + " " + String(decoding: writer.takeBytes(), as: UTF8.self)
    }

    /// Reads a request's line; nil for what is none.
    public init?(line: String) {
        let parts = line.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let object = ControlObject(Array(parts[1].utf8)),
            let hook = object.texts["hook"], !hook.isEmpty
        else { return nil }
        switch parts[0] {
        case "hooks.replay":
            guard let sequences = object.lists["sequences"],
                sequences.count <= Self.mostSequences
            else { return nil }
            self = .replay(hook: hook, sequences: sequences)
        case "hooks.drop":
            guard let reason = object.texts["reason"] else { return nil }
            self = .drop(hook: hook, reason: reason)
        case "hooks.enable": self = .enable(hook: hook)
        default: return nil
        }
    }
}

/// What the service answers to a ``OutboxRequest``.
public enum OutboxAnswer: Sendable, Equatable {
    /// So many deliveries, or hooks, are not what they were.
    case changed(Int)
    /// What could not be done: why; what to do.
    case refused(String)

    /// Writes the answer as a JSON object.
    public func append(to writer: inout JSONWriter) {
        writer.beginObject()
        switch self {
        case .changed(let count): writer.member("changed", Int64(count))
        case .refused(let reason): writer.member("error", reason)
        }
        writer.endObject()
    }

    /// Reads an answer; nil for what is none, such as that of an older service.
    public init?(_ bytes: [UInt8]) {
        guard let object = ControlObject(bytes) else { return nil }
        if let count = object.numbers["changed"].flatMap({ Int(exactly: $0) }), count >= 0 {
            self = .changed(count)
        } else if let reason = object.texts["error"] {
            self = .refused(reason)
        } else {
            return nil
        }
    }
}

/// A JSON object whose members are texts, whole numbers and lists of whole numbers; others are
/// passed over.
private struct ControlObject {
    private(set) var texts: [String: String] = [:]
    private(set) var numbers: [String: Int64] = [:]
    private(set) var lists: [String: [Int64]] = [:]

    /// Nil for what is no JSON object.
    init?(_ bytes: [UInt8]) {
        var document = JSONDocument()
        let padded = bytes + [UInt8](repeating: 0, count: RecordBatch.tailPadding)
        let isObject = padded.withUnsafeBytes { buffer -> Bool in
            do throws(JSONError) {
                try document.read(
                    UnsafeRawBufferPointer(rebasing: buffer[..<bytes.count]),
                    limits: JSONLimits(maximumDepth: 3, maximumLength: 1 << 16))
            } catch {
                return false
            }
            guard document.count > 0, document[0].kind == .object else { return false }
            var next = 1
            while next < document.count {
                take(document, at: next)
                next = Int(document[next].next)
            }
            return true
        }
        if !isObject { return nil }
    }

    private mutating func take(_ document: borrowing JSONDocument, at index: Int) {
        let node = document[index]
        let key = String(decoding: document.key(node), as: UTF8.self)
        switch node.kind {
        case .string: texts[key] = String(decoding: document.value(node), as: UTF8.self)
        case .number: numbers[key] = Self.integer(document, at: index)
        case .array:
            var numbers: [Int64] = []
            for place in (index + 1)..<max(index + 1, Int(node.next)) {
                guard let number = Self.integer(document, at: place) else { return }
                numbers.append(number)
            }
            lists[key] = numbers
        default: break
        }
    }

    private static func integer(_ document: borrowing JSONDocument, at index: Int) -> Int64? {
        guard index < document.count, document[index].kind == .number,
            case .value(let number) = JSONNumber.integer(document.value(document[index]))
        else { return nil }
        return number
    }
}
