/// What a configuration needs of the world around it. Nothing else is read.
public struct ConfigurationEnvironment: Sendable {
    /// A file's bytes and its permission bits.
    public struct File: Sendable {
        public var bytes: [UInt8]
        /// As `stat` gives them; 0 when nobody knows.
        public var mode: UInt32

        public init(bytes: [UInt8], mode: UInt32 = 0) {
            self.bytes = bytes
            self.mode = mode
        }
    }

    /// Why a file cannot be had.
    public struct Refusal: Error, Sendable, Equatable {
        /// A clause such as `there is no such file`.
        public var reason: String
        public var isMissing: Bool

        public init(reason: String, isMissing: Bool = false) {
            self.reason = reason
            self.isMissing = isMissing
        }
    }

    /// Reads the first `count` bytes of a file at most.
    public var file: @Sendable (_ path: String, _ count: Int) throws(Refusal) -> File
    /// The variables of the process.
    public var variables: [String: String]
    /// Against which relative paths of flags and variables are resolved; absolute.
    public var workingDirectory: String
    /// Names of the formats that records may have, without `auto`.
    public var dialects: [String]
    /// Whether the system knows a time zone.
    public var isTimeZone: @Sendable (String) -> Bool

    public init(
        file: @escaping @Sendable (_ path: String, _ count: Int) throws(Refusal) -> File,
        variables: [String: String], workingDirectory: String, dialects: [String],
        isTimeZone: @escaping @Sendable (String) -> Bool
    ) {
        self.file = file
        self.variables = variables
        self.workingDirectory = workingDirectory
        self.dialects = dialects
        self.isTimeZone = isTimeZone
    }
}

/// A value from the command line, which stands above variables and the file.
public struct SettingOverride: Sendable {
    /// The setting, such as `store.path`.
    public var path: String
    /// The flag, such as `--store`.
    public var flag: String
    /// One value, or several for a list.
    public var values: [String]

    public init(path: String, flag: String, values: [String]) {
        self.path = path
        self.flag = flag
        self.values = values
    }
}
