/// Why an input could not be opened or read.
public enum IntakeError: Error, Equatable, Sendable {
    /// Nothing exists at this path.
    case missing(path: String)
    /// No file matches this pattern, or a directory holds no regular file.
    case noMatch(pattern: String)
    /// The path exists and may not be opened.
    case unreadable(path: String, reason: String)
    /// Reading failed in the middle.
    case failed(path: String, reason: String)

    /// A stable name for output.
    public var code: String {
        switch self {
        case .missing: "input.missing"
        case .noMatch: "input.no_match"
        case .unreadable: "input.unreadable"
        case .failed: "input.failed"
        }
    }

    /// What could not be done, why, and what to do; one line, with the path as given.
    public var message: String {
        switch self {
        case .missing(let path):
            "cannot read \(path): there is no such file or directory; check the path"
        case .noMatch(let pattern):
            "cannot read \(pattern): no file matches; check the pattern or the directory"
        case .unreadable(let path, let reason):
            "cannot open \(path): \(reason); check its permissions"
        case .failed(let path, let reason):
            "reading \(path) failed: \(reason); run again when the disk or the pipe is well"
        }
    }

    /// The exit status the command line promises: 66 for input that cannot be had, 74 for I/O.
    public var exitStatus: Int32 {
        switch self {
        case .missing, .noMatch, .unreadable: 66
        case .failed: 74
        }
    }
}
