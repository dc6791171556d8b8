internal import Foundation

/// A file that alerts are appended to, line by line, and that is put aside when it is large.
///
/// What was appended is on the disk. The file may be moved away, truncated or removed meanwhile:
/// the next lines go to whatever has its name. From any thread.
public final class FileSink: @unchecked Sendable {
    /// Where a sink writes, and how much.
    public struct Settings: Sendable, Equatable {
        public var path: String
        /// Bytes beyond which the file does not grow before it is put aside; 0 for never. Lines
        /// appended together stay together, whatever their size.
        public var rotate: Int64
        /// Files put aside that are kept, from `path.1`, the newest.
        public var keep: Int

        public init(path: String, rotate: Int64, keep: Int) {
            self.path = path
            self.rotate = rotate
            self.keep = max(1, keep)
        }
    }

    /// As the system call.
    typealias Write = @Sendable (Int32, UnsafeRawBufferPointer) -> Int

    private let settings: Settings
    private let write: Write
    private let lock = NSLock()
    private var descriptor: Int32 = -1

    /// Nothing is opened before the first lines.
    public convenience init(_ settings: Settings) {
        self.init(settings) { Foundation.write($0, $1.baseAddress, $1.count) }
    }

    init(_ settings: Settings, write: @escaping Write) {
        self.settings = settings
        self.write = write
    }

    deinit { letGo() }

    /// Appends lines, all or none.
    ///
    /// - Parameter lines: whole ones, each with its line end.
    public func append(_ lines: [UInt8]) throws(FileSinkError) {
        if lines.isEmpty { return }
        lock.lock()
        defer { lock.unlock() }
        if !isAtItsPlace { letGo() }
        if descriptor < 0 { try open() }
        var size = try size()
        if settings.rotate > 0, size > 0, size > settings.rotate - Int64(lines.count) {
            try rotate()
            size = 0
        }
        try put(lines, after: size)
    }

    /// Opens the file anew with the next lines.
    public func reopen() {
        lock.lock()
        letGo()
        lock.unlock()
    }

    // MARK: - Opening

    private func letGo() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    /// Whether the open file is still the one at the path.
    private var isAtItsPlace: Bool {
        guard descriptor >= 0 else { return false }
        var (ours, named) = (stat(), stat())
        return fstat(descriptor, &ours) == 0 && stat(settings.path, &named) == 0
            && ours.st_dev == named.st_dev && ours.st_ino == named.st_ino
    }

    private func open() throws(FileSinkError) {
        // A pipe without a reader must not hold the service up.
        let flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK
        let opened = Foundation.open(settings.path, flags, 0o600)
        guard opened >= 0 else { throw refusal(errno) }
        descriptor = opened
        do throws(FileSinkError) {
            var status = stat()
            guard fstat(opened, &status) == 0 else { throw refusal(errno) }
            guard status.st_mode & S_IFMT == S_IFREG else {
                throw FileSinkError(
                    .notAFile, "cannot write alerts to \(settings.path): it is no regular file; "
                        + "name another path")
            }
            guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
                throw FileSinkError(
                    .inUse, "cannot write alerts to \(settings.path): another process does; give "
                        + "each service a file of its own")
            }
            try endLastLine(Int64(status.st_size))
            syncDirectory()
        } catch {
            letGo()
            throw error
        }
    }

    /// The most bytes of a line that is taken for the rest of one of ours.
    private static let longestLine: Int64 = 1 << 20

    /// Deals with a last line that a crash cut off: one of ours is told again and goes, anything
    /// else gets its line end.
    private func endLastLine(_ size: Int64) throws(FileSinkError) {
        if size == 0 { return }
        let count = Int(min(size, Self.longestLine + 1))
        var tail = [UInt8](repeating: 0, count: count)
        let length = pread(descriptor, &tail, count, off_t(size - Int64(count)))
        guard length == count else { throw refusal(length < 0 ? errno : EIO) }
        if tail[count - 1] == 0x0A { return }
        let end = tail.lastIndex(of: 0x0A).map { $0 + 1 }
        guard let start = end ?? (Int64(count) == size ? 0 : nil), tail[start] == 0x7B else {
            return try put([0x0A], after: size)
        }
        guard ftruncate(descriptor, off_t(size - Int64(count - start))) == 0 else {
            throw refusal(errno)
        }
    }

    /// Makes the file's name as lasting as its lines.
    private func syncDirectory() {
        let directory = (settings.path as NSString).deletingLastPathComponent
        let opened = Foundation.open(
            directory.isEmpty ? "." : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard opened >= 0 else { return }
        fsync(opened)
        close(opened)
    }

    // MARK: - Writing

    private func size() throws(FileSinkError) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw refusal(errno) }
        return Int64(status.st_size)
    }

    /// - Parameter size: of the file, to which it is cut back if not all can be written.
    private func put(_ lines: [UInt8], after size: Int64) throws(FileSinkError) {
        var done = 0
        while done < lines.count {
            let count = lines[done...].withUnsafeBytes { write(descriptor, $0) }
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                throw takenBack(to: size, count == 0 ? EIO : errno)
            }
        }
        guard fdatasync(descriptor) == 0 else { throw takenBack(to: size, errno) }
    }

    private func takenBack(to size: Int64, _ reason: Int32) -> FileSinkError {
        // If even that fails, opening anew deals with the rest of a line.
        if ftruncate(descriptor, off_t(size)) != 0 { letGo() }
        return refusal(reason)
    }

    // MARK: - Rotation

    /// Puts the file aside as `path.1` after its forerunners, and opens a new one.
    private func rotate() throws(FileSinkError) {
        func aside(_ number: Int) -> String { "\(settings.path).\(number)" }
        func exists(_ path: String) -> Bool {
            var status = stat()
            return lstat(path, &status) == 0
        }
        // Those that fewer are kept of than there were.
        var extra = settings.keep + 1
        while unlink(aside(extra)) == 0 { extra += 1 }
        let free = (1..<settings.keep).first { !exists(aside($0)) } ?? settings.keep
        for number in stride(from: free, to: 1, by: -1) {
            guard rename(aside(number - 1), aside(number)) == 0 else { throw refusal(errno) }
        }
        guard rename(settings.path, aside(1)) == 0 else { throw refusal(errno) }
        letGo()
        try open()
    }

    private func refusal(_ number: Int32) -> FileSinkError {
        let (code, remedy): (FileSinkError.Code, String) =
            switch number {
            case ENOENT, ENOTDIR: (.missing, "make its directory, owned by the service's user")
            case EACCES, EPERM, EROFS: (.denied, "let the service's user write there")
            case EISDIR, ENXIO, ELOOP: (.notAFile, "name another path")
            case ENOSPC, EDQUOT, EFBIG: (.full, "make room; what is missing is written then")
            default: (.io, "look at the disk; what is missing is written when it is well")
            }
        let reason = String(cString: strerror(number))
        return FileSinkError(
            code, "cannot write alerts to \(settings.path): \(reason); \(remedy)")
    }
}
