internal import CSQLite

/// One SQLite connection. Not shared between threads.
final class Database {
    private(set) var handle: OpaquePointer?
    let path: String

    /// - Parameters:
    ///   - path: passed as it is; names that look like URIs are not interpreted.
    ///   - isReadOnly: open without any right to write.
    init(path: String, isReadOnly: Bool) throws(StoreError) {
        self.path = path
        let access = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        let flags = access | SQLITE_OPEN_NOMUTEX
        let status = sqlite3_open_v2(path, &handle, flags, nil)
        guard status == SQLITE_OK else {
            let error = failure(status, doing: "open the store")
            sqlite3_close_v2(handle)
            handle = nil
            throw error
        }
        sqlite3_extended_result_codes(handle, 1)
    }

    deinit { close() }

    func close() {
        sqlite3_close_v2(handle)
        handle = nil
    }

    func busyTimeout(milliseconds: Int32) {
        sqlite3_busy_timeout(handle, milliseconds)
    }

    /// Runs statements that give no rows, or whose rows do not matter.
    func execute(_ sql: String, doing task: String) throws(StoreError) {
        let status = sqlite3_exec(handle, sql, nil, nil, nil)
        guard status == SQLITE_OK else { throw failure(status, doing: task) }
    }

    func prepare(_ sql: String, doing task: String) throws(StoreError) -> Statement {
        var statement: OpaquePointer?
        let status = sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard status == SQLITE_OK, let statement else { throw failure(status, doing: task) }
        return Statement(statement, database: self, task: task)
    }

    /// The first column of the first row as a number; 0 when there is none.
    func number(_ sql: String, doing task: String) throws(StoreError) -> Int64 {
        let statement = try prepare(sql, doing: task)
        return try statement.step() ? statement.int(0) : 0
    }

    /// The error for a SQLite status.
    func failure(_ status: Int32, doing task: String) -> StoreError {
        let reason = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
        let systemError = handle.map { sqlite3_system_errno($0) } ?? 0
        let head = "cannot \(task) in \(path): "
        switch status & 0xFF {
        case SQLITE_FULL:
            return StoreError(.diskFull, head + "no space is left; free some space and run again")
        case SQLITE_IOERR where StoreFiles.isFull(systemError):
            return StoreError(.diskFull, head + "no space is left; free some space and run again")
        case SQLITE_BUSY, SQLITE_LOCKED:
            return StoreError(
                .locked,
                head + "another process is writing; stop it or wait for it, then run again")
        case SQLITE_NOTADB:
            return StoreError(
                .notAStore, head + "the file is no Grantrail store; give the path of a store")
        case SQLITE_CORRUPT:
            return StoreError(
                .corrupt, head + "\(reason); run `store verify` and restore a backup")
        case SQLITE_READONLY, SQLITE_PERM:
            return StoreError(
                .readOnly, head + "the file may not be written; change its mode or owner")
        case SQLITE_CONSTRAINT:
            return StoreError(.corrupt, head + "\(reason); run `store verify`")
        default:
            return StoreError(.io, head + "\(reason); check the disk and the file's rights")
        }
    }
}

/// A prepared statement that is bound, stepped and reset.
final class Statement {
    private let handle: OpaquePointer
    private let database: Database
    private let task: String

    init(_ handle: OpaquePointer, database: Database, task: String) {
        self.handle = handle
        self.database = database
        self.task = task
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ index: Int32, _ number: Int64) { sqlite3_bind_int64(handle, index, number) }

    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                _ = sqlite3_bind_text(
                    handle, index, characters.baseAddress, Int32(clamping: characters.count),
                    Self.transient)
            }
        }
    }

    /// Binds a copy of some bytes.
    func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        if bytes.isEmpty {
            sqlite3_bind_zeroblob(handle, index, 0)
        } else {
            sqlite3_bind_blob64(
                handle, index, bytes.baseAddress, UInt64(bytes.count), Self.transient)
        }
    }

    /// Binds bytes that stay where they are until the statement is reset.
    func bindKept(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), nil)
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) { bytes.withUnsafeBytes { bind(index, $0) } }

    /// SQLite's mark for "copy what I give you".
    private static var transient: sqlite3_destructor_type? {
        unsafeBitCast(-1, to: sqlite3_destructor_type?.self)
    }

    /// Goes to the next row; false, and reset, when there is none.
    func step() throws(StoreError) -> Bool {
        let status = sqlite3_step(handle)
        if status == SQLITE_ROW { return true }
        let error = status == SQLITE_DONE ? nil : database.failure(status, doing: task)
        sqlite3_reset(handle)
        if let error { throw error }
        return false
    }

    /// Runs a statement that gives no rows.
    func run() throws(StoreError) { while try step() {} }

    func reset() { sqlite3_reset(handle) }

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func text(_ column: Int32) -> String {
        String(decoding: bytes(column), as: UTF8.self)
    }

    /// The bytes of a column; valid until the next step.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let base = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(
            start: base, count: Int(sqlite3_column_bytes(handle, column)))
    }

    func array(_ column: Int32) -> [UInt8] { [UInt8](bytes(column)) }
}
