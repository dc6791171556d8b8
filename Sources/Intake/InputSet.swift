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
    var inputs: [Input] = []
    var seen: Set<FileIdentity> = []
    var tookStandardInput = false

    mutating func add(_ path: String) throws(IntakeError) {
        if path == "-" {
            if !tookStandardInput { inputs.append(.standardInput) }
            tookStandardInput = true
            return
        }
        if let status = try PathWalk.status(path) {
            try add(path, status)
            return
        }
        guard PathWalk.isPattern(path) else {
            throw .missing(path: path)
        }
        let matches = PathWalk.matches(path)
        if matches.isEmpty { throw .noMatch(pattern: path) }
        for match in matches {
            if let status = try PathWalk.status(match) { try add(match, status) }
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
        let identity = FileIdentity(status)
        guard seen.insert(identity).inserted else { return }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        inputs.append(Input(name: path, size: isRegular ? Int64(status.st_size) : nil))
    }

    private static func files(
        below root: String
    ) throws(IntakeError) -> [(path: String, status: stat)] {
        var pending = [root]
        var files: [(path: String, status: stat)] = []
        while let directory = pending.popLast() {
            for name in try PathWalk.names(in: directory) {
                let path = PathWalk.join(directory, name)
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
        return files.sorted { PathWalk.bytewise($0.path, $1.path) }
    }
}
