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

    /// What stands behind the word.
    private struct Content: Codable {
        var hook: String
        var reason: String?
        var sequences: [Int64]?
    }

    /// The request's line, without its end.
    public var line: String {
        let content =
            switch self {
            case .replay(let hook, let sequences): Content(hook: hook, sequences: sequences)
            case .drop(let hook, let reason): Content(hook: hook, reason: reason)
            case .enable(let hook): Content(hook: hook)
            }
        return word + " " + ControlJSON.text(content)
    }

    /// Reads a request's line; nil for what is none.
    public init?(line: String) {
        let parts = line.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let content = ControlJSON.value(Content.self, parts[1]),
            !content.hook.isEmpty
        else { return nil }
        switch parts[0] {
        case "hooks.replay":
            guard let sequences = content.sequences, sequences.count <= Self.mostSequences
            else { return nil }
            self = .replay(hook: content.hook, sequences: sequences)
        case "hooks.drop":
            guard let reason = content.reason else { return nil }
            self = .drop(hook: content.hook, reason: reason)
        case "hooks.enable": self = .enable(hook: content.hook)
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

    private struct Content: Codable {
        var changed: Int?
        var error: String?
    }

    /// One line of JSON.
    public var line: String {
        switch self {
        case .changed(let count): ControlJSON.text(Content(changed: count))
        case .refused(let reason): ControlJSON.text(Content(error: reason))
        }
    }

    /// Reads an answer; nil for what is none, such as that of an older service.
    public init?(line: String) {
        guard let content = ControlJSON.value(Content.self, line[...]) else { return nil }
        if let count = content.changed, count >= 0 {
            self = .changed(count)
        } else if let reason = content.error {
            self = .refused(reason)
        } else {
            return nil
        }
    }
}
