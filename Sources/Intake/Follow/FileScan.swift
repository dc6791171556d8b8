internal import Glibc

/// A file that a scan found.
struct FoundFile {
    var identity: FileIdentity
    /// Every path by which it was found; the first one names it.
    var paths: [String]
    var size: Int64
    /// When it was modified, nanoseconds UTC.
    var modified: Int64
    /// Whether a pattern names it; otherwise it only looks like a rotated file of one.
    var isWanted: Bool
}

/// One look at everything that patterns name.
struct FileScan {
    private(set) var files: [FileIdentity: FoundFile] = [:]
    /// Directories in which changes matter.
    private(set) var directories: Set<String> = []
    /// Paths that should be there and are not.
    private(set) var missing: [String] = []
    /// Paths that could not be looked at, and why.
    private(set) var unreadable: [String: String] = [:]

    init(_ patterns: [String]) {
        for pattern in patterns { add(pattern) }
        for pattern in patterns { addRotated(pattern) }
    }

    private mutating func add(_ pattern: String) {
        var status = stat()
        if stat(pattern, &status) == 0 {
            if status.st_mode & S_IFMT == S_IFDIR {
                addDirectory(pattern)
            } else {
                addFile(pattern, status, isWanted: true)
                watchDirectory(of: pattern)
            }
            return
        }
        let failure = errno
        watchDirectory(of: pattern)
        if failure != ENOENT && failure != ENOTDIR {
            unreadable[pattern] = String(cString: strerror(failure))
        } else if PathWalk.isPattern(pattern) {
            addMatches(pattern)
        } else {
            missing.append(pattern)
        }
    }

    private mutating func addMatches(_ pattern: String) {
        let directory = PathWalk.split(pattern).directory
        if !PathWalk.isPattern(directory), access(directory, F_OK) != 0 {
            missing.append(directory)
            return
        }
        for match in PathWalk.matches(pattern) {
            var status = stat()
            guard stat(match, &status) == 0 else { continue }
            if status.st_mode & S_IFMT == S_IFDIR {
                addDirectory(match)
            } else {
                addFile(match, status, isWanted: true)
            }
        }
    }

    private mutating func addDirectory(_ root: String) {
        var pending = [root]
        while let directory = pending.popLast() {
            directories.insert(directory)
            let names: [String]
            do throws(IntakeError) {
                names = try PathWalk.names(in: directory)
            } catch {
                if access(directory, F_OK) == 0 { unreadable[directory] = error.message }
                continue
            }
            for name in names.sorted(by: PathWalk.bytewise) {
                let path = PathWalk.join(directory, name)
                var status = stat()
                guard lstat(path, &status) == 0 else { continue }
                if status.st_mode & S_IFMT == S_IFDIR {
                    pending.append(path)
                } else if stat(path, &status) == 0 {
                    addFile(path, status, isWanted: true)
                }
            }
        }
    }

    /// Adds files beside a wanted one whose names go on where its name ends: `a.log.1`.
    private mutating func addRotated(_ pattern: String) {
        var status = stat()
        if stat(pattern, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { return }
        if PathWalk.isPattern(pattern) {
            for match in PathWalk.matches(pattern + "?*") where stat(match, &status) == 0 {
                addFile(match, status, isWanted: false)
            }
            return
        }
        let (directory, name) = PathWalk.split(pattern)
        guard let names = try? PathWalk.names(in: directory) else { return }
        for other in names where other.utf8.count > name.utf8.count && other.hasPrefix(name) {
            let path = PathWalk.join(directory, other)
            if stat(path, &status) == 0 { addFile(path, status, isWanted: false) }
        }
    }

    private mutating func addFile(_ path: String, _ status: stat, isWanted: Bool) {
        guard status.st_mode & S_IFMT == S_IFREG else { return }
        if isWanted { watchTarget(of: path) }
        let identity = FileIdentity(status)
        if files[identity] != nil {
            files[identity]?.paths.append(path)
            return
        }
        files[identity] = FoundFile(
            identity: identity, paths: [path], size: Int64(status.st_size),
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec),
            isWanted: isWanted)
    }

    /// A file that a link points to changes in its own directory.
    private mutating func watchTarget(of path: String) {
        directories.insert(PathWalk.split(path).directory)
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK,
            let resolved = realpath(path, nil)
        else { return }
        directories.insert(PathWalk.split(String(cString: resolved)).directory)
        free(resolved)
    }

    private mutating func watchDirectory(of pattern: String) {
        let directory = PathWalk.split(pattern).directory
        guard PathWalk.isPattern(directory) else {
            directories.insert(directory)
            return
        }
        for match in PathWalk.matches(directory) { directories.insert(match) }
        watchDirectory(of: directory)
    }
}
