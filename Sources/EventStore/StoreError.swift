/// Why a store could not do what was asked. `message` reads "what could not be done: why; what to
/// do"; `code` is stable.
public struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Stable names for programs; docs/ERRORS.md explains them.
    public enum Code: String, CaseIterable, Sendable {
        case missing = "store.missing"
        case notAStore = "store.not_a_store"
        case newerFormat = "store.newer_format"
        case keyMismatch = "store.key_mismatch"
        case locked = "store.locked"
        case readOnly = "store.read_only"
        case diskFull = "store.disk_full"
        case corrupt = "store.corrupt"
        case invalidBatch = "store.invalid_batch"
        case closed = "store.closed"
        case exists = "store.exists"
        case removed = "store.removed"
        case io = "store.io"
    }

    public let code: Code
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(code.rawValue): \(message)" }

    /// The exit code of a command that ends with this error: 66 for a missing store, 78 for a
    /// wrong key, else 74.
    public var exitStatus: Int32 {
        switch code {
        case .missing: 66
        case .keyMismatch: 78
        default: 74
        }
    }
}

/// One thing that is wrong with a store, found by ``EventStore/verify(path:)``.
public struct Fault: Sendable, Equatable, CustomStringConvertible {
    /// Where: `segment 3 (positions 8192-12287)`.
    public let place: String
    /// What is wrong there.
    public let what: String

    public init(place: String, what: String) {
        self.place = place
        self.what = what
    }

    public var description: String { "\(place): \(what)" }
}
