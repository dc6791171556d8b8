internal import CSQLite

/// Moves what was committed from the write-ahead log into the file on a thread of its own, so that
/// who appends need not wait for it.
///
/// The log begins anew only when all of it was moved and nothing came meanwhile, which a writer
/// that never pauses prevents. Once the log is long the writer itself therefore moves the little
/// that is left.
final class Checkpointer {
    /// Pages of the log from which it is worth moving: SQLite's own measure, 4 MB.
    private static let worthMoving: Int32 = 1_000
    /// Pages of the log from which the writer lends a hand: 64 MB.
    private static let long: Int32 = 16_384

    private let mover: Mover
    private let thread = SideThread()

    /// Takes the place of SQLite's own checkpoints after commits of a connection.
    init(of database: Database) {
        mover = Mover(path: database.path)
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            database.handle,
            { context, handle, _, pages in
                if let context {
                    Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue()
                        .committed(handle, pages: pages)
                }
                return SQLITE_OK
            }, context)
    }

    /// Ends the thread once it has done what it is at.
    func stop() { thread.stop() }

    private func committed(_ handle: OpaquePointer?, pages: Int32) {
        if pages >= Self.long {
            // While the other thread is at it this does nothing, and the next commit tries again.
            sqlite3_wal_checkpoint_v2(handle, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
        } else if pages >= Self.worthMoving, thread.isIdle {
            thread.add { [mover] in mover.move() }
        }
    }

    /// A second connection, used by one thread only.
    private final class Mover: @unchecked Sendable {
        private let path: String
        private var database: Database?

        init(path: String) { self.path = path }

        /// What fails here fails again where the writer does it, or does not matter: everything
        /// that was committed is in the log.
        func move() {
            if database == nil { database = try? Database(path: path, isReadOnly: false) }
            _ = try? database?.execute("PRAGMA wal_checkpoint(PASSIVE)", doing: "move the log")
        }
    }
}
