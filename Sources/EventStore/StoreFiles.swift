internal import Glibc

/// What the store asks of the file system beside SQLite.
enum StoreFiles {
    static func isFull(_ systemError: Int32) -> Bool {
        systemError == ENOSPC || systemError == EDQUOT || systemError == EFBIG
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Whether two paths name one file.
    static func isSame(_ path: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        return stat(path, &first) == 0 && stat(other, &second) == 0
            && first.st_ino == second.st_ino && first.st_dev == second.st_dev
    }

    static func size(_ path: String) -> Int64 {
        var status = stat()
        return stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// Makes an empty file that only its owner may read, whatever the umask. A file that exists
    /// is left alone.
    static func create(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor < 0 {
            if errno == EEXIST { return }
            throw systemError("create the store \(path)")
        }
        fchmod(descriptor, 0o600)
        close(descriptor)
    }

    static func remove(_ path: String) { unlink(path) }

    /// Free bytes that this user may use in the file system of a path or its directory.
    static func freeBytes(_ path: String) -> Int64? {
        fileSystem(path).map { bytes(UInt64($0.f_bavail), $0) }
    }

    /// Bytes of the file system of a path or its directory.
    static func totalBytes(_ path: String) -> Int64? {
        fileSystem(path).map { bytes(UInt64($0.f_blocks), $0) }
    }

    private static func fileSystem(_ path: String) -> statvfs? {
        var status = statvfs()
        return statvfs(path, &status) == 0 || statvfs(directory(of: path), &status) == 0
            ? status : nil
    }

    private static func bytes(_ blocks: UInt64, _ status: statvfs) -> Int64 {
        let bytes = blocks.multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return bytes.overflow ? .max : Int64(clamping: bytes.partialValue)
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a file durable.
    static func sync(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw systemError("open \(path)") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw systemError("write \(path) to the disk") }
    }

    static func exists(already target: String) -> StoreError {
        StoreError(
            .exists,
            "cannot write \(target): the file exists; choose another name or allow to replace it")
    }

    /// Gives a file its final name, durably, and replaces what has it only if that is wanted.
    static func rename(
        _ path: String, to target: String, replacing: Bool
    ) throws(StoreError) {
        if !replacing, link(path, target) == 0 {
            unlink(path)
        } else if !replacing, errno == EEXIST {
            throw exists(already: target)
        } else if Glibc.rename(path, target) != 0 {
            // Also where the file system has no links; nothing had the name a moment ago.
            throw systemError("rename \(path) to \(target)")
        }
        try sync(directory(of: target))
    }

    static func systemError(_ task: String) -> StoreError {
        let code = errno
        let reason = String(cString: strerror(code))
        let advice = code == ENOENT ? "make its directory first" : "check the directory's rights"
        return StoreError(
            isFull(code) ? .diskFull : .io, "cannot \(task): \(reason); \(advice)")
    }

    /// Nanoseconds since 1970 by the system's clock.
    static func now() -> Int64 {
        var moment = timespec()
        clock_gettime(CLOCK_REALTIME, &moment)
        return Int64(moment.tv_sec) * 1_000_000_000 + Int64(moment.tv_nsec)
    }
}

/// Keeps a second writer out for as long as it lives: a lock on a file beside the store, which
/// the kernel gives up when the process dies. The store's own file cannot carry it, because
/// closing any descriptor of that file would drop SQLite's locks.
final class WriterLock {
    private let path: String
    private var descriptor: Int32 = -1

    init(store: String) throws(StoreError) {
        path = store + "-lock"
        for _ in 0..<16 {
            let opened = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard opened >= 0 else { throw StoreFiles.systemError("lock the store \(store)") }
            guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
                close(opened)
                throw StoreError(
                    .locked,
                    "cannot write to \(store): another process is writing to it; stop that process"
                        + " or use another store")
            }
            if Self.isSameFile(opened, path) {
                descriptor = opened
                return
            }
            // The last holder removed the file between our two calls.
            close(opened)
        }
        throw StoreError(
            .locked, "cannot write to \(store): its lock keeps changing hands; run again")
    }

    private static func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
        var held = stat()
        var named = stat()
        return fstat(descriptor, &held) == 0 && stat(path, &named) == 0
            && held.st_ino == named.st_ino && held.st_dev == named.st_dev
    }

    func release() {
        guard descriptor >= 0 else { return }
        unlink(path)
        close(descriptor)
        descriptor = -1
    }

    deinit { release() }
}
