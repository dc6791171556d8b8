/// What came of one attempt.
public struct HookAnswer: Sendable, Equatable {
    /// What it means for the delivery and for its hook.
    public enum Verdict: Sendable, Equatable {
        case taken
        /// Tried again; the receiver is not well.
        case failed
        /// Tried again; the receiver is not well, and the whole hook pauses.
        case overloaded
        /// Tried again; it is about this message and says nothing about the receiver.
        case unfit
        /// Dead: the receiver will never take this message.
        case refused
        /// Dead: there is nothing that could be sent; this was no attempt.
        case unsendable
        /// The receiver wants nothing any more: the hook is disabled.
        case unwanted
    }

    public let verdict: Verdict
    /// The HTTP status; nil when none came.
    public let status: Int?
    /// The pause that the receiver asks for, nanoseconds.
    public let retryAfter: Int64?
    /// Why it was not taken if no status says so: one bounded line without path, query or secrets.
    public let reason: String

    /// The answer to a request over HTTP, or that none came.
    public init(status: Int? = nil, retryAfter: Int64? = nil, reason: String = "") {
        verdict =
            switch status {
            case .some(200...299): .taken
            case 410: .unwanted
            case 400, 413, 415, 422: .unfit
            case 429, 502, 503, 504: .overloaded
            default: .failed
            }
        self.status = status
        self.retryAfter = retryAfter
        self.reason = reason
    }

    /// The answer of a receiver that knows no status.
    public init(_ verdict: Verdict, reason: String = "") {
        self.verdict = verdict
        status = nil
        retryAfter = nil
        self.reason = reason
    }

    /// What there is to send cannot be made.
    static let unsendable = HookAnswer(.unsendable, reason: "it cannot be rendered")

    /// One line about an attempt that failed.
    public var failure: String {
        guard let status else { return PlainLine.bounded(reason, 400) }
        switch status {
        case 300...399: return "HTTP \(status): redirects are not followed"
        case 410: return "HTTP 410: the receiver wants no more; the hook is disabled"
        case 429: return "HTTP 429: too many requests"
        default: return "HTTP \(status)"
        }
    }
}
