public import AuditModel

/// The append-only store of all events: sealed blocks of 4,096, a journal of what is younger, and
/// a dictionary of texts, in one SQLite file. `docs/STORE-FORMAT.md` is its specification.
///
/// Used from one thread. One process writes; any number may read meanwhile, each seeing the
/// events that were there when it opened the store or last called ``refresh()``. After an error of
/// a write nothing more can be written through the same object: open the store again, and append
/// the same events again.
public final class EventStore {
    /// What a store is opened for.
    public enum Mode: Sendable {
        /// Append and read. `keyCheck` is 16 bytes derived from the fingerprint key: the first
        /// opening keeps them, and another key is refused from then on.
        case readWrite(keyCheck: [UInt8])
        case readOnly
        /// Change what does not depend on the key: what people decide, what waits for hooks. The
        /// store is there already, and no events are appended.
        case amend
    }

    /// Places where a test may stop the store: after each of its writes.
    enum WriteStep: CaseIterable {
        case quarantineInserted, segmentInserted, journalDeleted, journalInserted, dictInserted
        case positionsWritten, controlsWritten, alertsWritten, progressWritten, sinksWritten
        case deliveriesWritten, incidentsWritten
        case retentionInserted, segmentsDeleted
        case committed
    }

    /// The file.
    public let path: String
    let isReadOnly: Bool
    let isTemporary: Bool
    private var lock: WriterLock?
    var statements: Statements?
    let database: Database
    private var checkpointer: Checkpointer?

    /// All texts; codes in the batches that ``readBlock(_:)`` returns belong to it.
    public internal(set) var pool = StringPool()
    var dictionary = DictionaryLog()
    /// The chain up to the last row of the `dict` table.
    var writtenLog = DictionaryLog()
    /// Codes below it are in the `dict` table.
    var writtenCodes: UInt32 = 1

    /// 16 random bytes that name the store for good; none in a store of format 1.
    public internal(set) var identity = ID128.none
    var formatVersion = Schema.version
    /// SQLite's mark of the last commit by others that was read.
    var dataVersion: Int64 = 0
    /// The ends of the chains of rows beside the events.
    var controls = RowChain("control", .none)
    var notices = RowChain("notice", .none)
    var retentions = RowChain("retention", .none)
    /// What sinks took and the file does not say yet.
    var pendingDelivered: [String: Int64] = [:]

    /// Events below it were removed by retention.
    var removedEnd: Int64 = 0
    private(set) var segments: [BlockInfo] = []
    /// The greatest time of each sealed block and all before it: where to begin to look for a time.
    private var reach: ContiguousArray<Int64> = []
    var segmentBytes: Int64 = 0
    var tree = HashTree()
    /// Events younger than the last sealed block, flushed or not.
    var tail = BatchColumns(stride: BlockFormat.rows)
    /// The block that was sealed or read in part last, and its position.
    var recent = BatchColumns(stride: BlockFormat.rows)
    var recentPosition: Int64 = -1
    /// How many rows of the tail are in the journal.
    var journaled = 0
    /// The last link of the journal's chain.
    var journalHead = HashTree.zero
    var tailIDs = IDTable(capacity: BlockFormat.rows)
    var sealedIDs = IDTable(capacity: BlockFormat.rows)

    let encoder = BlockEncoder()
    let decoder = BlockDecoder()
    var cache = BlockCache()
    var isInTransaction = false
    var blocksInTransaction = 0
    /// The most sealed blocks that wait for one commit.
    var blocksPerCommit = 64
    var failure: StoreError?
    /// The ingest clock, nanoseconds since 1970.
    var now: () -> Int64 = StoreFiles.now
    /// Called after each write; an error it throws is the store's.
    var onStep: ((WriteStep) throws(StoreError) -> Void)?

    /// Opens a store.
    ///
    /// - Parameters:
    ///   - path: the file; made with mode 0600 if missing and `mode` is `readWrite`.
    ///   - mode: with `readOnly` nothing on disk changes and a missing file is an error.
    public init(path: String, mode: Mode) throws(StoreError) {
        self.path = path
        isTemporary = false
        switch mode {
        case .readOnly:
            isReadOnly = true
            guard StoreFiles.exists(path) else { throw Self.missing(path) }
            database = try Database(path: path, isReadOnly: true)
            database.busyTimeout(milliseconds: 5000)
            guard try Schema.check(database) else { throw Self.empty(path) }
        case .readWrite(let keyCheck):
            isReadOnly = false
            lock = try WriterLock(store: path)
            if !StoreFiles.exists(path) { try StoreFiles.create(path) }
            database = try Database(path: path, isReadOnly: false)
            database.busyTimeout(milliseconds: 5000)
            try prepareForWriting(keyCheck: keyCheck)
        case .amend:
            isReadOnly = false
            guard StoreFiles.exists(path) else { throw Self.missing(path) }
            lock = try WriterLock(store: path)
            database = try Database(path: path, isReadOnly: false)
            database.busyTimeout(milliseconds: 5000)
            guard try Schema.check(database) else { throw Self.empty(path) }
            try prepareForWriting(keyCheck: nil)
        }
        statements = try Statements(database, isReadOnly: isReadOnly)
        try load()
    }

    /// Makes an empty store for spilling sorts. It has no name, is gone with the object or the
    /// process, and survives no crash.
    public init(temporaryIn directory: String) throws(StoreError) {
        var generator = SystemRandomNumberGenerator()
        let name = String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
        let path = directory + "/grantrail-" + name + ".tmp"
        self.path = path
        isReadOnly = false
        isTemporary = true
        try StoreFiles.create(path)
        defer { StoreFiles.remove(path) }
        database = try Database(path: path, isReadOnly: false)
        let task = "make a temporary store"
        try database.execute("PRAGMA locking_mode = EXCLUSIVE", doing: task)
        try database.execute("PRAGMA journal_mode = OFF", doing: task)
        try database.execute("PRAGMA synchronous = OFF", doing: task)
        try Schema.create(in: database, keyCheck: HashTree.zero)
        statements = try Statements(database, isReadOnly: false)
        try load()
    }

    /// Whether the store's fingerprints were made with the key that has this check value.
    public func hasKey(_ check: [UInt8]) throws(StoreError) -> Bool {
        let query = try database.prepare(
            "SELECT value FROM meta WHERE key = 'key_check'", doing: "read the store's key check")
        defer { query.reset() }
        return try query.step() && query.array(0) == check
    }

    private static func missing(_ path: String) -> StoreError {
        StoreError(
            .missing, "cannot open \(path): there is no such file; make a store with `ingest`")
    }

    private static func empty(_ path: String) -> StoreError {
        StoreError(
            .notAStore, "cannot open \(path): the file is empty; give the path of a store")
    }

    /// - Parameter keyCheck: nil when no events will be appended.
    private func prepareForWriting(keyCheck: [UInt8]?) throws(StoreError) {
        if let keyCheck {
            if try !Schema.check(database) { try Schema.create(in: database, keyCheck: keyCheck) }
            guard try hasKey(keyCheck) else {
                throw StoreError(
                    .keyMismatch,
                    "cannot write to \(path): it was made with another fingerprint key, so equal"
                        + " tokens would not match; pass the key it was made with")
            }
        }
        let task = "open the store for writing"
        try database.execute("PRAGMA journal_mode = WAL", doing: task)
        try database.execute("PRAGMA synchronous = FULL", doing: task)
        try database.execute("PRAGMA cache_size = -32768", doing: task)
        try database.execute("PRAGMA journal_size_limit = 67108864", doing: task)
        checkpointer = Checkpointer(of: database)
        if try database.number("PRAGMA user_version", doing: task) < Schema.version {
            try Schema.migrate(database)
        }
    }

    /// Sealed blocks in order, then, if there are younger events, all of them as one more block.
    public var blocks: [BlockInfo] {
        tail.count == 0 ? segments : segments + [tailInfo(0..<tail.count)]
    }

    /// Takes a sealed block into the directory, behind all others.
    func note(segment info: BlockInfo) {
        segments.append(info)
        reach.append(max(reach.last ?? .min, info.maxTime))
    }

    /// Takes the first sealed blocks out of the directory.
    func forgetSegments(_ count: Int) {
        segments.removeFirst(count)
        reach.removeFirst(count)
    }

    /// Sealed blocks that may hold events of a range of time. Those that were all over before it
    /// began are not looked at one by one: a store has hundreds of thousands.
    func segments(overlapping low: Int64, _ high: Int64) -> [Int] {
        var first = 0
        var end = reach.count
        while first < end {
            let middle = (first + end) / 2
            if reach[middle] < low { first = middle + 1 } else { end = middle }
        }
        return (first..<segments.count).filter {
            segments[$0].minTime <= high && segments[$0].maxTime >= low
        }
    }

    /// Position of the first event of the tail.
    var tailStart: Int64 { segments.last.map { $0.position + Int64($0.count) } ?? removedEnd }

    /// Place and time range of some rows of the tail.
    func tailInfo(_ rows: Range<Int>) -> BlockInfo {
        var low = Int64.max
        var high = Int64.min
        for row in rows {
            low = min(low, tail.time[row])
            high = max(high, tail.time[row])
        }
        return BlockInfo(
            position: tailStart + Int64(rows.lowerBound), count: rows.count, minTime: low,
            maxTime: high)
    }

    /// Makes everything durable and closes the file. Reading and writing are over afterwards.
    public func close() throws(StoreError) {
        if failure?.code == .closed { return }
        defer {
            statements = nil
            checkpointer?.stop()
            database.close()
            lock?.release()
            failure = StoreError(
                .closed, "cannot use \(path): it was closed; open it again")
        }
        if isReadOnly || isTemporary || failure != nil { return }
        try flush()
        statements = nil
        checkpointer?.stop()
        // Without a write-ahead log a store at rest is one file that can be read from anywhere.
        // A reader that is still there prevents it, which does no harm.
        database.busyTimeout(milliseconds: 100)
        _ = try? database.execute("PRAGMA journal_mode = DELETE", doing: "close the store")
    }

    /// Throws what stands against any further use.
    func checkUsable(forWriting isWrite: Bool) throws(StoreError) {
        if let failure { throw failure }
        if isWrite, isReadOnly {
            throw StoreError(
                .readOnly, "cannot write to \(path): it was opened to read; open it for writing")
        }
    }

    func require() throws(StoreError) -> Statements {
        guard let statements else {
            throw StoreError(.closed, "cannot use \(path): it was closed; open it again")
        }
        return statements
    }
}
