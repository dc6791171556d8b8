internal import AuditModel

extension EventStore {
    /// Recomputes everything from the stored bytes and says what is wrong, in the order of the
    /// store. Changes nothing. An empty list means: every digest, chain link, leaf, filter and
    /// position is as it was written.
    public static func verify(path: String) -> [Fault] {
        var verifier = Verifier()
        guard StoreFiles.exists(path) else {
            return [Fault(place: "store \(path)", what: "the file is missing")]
        }
        do throws(StoreError) {
            let database = try Database(path: path, isReadOnly: true)
            database.busyTimeout(milliseconds: 5000)
            guard try Schema.check(database) else {
                return [Fault(place: "store \(path)", what: "the file is empty")]
            }
            // One moment for all parts, also while another process writes.
            try database.execute("BEGIN", doing: "verify the store")
            verifier.run(database)
        } catch {
            verifier.report("store \(path)", error.message)
        }
        return verifier.faults
    }
}

/// What ``EventStore/verify(path:)`` does, part by part; a part that cannot be read is a fault and
/// does not keep the others from being checked.
struct Verifier {
    private(set) var faults: [Fault] = []
    private let decoder = BlockDecoder()
    private let zstd = ZstdCodec()
    private let scratch = ByteSink()
    /// The dictionary's chain: its head after each number of codes that a row ends with, and, by
    /// need of blocks, after any other number.
    private var dictionary = DictionaryLog()
    private var texts = StringPool()
    private var heads: [UInt32: [UInt8]] = [1: HashTree.zero]
    var version = Schema.version
    var position: Int64 = 0
    var lastLink = HashTree.zero

    /// More faults than this are not listed.
    private static let limit = 1000

    mutating func report(_ place: String, _ what: String) {
        if faults.count < Self.limit { faults.append(Fault(place: place, what: what)) }
    }

    mutating func run(_ database: Database) {
        attempt("schema") { verifier throws(StoreError) in try verifier.checkSchema(database) }
        attempt("dictionary") { verifier throws(StoreError) in
            try verifier.noteHeads(database)
            try verifier.checkDictionary(database)
        }
        if version >= 2 {
            attempt("live tables") { verifier throws(StoreError) in
                try verifier.checkLive(database)
            }
        }
        attempt("segments") { verifier throws(StoreError) in
            try verifier.checkSegments(database)
        }
        attempt("journal") { verifier throws(StoreError) in try verifier.checkJournal(database) }
        attempt("database") { verifier throws(StoreError) in
            try verifier.checkIntegrity(database)
        }
    }

    private mutating func attempt(
        _ place: String, _ body: (inout Verifier) throws(StoreError) -> Void
    ) {
        do throws(StoreError) {
            try body(&self)
        } catch {
            report(place, error.message)
        }
    }

    private mutating func checkSchema(_ database: Database) throws(StoreError) {
        version = try database.number("PRAGMA user_version", doing: "read the schema")
        for line in try Schema.differences(database, from: version) { report("schema", line) }
    }

    /// Notes at which dictionary sizes blocks ask for the chain's head, so that one pass over
    /// the texts can answer all of them.
    private mutating func noteHeads(_ database: Database) throws(StoreError) {
        for table in ["segment", "journal"] {
            let query = try database.prepare(
                "SELECT substr(block, 1, \(BlockFormat.headerSize)) FROM \(table)",
                doing: "read the blocks")
            while try query.step() {
                let bytes = query.bytes(0)
                guard bytes.count == BlockFormat.headerSize else { continue }
                let word = bytes.loadUnaligned(fromByteOffset: 20, as: UInt32.self)
                heads[UInt32(littleEndian: word)] = heads[UInt32(littleEndian: word)] ?? []
            }
        }
    }

    private mutating func checkDictionary(_ database: Database) throws(StoreError) {
        let query = try database.prepare(
            "SELECT first_code, count, chain, digest, entries FROM dict ORDER BY first_code",
            doing: "read the dictionary")
        var row = 0
        while try query.step() {
            checkDictionaryRow(query, row)
            row += 1
        }
    }

    private mutating func checkDictionaryRow(_ query: Statement, _ row: Int) {
        let first = query.int(0)
        let count = query.int(1)
        let place = "dict row \(row) (codes \(first)-\(first &+ count &- 1))"
        let digest = DictionaryLog.rowDigest(
            firstCode: first, count: count, chain: query.bytes(2), entries: query.bytes(4))
        if digest != query.array(3) {
            report(place, "stored bytes do not match their digest")
        }
        if first != Int64(texts.count) { report(place, "codes do not follow the row before") }
        // The bytes of the column stay valid until the next step of the statement.
        let entries = query.bytes(4)
        var isDouble = false
        var log = dictionary
        var pool = texts
        texts = StringPool()
        var wanted = heads
        heads = [:]
        let isWhole = DictionaryLog.read(entries, count: count, zstd: zstd, scratch: scratch) {
            text in
            let next = pool.count
            if Int(pool.code(of: text)) != next { isDouble = true }
            log.link(text)
            if wanted[log.count] != nil { wanted[log.count] = log.head }
            return true
        }
        texts = pool
        heads = wanted
        dictionary = log
        if !isWhole { report(place, "the texts cannot be decoded") }
        if isDouble { report(place, "a text is in the dictionary twice") }
        if query.array(2) != log.head { report(place, "the chain is broken") }
    }

    private mutating func checkSegments(_ database: Database) throws(StoreError) {
        let query = try database.prepare(
            """
            SELECT position, count, min_time, max_time, ingest_time, block, digest, leaf, filters
            FROM segment ORDER BY position
            """, doing: "read the segments")
        var row = 0
        while try query.step() {
            let info = Self.info(query)
            let place = "segment \(row) (\(Self.range(info)))"
            let digest = RowHash.digest(
                info, ingestTime: query.int(4), leaf: query.bytes(7), filters: query.bytes(8),
                block: query.bytes(5))
            if digest != query.array(6) {
                report(place, "stored bytes do not match their digest")
            }
            if info.count != BlockFormat.rows { report(place, "it is not a whole block") }
            checkBlock(query, info, place, leaf: query.array(7), filters: query.array(8))
            lastLink = query.array(7)
            row += 1
        }
    }

    private mutating func checkJournal(_ database: Database) throws(StoreError) {
        let query = try database.prepare(
            """
            SELECT position, count, min_time, max_time, ingest_time, block, digest, chain
            FROM journal ORDER BY position
            """, doing: "read the journal")
        let empty = UnsafeRawBufferPointer(start: nil, count: 0)
        var row = 0
        while try query.step() {
            let info = Self.info(query)
            let place = "journal row \(row) (\(Self.range(info)))"
            let digest = RowHash.digest(
                info, ingestTime: query.int(4), leaf: empty, filters: empty,
                block: query.bytes(5))
            if digest != query.array(6) {
                report(place, "stored bytes do not match their digest")
            }
            if RowHash.link(lastLink, query.array(6)) != query.array(7) {
                report(place, "the chain is broken")
            }
            checkBlock(query, info, place, leaf: nil, filters: nil)
            lastLink = query.array(7)
            row += 1
        }
    }

    /// Checks a row's place and what its block says against its columns.
    private mutating func checkBlock(
        _ query: Statement, _ info: BlockInfo, _ place: String, leaf: [UInt8]?, filters: [UInt8]?
    ) {
        if info.position != position {
            report(place, "events do not follow the row before, which ends at \(position)")
        }
        position = info.position &+ Int64(info.count)
        do throws(BlockFault) {
            let parts = try decoder.split(query.bytes(5))
            if let leaf, decoder.leaf(parts) != leaf {
                report(place, "the events do not match their leaf in the tree")
            }
            checkHeader(parts.header, info, place)
            let columns = try decoder.columns(parts)
            if columns.time.min() != info.minTime || columns.time.max() != info.maxTime {
                report(place, "the time range is not that of the events")
            }
            if let filters, columns.filters().bytes != filters {
                report(place, "the filters are not those of the events")
            }
        } catch {
            report(place, error.reason)
        }
    }

    private mutating func checkHeader(
        _ header: BlockHeader, _ info: BlockInfo, _ place: String
    ) {
        if header.position != UInt64(bitPattern: info.position) || header.count != info.count {
            report(place, "the block says that it lies elsewhere")
        }
        if heads[header.dictionaryCount] != header.dictionaryHead {
            report(place, "the dictionary is not the one the events were written with")
        }
    }

    private mutating func checkIntegrity(_ database: Database) throws(StoreError) {
        let query = try database.prepare("PRAGMA integrity_check", doing: "check the database")
        while try query.step() {
            let line = query.text(0)
            if line != "ok" { report("database", line) }
        }
    }

    private static func info(_ query: Statement) -> BlockInfo {
        BlockInfo(
            position: query.int(0), count: Int(query.int(1)), minTime: query.int(2),
            maxTime: query.int(3))
    }

    private static func range(_ info: BlockInfo) -> String {
        "positions \(info.position)-\(info.position &+ Int64(info.count) &- 1)"
    }
}
