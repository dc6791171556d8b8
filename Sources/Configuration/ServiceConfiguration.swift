public import AuditModel

/// Everything that an operator says about a service, checked. Paths are absolute, durations
/// nanoseconds, sizes bytes. docs/CONFIGURATION.md says what each setting means.
public struct ServiceConfiguration: Sendable {
    /// Whether alerts are sent.
    public enum Mode: String, Sendable {
        case alert, observe
    }

    /// Where events and alerts are kept.
    public struct Store: Sendable {
        public var path: String
        /// Nil keeps events for ever.
        public var retention: Int64?
        public var lowWater: LowWater
        public var snapshotEvery: Int64
    }

    /// The rules that judge.
    public struct Rules: Sendable {
        public var directories: [String]
        public var lateness: Int64
        /// Refresh tokens remembered at most.
        public var tokens: Int
        public var runsExperimental: Bool
    }

    /// Where addresses are.
    public struct Geography: Sendable {
        public var city: String?
        public var asn: String?
        public var networks: String?
        public var trustedProxies: [IPPrefix]
    }

    /// What the service says about itself.
    public struct Log: Sendable {
        /// The form of its lines.
        public enum Format: String, Sendable {
            case text, json
        }

        /// The least that is said.
        public enum Level: String, Sendable {
            case debug, info, warning, error
        }

        public var format: Format
        public var level: Level
    }

    /// Who beside its own user may ask something of the service.
    public struct Control: Sendable, Equatable {
        /// The group whose members may connect.
        public var group: String
        /// Names or numbers of users; of groups behind `group:`.
        public var viewers: [String]
        public var responders: [String]
        public var operators: [String]
    }

    public var store: Store
    /// Nil for the key of the user, made on first use.
    public var fingerprint: SecretReference?
    public var mode: Mode
    public var sources: [SourceConfiguration]
    public var rules: Rules
    public var clients: String?
    /// Nil when nothing is said about places.
    public var geography: Geography?
    public var sinks: [SinkConfiguration]
    /// Where metrics and pages are served; nil when nothing listens.
    public var http: ListenAddress?
    /// Path of the control socket.
    public var controlSocket: String
    /// Nil when nobody else may connect to it.
    public var control: Control?
    public var drainTimeout: Int64
    public var jobs: Int
    public var log: Log
}

/// Free space below which a disk counts as nearly full.
public enum LowWater: Sendable, Equatable {
    /// 1 GB, or 5 % of the file system if that is less.
    case standard
    case bytes(Int64)
    case percent(Int64)

    /// The bytes that should stay free.
    ///
    /// - Parameter total: bytes of the whole file system.
    public func bytes(of total: Int64) -> Int64 {
        switch self {
        case .standard: min(1_000_000_000, total / 20)
        case .bytes(let bytes): bytes
        case .percent(let percent): total / 100 * percent
        }
    }
}

/// Where the reading of a source begins that the store does not know yet.
public enum ReadingStart: Sendable, Equatable {
    case beginning
    case end
    /// Nanoseconds UTC.
    case time(Int64)
}

/// One source.
public struct SourceConfiguration: Sendable {
    /// What there is to read, by kind.
    public enum Kind: Sendable {
        case kafka(KafkaConfiguration)
        case file(FileConfiguration)
    }

    /// Unlike the name of every other source.
    public var name: String
    public var kind: Kind
    /// Nil finds the format from the records. A name, or ``mapPrefix`` and the path of a map.
    public var dialect: String?
    public var start: ReadingStart
    /// Whether the source is done when what is there now was read.
    public var isBounded: Bool
    public var tenant: String?
    public var timeZone: String
    /// Nanoseconds; the source's own, or else that of the rules.
    public var lateness: Int64
    /// Nanoseconds after which a silent partition no longer holds the others back.
    public var idleAfter: Int64

    /// What stands before the path of a map where a dialect is named.
    public static let mapPrefix = "map:"
}

/// Files that grow.
public struct FileConfiguration: Sendable {
    /// Files, directories or patterns.
    public var paths: [String]
    /// Nanoseconds between looks where the system does not tell of changes.
    public var poll: Int64
}
