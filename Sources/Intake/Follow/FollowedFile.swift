internal import AuditModel
internal import Glibc

/// One file as long as it is there: an inode, by whatever name.
final class FollowedFile {
    enum Stage {
        /// Without a complete record so far.
        case watching
        /// Holds nothing that its stream did not give already: a copy, or a twin.
        case held
        case reading
        /// Older than the source is to start.
        case passedOver
        /// Looks like a rotated file, and belongs to no stream that is known.
        case ignored
        /// Read to its end; read on if it grows.
        case finished
    }

    let identity: FileIdentity
    var path: String
    var stage = Stage.watching
    /// Whether a pattern names it.
    var isWanted: Bool
    /// Whether the last scan found it.
    var isListed = true
    /// It was seen being emptied and is filled anew, so that it is nobody's copy.
    var isReborn = false
    /// Begins at its end.
    var startsAtEnd = false
    /// It lost its name, or is compressed: it ends when it stops growing.
    var isDraining = false
    /// It stopped growing: what is there is all, an unfinished line too.
    var isFinal = false
    var isQueued = false
    var stream: FollowedStream?
    /// Known as soon as there is a complete record.
    var lineage = ID128.none
    var reader: GrowingReader?
    var size: Int64
    var modified: Int64
    var lastGrowth: ContinuousClock.Instant
    var isCompressed = false
    /// How long it was when it was last compared with its stream at rest.
    var comparedSize: Int64 = -1
    /// How long it was when its stream ended.
    var endedSize: Int64 = -1
    /// Where a bounded run stops.
    var limit = Int64.max

    init(_ found: FoundFile, at time: ContinuousClock.Instant) {
        identity = found.identity
        path = found.paths.first ?? ""
        isWanted = found.isWanted
        size = found.size
        modified = found.modified
        lastGrowth = time
    }
}

/// An open file and the records that are read from it while it grows.
final class GrowingReader {
    let descriptor: Int32
    var batches: BatchReader

    /// Opens the file if it is still the one that is meant.
    ///
    /// - Parameter offset: a place that ``BatchReader/settledOffset`` named once, in
    ///   decompressed bytes, and how records are told apart there; nil for the front.
    /// - Returns: nil if another file has the name now, or none.
    /// - Throws: if the file may not be opened or read, or `shouldStop` cut short a long way.
    init?(
        _ file: FollowedFile, limits: ReadLimits, isBounded: Bool,
        resume: (offset: Int64, framing: Framing, lineage: ID128)? = nil,
        shouldStop: () -> Bool
    ) throws(IntakeError) {
        guard let descriptor = try Self.open(file) else { return nil }
        self.descriptor = descriptor
        let source = ByteSource(
            growing: descriptor, name: file.path, limit: file.limit, isGrowing: !isBounded)
        guard let resume else {
            batches = BatchReader(RecordFramer(source, limits), name: file.path)
            return
        }
        batches = BatchReader(
            RecordFramer(source, limits, at: resume.offset, resume.framing), name: file.path,
            lineage: resume.lineage)
        if try source.isCompressed() == true {
            try Self.skip(source, resume.offset, file.path, shouldStop)
        } else {
            source.start(at: resume.offset)
        }
    }

    deinit {
        batches.framer.window.deallocate()
        close(descriptor)
    }

    /// Where the next read of the file itself will be.
    var rawPosition: Int64 { batches.framer.source.rawPosition }

    func isCompressed() throws(IntakeError) -> Bool {
        try batches.framer.source.isCompressed() ?? false
    }

    /// Nil if the path leads to another file, or to none.
    static func open(_ file: FollowedFile) throws(IntakeError) -> Int32? {
        let descriptor = Glibc.open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .unreadable(path: file.path, reason: String(cString: strerror(errno)))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, FileIdentity(status) == file.identity else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// Passes over the front of a compressed file.
    ///
    /// - Returns: whether the file is that long.
    @discardableResult
    static func skip(
        _ source: ByteSource, _ count: Int64, _ name: String, _ shouldStop: () -> Bool
    ) throws(IntakeError) -> Bool {
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
        defer {
            if let base = room.baseAddress { explicit_bzero(base, room.count) }
            room.deallocate()
        }
        var left = count
        while left > 0 {
            if shouldStop() { throw .failed(path: name, reason: "the run was stopped") }
            let part = UnsafeMutableRawBufferPointer(rebasing: room[..<min(room.count, Int(left))])
            let read = try source.read(into: part)
            if read == 0 { return false }
            left -= Int64(read)
        }
        return true
    }
}
