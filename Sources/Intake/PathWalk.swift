internal import Glibc

/// One file, by whatever path.
struct FileIdentity: Hashable {
    /// No file.
    static let none = FileIdentity(device: 0, inode: 0)

    var device: UInt64
    var inode: UInt64

    init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}

/// Looking at directories.
enum PathWalk {
    /// Nil when nothing is there.
    static func status(_ path: String) throws(IntakeError) -> stat? {
        var status = stat()
        if stat(path, &status) == 0 { return status }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw .unreadable(path: path, reason: String(cString: strerror(errno)))
    }

    /// What `glob(7)` finds, in bytewise order.
    static func matches(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, GLOB_NOSORT, nil, &found) == 0 else { return [] }
        let paths = (0..<Int(found.gl_pathc)).compactMap { index in
            found.gl_pathv[index].map { String(cString: $0) }
        }
        return paths.sorted(by: bytewise)
    }

    /// What a directory holds, without names that start with a dot.
    static func names(in directory: String) throws(IntakeError) -> [String] {
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

    static func bytewise(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// Whether a path holds a character that has a meaning in patterns.
    static func isPattern(_ path: String) -> Bool {
        path.utf8.contains { $0 == 0x2A || $0 == 0x3F || $0 == 0x5B }
    }

    static func join(_ directory: String, _ name: String) -> String {
        directory.utf8.last == 0x2F ? directory + name : directory + "/" + name
    }

    /// The directory and the last name of a path; `.` where the path has no directory.
    static func split(_ path: String) -> (directory: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: 0x2F) else { return (".", path) }
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        return (directory, String(path[path.utf8.index(after: slash)...]))
    }
}
