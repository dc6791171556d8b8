/// Why alerts could not be written to a file. None of them is in it: what was half written was
/// taken back.
public struct FileSinkError: Error, Sendable, Equatable {
    /// Stable names for programs; docs/ERRORS.md explains them.
    public enum Code: String, CaseIterable, Sendable {
        case missing = "sink.missing"
        case denied = "sink.denied"
        case notAFile = "sink.not_a_file"
        case inUse = "sink.in_use"
        case full = "sink.full"
        case io = "sink.io"
    }

    public let code: Code
    /// What could not be done: why; what to do.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
