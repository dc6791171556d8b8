internal import Glibc

/// Turns the paths of a command line into inputs.
public enum InputSet {
    /// Resolves files, directories, patterns and `-`, in the order given.
    ///
    /// A directory stands for every regular file below it in bytewise order of their paths; names
    /// that start with a dot are passed over, linked files count, linked directories are not
    /// entered. A pattern is what `glob(7)` says, unless a file of that very name exists. A file
    /// that is named twice, by whatever path, is read once, at its first place.
    ///
    /// - Throws: ``IntakeError/missing(path:)``, ``IntakeError/noMatch(pattern:)`` or
    ///   ``IntakeError/unreadable(path:reason:)``.
    public static func resolve(paths: [String]) throws(IntakeError) -> [Input] {
        var resolver = Resolver()
        for path in paths { try resolver.add(path) }
        return resolver.inputs
    }
}

private struct Resolver {
    struct FileIdentity: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    var inputs: [Input] = []
    var seen: Set<FileIdentity> = []
    var tookStandardInput = false

    mutating func add(_ path: String) throws(IntakeError) {
        if path == "-" {
            if !tookStandardInput { inputs.append(.standardInput) }
            tookStandardInput = true
            return
        }
        if let status = try Self.status(path) {
            try add(path, status)
            return
        }
        guard path.utf8.contains(where: { $0 == 0x2A || $0 == 0x3F || $0 == 0x5B }) else {
            throw .missing(path: path)
        }
        let matches = Self.matches(path)
        if matches.isEmpty { throw .noMatch(pattern: path) }
        for match in matches {
            if let status = try Self.status(match) { try add(match, status) }
        }
    }

    private mutating func add(_ path: String, _ status: stat) throws(IntakeError) {
        guard status.st_mode & S_IFMT == S_IFDIR else {
            try addFile(path, status)
            return
        }
        let files = try Self.files(below: path)
        if files.isEmpty { throw .noMatch(pattern: path) }
        for file in files { try addFile(file.path, file.status) }
    }

    private mutating func addFile(_ path: String, _ status: stat) throws(IntakeError) {
        guard access(path, R_OK) == 0 else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        let identity = FileIdentity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        guard seen.insert(identity).inserted else { return }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        inputs.append(Input(name: path, size: isRegular ? Int64(status.st_size) : nil))
    }

    /// Nil when nothing is there.
    private static func status(_ path: String) throws(IntakeError) -> stat? {
        var status = stat()
        if stat(path, &status) == 0 { return status }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }

    private static func matches(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, GLOB_NOSORT, nil, &found) == 0 else { return [] }
        let paths = (0..<Int(found.gl_pathc)).compactMap { index in
            found.gl_pathv[index].map { String(cString: $0) }
        }
        return paths.sorted(by: bytewise)
    }

    private static func files(
        below root: String
    ) throws(IntakeError) -> [(path: String, status: stat)] {
        var pending = [root]
        var files: [(path: String, status: stat)] = []
        while let directory = pending.popLast() {
            for name in try names(in: directory) {
                let path = directory.utf8.last == 0x2F ? directory + name : directory + "/" + name
                var status = stat()
                guard lstat(path, &status) == 0 else { continue }
                if status.st_mode & S_IFMT == S_IFDIR {
                    pending.append(path)
                    continue
                }
                // Follows links, so that directories of links to log files work.
                guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
                files.append((path, status))
            }
        }
        return files.sorted { bytewise($0.path, $1.path) }
    }

    private static func names(in directory: String) throws(IntakeError) -> [String] {
        guard let handle = opendir(directory) else {
            throw .unreadable(path: directory, reason: String(cString: strerror(errno)))
        }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if name.utf8.first != 0x2E { names.append(name) }
        }
        return names
    }

    private static func bytewise(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
