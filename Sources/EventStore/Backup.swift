internal import CSQLite

extension EventStore {
    /// Free bytes where the store lies, as far as this user may use them; nil if nobody says.
    public var freeSpace: Int64? { StoreFiles.freeBytes(path) }

    /// Bytes of the whole file system of the store; nil when nobody can say.
    public var totalSpace: Int64? { StoreFiles.totalBytes(path) }

    /// Copies a store as it is at one moment, also while another process writes to it. The copy
    /// appears under its name only when it is whole, checked and on the disk; mode 0600.
    ///
    /// Meanwhile the writer goes on, but its log grows by what it writes.
    ///
    /// - Parameters:
    ///   - source: the store.
    ///   - target: the copy. Never a file that is in use.
    ///   - replacing: whether `target` may exist.
    ///   - progress: gets bytes done and their total.
    /// - Throws: `store.exists`, `store.disk_full`, `store.corrupt` when the copy is not sound.
    public static func backup(
        from source: String, to target: String, replacing: Bool = false,
        progress: ((Int64, Int64) -> Void)? = nil
    ) throws(StoreError) {
        try refuse(target, replacing: replacing)
        if StoreFiles.isSame(source, target) { throw StoreFiles.exists(already: target) }
        guard StoreFiles.exists(source) else {
            throw StoreError(
                .missing, "cannot copy \(source): there is no such file; give the path of a store")
        }
        let lock = try WriterLock(store: target)
        defer { lock.release() }
        var generator = SystemRandomNumberGenerator()
        let partial = target + "-partial-" + String(generator.next(), radix: 36)
        let size = StoreFiles.size(source)
        if let free = StoreFiles.freeBytes(target), free < size {
            throw StoreError(
                .diskFull,
                "cannot copy \(source) to \(target): it needs \(size) bytes and \(free) are free;"
                    + " free some space and run again")
        }
        do {
            try StoreFiles.create(partial)
            try copy(source, to: partial, progress)
            try check(partial)
            try StoreFiles.sync(partial)
            try StoreFiles.rename(partial, to: target, replacing: replacing)
        } catch {
            for suffix in ["", "-wal", "-shm", "-journal"] { StoreFiles.remove(partial + suffix) }
            throw error
        }
    }

    private static func refuse(_ target: String, replacing: Bool) throws(StoreError) {
        if StoreFiles.exists(target), !replacing { throw StoreFiles.exists(already: target) }
        // The log of the old file would be taken for one of the new.
        for suffix in ["-wal", "-journal"] where StoreFiles.exists(target + suffix) {
            throw StoreError(
                .locked,
                "cannot copy to \(target): \(target)\(suffix) shows that the file there is in use;"
                    + " stop what uses it or choose another name")
        }
    }

    private static func copy(
        _ source: String, to partial: String, _ progress: ((Int64, Int64) -> Void)?
    ) throws(StoreError) {
        let task = "copy the store"
        let from = try Database(path: source, isReadOnly: true)
        from.busyTimeout(milliseconds: 5000)
        // One snapshot from beginning to end: without it every commit of a writer would make the
        // copy begin again.
        try from.execute("BEGIN", doing: task)
        guard try Schema.check(from) else {
            throw StoreError(
                .notAStore, "cannot copy \(source): the file is empty; give the path of a store")
        }
        let page = try from.number("PRAGMA page_size", doing: task)
        let into = try Database(path: partial, isReadOnly: false)
        try into.copy(from, doing: task) { done, total in progress?(done * page, total * page) }
        try into.execute("PRAGMA journal_mode = DELETE", doing: task)
        into.close()
        from.close()
    }

    /// Opening checks dictionary, journal and directory; the rest is SQLite's.
    private static func check(_ partial: String) throws(StoreError) {
        let copy = try EventStore(path: partial, mode: .readOnly)
        let query = try copy.database.prepare("PRAGMA integrity_check", doing: "check the copy")
        while try query.step() {
            let line = query.text(0)
            if line != "ok" { throw copy.corrupt(line) }
        }
        try copy.close()
    }
}

extension Database {
    /// Replaces everything by what another database holds, in steps of 1 MiB.
    func copy(
        _ source: Database, doing task: String, progress: (Int64, Int64) -> Void
    ) throws(StoreError) {
        guard let backup = sqlite3_backup_init(handle, "main", source.handle, "main") else {
            throw failure(sqlite3_errcode(handle), doing: task)
        }
        var status = SQLITE_OK
        while status == SQLITE_OK {
            status = sqlite3_backup_step(backup, 64)
            let total = Int64(sqlite3_backup_pagecount(backup))
            progress(total - Int64(sqlite3_backup_remaining(backup)), total)
        }
        let finish = sqlite3_backup_finish(backup)
        guard status == SQLITE_DONE else { throw failure(status, doing: task) }
        guard finish == SQLITE_OK else { throw failure(finish, doing: task) }
    }
}
