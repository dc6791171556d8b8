internal import COpenSSL
internal import Glibc

/// Why there is no fingerprint key; an error of configuration (exit status 78).
public enum KeyFileError: Error, Equatable, Sendable {
    case unreadable(path: String, reason: String)
    case tooShort(path: String)
    case tooLong(path: String)
    case worldWritable(path: String)
    case notCreated(path: String, reason: String)
    case noHome

    /// What could not be done, why, and what to do.
    public var message: String {
        switch self {
        case .unreadable(let path, let reason): "cannot read the key file \(path): \(reason)"
        case .tooShort(let path):
            "the key file \(path) holds fewer than 32 bytes; 64 hexadecimal digits, base64 or raw"
        case .tooLong(let path): "the key file \(path) holds more than 4096 bytes; it is no key"
        case .worldWritable(let path):
            "anybody may write the key file \(path); run: chmod 600 \(path)"
        case .notCreated(let path, let reason):
            "cannot make the key file \(path): \(reason); name one with --key-file"
        case .noHome:
            "there is no place for a key: neither XDG_STATE_HOME nor HOME is an absolute path;"
                + " name a key file with --key-file"
        }
    }
}

/// Finds the fingerprint key on disk, or makes it on first use.
public enum KeyFile {
    /// A key, and what people should be told about it.
    public struct Loaded: Sendable {
        public var key: FingerprintKey
        public var path: String
        public var wasCreated: Bool
        /// A weakness that does not stop the work, as one line; nil if there is none.
        public var notice: String?
    }

    private static let maximumBytes = 4096

    /// Loads the key from `explicitPath`, else from `GRANTRAIL_KEY_FILE`, else from
    /// `$XDG_STATE_HOME/grantrail/key` (`$HOME/.local/state/grantrail/key`), which is made with
    /// 32 random bytes and mode 0600 if it is not there. Named files are never made.
    ///
    /// - Parameter environment: reads one variable.
    /// - Throws: ``KeyFileError``.
    public static func load(
        explicitPath: String?, environment: (String) -> String?
    ) throws(KeyFileError) -> Loaded {
        let named = explicitPath ?? environment("GRANTRAIL_KEY_FILE").flatMap(nonEmpty)
        if let named { return try read(named, wasCreated: false) }
        let state = environment("XDG_STATE_HOME").flatMap(absolute)
        let home = environment("HOME").flatMap(absolute).map { $0 + "/.local/state" }
        guard let base = state ?? home else { throw .noHome }
        let directory = base + "/grantrail"
        let path = directory + "/key"
        if access(path, F_OK) == 0 { return try read(path, wasCreated: false) }
        let wasCreated = try create(path, in: directory)
        return try read(path, wasCreated: wasCreated)
    }

    private static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }

    private static func absolute(_ path: String) -> String? {
        path.utf8.first == 0x2F ? path : nil
    }

    private static var reason: String { String(cString: strerror(errno)) }

    private static func read(_ path: String, wasCreated: Bool) throws(KeyFileError) -> Loaded {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: reason) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .unreadable(path: path, reason: reason)
        }
        if status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o002 != 0 {
            throw .worldWritable(path: path)
        }
        var content = try readAll(descriptor, path)
        defer { wipe(&content) }
        guard let key = FingerprintKey(fileContent: content) else { throw .tooShort(path: path) }
        let isOpen = status.st_mode & S_IFMT == S_IFREG && status.st_mode & 0o077 != 0
        let notice = "others than its owner may use the key file \(path); run: chmod 600 \(path)"
        return Loaded(
            key: key, path: path, wasCreated: wasCreated, notice: isOpen ? notice : nil)
    }

    private static func readAll(
        _ descriptor: Int32, _ path: String
    ) throws(KeyFileError) -> [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(maximumBytes + 1)
        var piece = [UInt8](repeating: 0, count: maximumBytes + 1)
        defer { wipe(&piece) }
        while content.count <= maximumBytes {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            if count < 0 {
                let why = reason
                wipe(&content)
                throw .unreadable(path: path, reason: why)
            }
            if count == 0 { return content }
            content.append(contentsOf: piece[..<min(count, maximumBytes + 1 - content.count)])
        }
        wipe(&content)
        throw .tooLong(path: path)
    }

    /// Writes a whole new key beside its place and links it there, so that of two processes that
    /// race one wins and both read the same key.
    ///
    /// - Returns: whether this process won.
    private static func create(
        _ path: String, in directory: String
    ) throws(KeyFileError) -> Bool {
        try makeDirectories(directory)
        var random = [UInt8](repeating: 0, count: 32)
        defer { wipe(&random) }
        guard RAND_priv_bytes(&random, 32) == 1 else {
            throw .notCreated(path: path, reason: "no random bytes")
        }
        var content: [UInt8] = []
        content.reserveCapacity(65)
        for byte in random {
            content.append(Hexadecimal.digit(byte >> 4))
            content.append(Hexadecimal.digit(byte & 15))
        }
        content.append(0x0A)
        defer { wipe(&content) }
        let temporary = "\(path).\(getpid()).\(UInt64.random(in: 0 ... .max))"
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notCreated(path: path, reason: reason) }
        defer { unlink(temporary) }
        let isWritten =
            Glibc.write(descriptor, content, content.count) == content.count
            && fsync(descriptor) == 0
        let why = reason
        close(descriptor)
        guard isWritten else { throw .notCreated(path: path, reason: why) }
        if link(temporary, path) == 0 {
            synchronise(directory)
            return true
        }
        if errno == EEXIST { return false }
        throw .notCreated(path: path, reason: reason)
    }

    private static func makeDirectories(_ directory: String) throws(KeyFileError) {
        var path = ""
        for name in directory.split(separator: "/") {
            path += "/" + name
            if mkdir(path, 0o700) == 0 || errno == EEXIST { continue }
            if access(path, F_OK) != 0 { throw .notCreated(path: path, reason: reason) }
        }
    }

    /// Makes the new name as durable as the bytes.
    private static func synchronise(_ directory: String) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { return }
        fsync(descriptor)
        close(descriptor)
    }
}
