/// Which growing files a source follows, and how.
public struct FollowSettings: Sendable, Equatable {
    /// The source's name in the configuration.
    public var name: String
    /// Paths of files, of directories (everything below them) and `glob(7)` patterns.
    public var patterns: [String]
    /// From where files are read that are there at the source's first start. Files that come
    /// later are read from their beginning, except that `time` always goes by modification time.
    public var start: SourceStart
    /// Ends when the files that were there at the start were read up to the size they had.
    public var isBounded: Bool
    public var limits: ReadLimits
    /// The most records of one batch.
    public var batchRecords: Int
    /// The most bytes of one batch; a longer record makes a batch of its own.
    public var batchBytes: Int
    /// How often files are looked at where the system does not tell of changes.
    public var pollInterval: Duration
    /// Whether to ask the system (inotify) to tell of changes.
    public var usesNotify: Bool
    /// How long a file that lost its name may go without growing before it counts as ended.
    public var grace: Duration
    /// How long a file may go without growing before it is closed, to be opened when it grows.
    public var idle: Duration
    /// The most files that are kept open.
    public var maximumOpenFiles: Int
    /// The most directories that the system is asked to watch; beyond it files are polled.
    public var maximumWatches: Int

    public init(name: String, patterns: [String]) {
        self.name = name
        self.patterns = patterns
        start = .beginning
        isBounded = false
        limits = ReadLimits(chunkBytes: 128 << 10)
        batchRecords = 4096
        batchBytes = 1 << 20
        pollInterval = .seconds(1)
        usesNotify = true
        grace = .seconds(10)
        idle = .seconds(60)
        maximumOpenFiles = 256
        maximumWatches = 8192
    }
}
