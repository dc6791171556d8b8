public import EventStore

/// What somebody decides about what stands in a store. The service that owns the store is asked
/// over its control socket, with a word and a JSON object; without one it is done in the store.
public protocol StoreDecision: Codable, Sendable {
    /// What becomes of it.
    associatedtype Answer: DecisionAnswer

    /// The word before the JSON.
    static var word: String { get }

    /// Decides, and keeps who did.
    ///
    /// - Parameters:
    ///   - time: nanoseconds UTC by the clock of people.
    ///   - user: who asks, as the kernel says.
    func perform(
        on store: EventStore, at time: Int64, by user: ControlPeer?
    ) throws(StoreError) -> Answer
}

/// What became of a decision: one JSON object.
public protocol DecisionAnswer: Codable, Sendable {
    /// Nothing was done.
    ///
    /// - Parameter error: what could not be done: why; what to do.
    init(error: String)
}

extension StoreDecision {
    /// One line for the control socket, without its end.
    public var line: String { Self.word + " " + ControlJSON.text(self) }

    /// Reads what follows the word; nil for what is no such decision.
    public init?(text: Substring) {
        guard let decision = ControlJSON.value(Self.self, text) else { return nil }
        self = decision
    }
}

extension ControlClient {
    /// Asks the service that owns a store to decide.
    public static func ask<Decision: StoreDecision>(
        _ decision: Decision, at path: String
    ) throws(ControlError) -> Decision.Answer {
        let line = String(decoding: try ask(decision.line, at: path), as: UTF8.self)
        if let answer = ControlJSON.value(Decision.Answer.self, line[...]) { return answer }
        throw ControlError(
            .unreadable,
            "the answer of the service at \(path) cannot be read: it may be of another version; "
                + "start it again with this one")
    }
}

/// Bounds of what people write beside a decision.
enum DecisionText {
    /// The longest name of who decides, reason or note, bytes.
    static let most = 1000

    /// Whether a text is there and not too long.
    static func isUsable(_ text: String) -> Bool { !text.isEmpty && text.utf8.count <= most }
}
