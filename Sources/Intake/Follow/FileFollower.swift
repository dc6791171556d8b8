public import AuditModel

/// Reads files while they are written, through every kind of rotation.
///
/// A partition is a stream of records: the hexadecimal lineage of its first record, and `#` with a
/// number where streams begin with equal records. Offsets are decompressed bytes. The page
/// `docs/FILES.md` says what is promised.
public final class FileFollower: LiveSource {
    private let settings: FollowSettings
    private let control = FollowControl()

    public init(_ settings: FollowSettings) {
        self.settings = settings
    }

    public var name: String { settings.name }

    /// Reads until it is stopped or, if bounded, until every file that was there at the start was
    /// read up to the size it had.
    ///
    /// - Throws: `file.pattern` (78) without any pattern or with `-`; `file.missing` (66) if a
    ///   bounded run finds no file.
    public func run(_ sink: any SourceSink) throws(SourceError) {
        let isRefused = settings.patterns.contains { $0.isEmpty || $0 == "-" }
        if settings.patterns.isEmpty || isRefused {
            throw SourceError(
                code: "file.pattern",
                message: "cannot follow files of \(settings.name): a path is empty or -; "
                    + "name files, directories or patterns",
                exitStatus: 78)
        }
        try FollowRun(settings, sink, control).run()
    }

    public func stop() { control.stop() }

    /// Files need no word of it: positions are kept by the store alone.
    public func acknowledge(_ positions: [ResumePosition]) {}

    public func pause(_ partitions: Set<String>) { control.pause(partitions) }
}
