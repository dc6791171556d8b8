public import MarkedText

/// Why places cannot be looked up.
public struct PlacesError: Error, Equatable, Sendable {
    /// Stable names for programs.
    public enum Code: String, Sendable, CaseIterable {
        case missing = "places.missing"
        case unreadable = "places.unreadable"
        case notADatabase = "places.not_a_database"
        case networks = "places.networks"
    }

    public let code: Code
    /// What could not be done: why; what to do. One line.
    public let message: String
    /// Everything that is wrong with a file of networks; empty for other errors.
    public let diagnostics: [NetworkDiagnostic]

    init(_ code: Code, _ message: String, diagnostics: [NetworkDiagnostic] = []) {
        self.code = code
        self.message = message
        self.diagnostics = diagnostics
    }

    /// The exit status the command line promises.
    public var exitStatus: Int32 {
        switch code {
        case .missing, .unreadable: 66
        case .notADatabase, .networks: 78
        }
    }
}
