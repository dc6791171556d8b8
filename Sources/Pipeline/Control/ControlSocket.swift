internal import Foundation

/// A Unix socket at a path that may be no longer than the kernel takes.
struct ControlSocket {
    static let mostBytes = 64 << 10

    private static func address(_ path: String) throws(ControlError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < room, !bytes.contains(0) else {
            throw ControlError(
                .unusable,
                "cannot use the control socket \(path): its path is longer than \(room - 1) bytes; "
                    + "name a shorter one with control.socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(ControlError) -> Int32 {
        var address = try address(path)
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func make() -> Int32 {
        socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }

    /// Connects; -1 when nobody listens.
    ///
    /// - Throws: `control.forbidden` when this user may not.
    static func connect(_ path: String) throws(ControlError) -> Int32 {
        let descriptor = make()
        guard descriptor >= 0 else { return -1 }
        if try withAddress(path, { Foundation.connect(descriptor, $0, $1) }) == 0 {
            setTimeouts(descriptor, seconds: 60)
            return descriptor
        }
        let isForbidden = errno == EACCES || errno == EPERM
        close(descriptor)
        guard isForbidden else { return -1 }
        throw ControlError(
            .forbidden,
            "cannot reach the service at \(path): \(ControlPeer.own) may not connect; members of "
                + "control.group may, where they may enter its directory")
    }

    /// Listens at a path, at which nobody else may listen; what is left of a dead process goes.
    ///
    /// - Parameter group: whose members may connect; nil for the owner alone.
    static func listen(_ path: String, group: UInt32? = nil) throws(ControlError) -> Int32 {
        let other = try connect(path)
        if other >= 0 {
            close(other)
            throw ControlError(
                .taken,
                "cannot listen at \(path): another process does; stop it or name another path with "
                    + "control.socket")
        }
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
        let descriptor = make()
        let mask = umask(0o177)
        let bound = try withAddress(path) { bind(descriptor, $0, $1) }
        umask(mask)
        var error = descriptor < 0 || bound != 0 ? errno : 0
        // Before anybody can connect, and the group before the mode that lets its members in.
        if error == 0, let group, !share(path, with: group) {
            error = errno
            close(descriptor)
            unlink(path)
            throw ControlError(
                .group,
                "cannot let group \(group) use \(path): \(String(cString: strerror(error))); the "
                    + "service's user must be a member of it, or its directory belong to it with "
                    + "mode 2750")
        }
        if error == 0, Foundation.listen(descriptor, 8) != 0 { error = errno }
        if error == 0 { return descriptor }
        if descriptor >= 0 { close(descriptor) }
        throw ControlError(
            .unusable,
            "cannot listen at \(path): \(String(cString: strerror(error))); name another path with "
                + "control.socket")
    }

    /// Lets members of a group connect. A socket that has the group is not given to it, which some
    /// sandboxes forbid.
    private static func share(_ path: String, with group: UInt32) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        return (status.st_gid == group || chown(path, .max, group) == 0) && chmod(path, 0o660) == 0
    }

    static func setTimeouts(_ descriptor: Int32, seconds: Int) {
        var time = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
    }

    /// One line without its end; nil when the peer sent none in time.
    static func readLine(_ descriptor: Int32) -> [UInt8]? {
        var line: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while line.count < mostBytes {
            let count = recv(descriptor, &piece, piece.count, 0)
            if count <= 0 { return nil }
            if let end = piece[..<count].firstIndex(of: 0x0A) { return line + piece[..<end] }
            line += piece[..<count]
        }
        return nil
    }

    static func write(_ descriptor: Int32, _ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            sent += count
        }
    }
}
