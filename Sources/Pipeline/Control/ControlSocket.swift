internal import Foundation

/// Why a control socket could not be used.
public struct ControlError: Error, Sendable {
    /// What could not be done: why; what to do.
    public var message: String
    /// 69 when nobody listens, 78 when the socket cannot be made.
    public var exitStatus: Int32
    /// Whether nobody listens at the socket.
    public var isNobodyThere = false
}

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
                message: "cannot use the control socket \(path): its path is longer than "
                    + "\(room - 1) bytes; name a shorter one with control.socket",
                exitStatus: 78)
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
    static func connect(_ path: String) throws(ControlError) -> Int32 {
        let descriptor = make()
        guard descriptor >= 0 else { return -1 }
        if try withAddress(path, { Foundation.connect(descriptor, $0, $1) }) == 0 {
            setTimeouts(descriptor, seconds: 60)
            return descriptor
        }
        close(descriptor)
        return -1
    }

    /// Listens at a path, at which nobody else may listen; what is left of a dead process goes.
    static func listen(_ path: String) throws(ControlError) -> Int32 {
        let other = try connect(path)
        if other >= 0 {
            close(other)
            throw ControlError(
                message: "cannot listen at \(path): another process does; stop it or name another "
                    + "path with control.socket", exitStatus: 78)
        }
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
        let descriptor = make()
        let mask = umask(0o177)
        let bound = try withAddress(path) { bind(descriptor, $0, $1) }
        umask(mask)
        guard descriptor >= 0, bound == 0, Foundation.listen(descriptor, 8) == 0 else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { close(descriptor) }
            throw ControlError(
                message: "cannot listen at \(path): \(reason); name another path with "
                    + "control.socket", exitStatus: 78)
        }
        return descriptor
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

/// Answers requests to a live run at a Unix socket that only its owner may connect to (mode 0600):
/// one line of text asks, one line of JSON answers.
public final class ControlServer: @unchecked Sendable {
    private let path: String
    private let descriptor: Int32
    private let answer: @Sendable (String) -> [UInt8]

    /// Listens at a path.
    ///
    /// - Parameter answer: gets a request such as `status`; gives one JSON value. Called on threads
    ///   of the server, one at a time.
    public init(
        path: String, answer: @escaping @Sendable (String) -> [UInt8]
    ) throws(ControlError) {
        self.path = path
        self.answer = answer
        descriptor = try ControlSocket.listen(path)
        let thread = Thread { [descriptor, answer] in Self.serve(descriptor, answer) }
        thread.name = "control"
        thread.start()
    }

    /// Listens no more and removes the socket.
    public func close() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        unlink(path)
    }

    private static func serve(_ descriptor: Int32, _ answer: (String) -> [UInt8]) {
        while true {
            let peer = accept(descriptor, nil, nil)
            if peer < 0 {
                if errno == EINTR || errno == ECONNABORTED { continue }
                Foundation.close(descriptor)
                return
            }
            // One that asks nothing must not keep the others waiting.
            ControlSocket.setTimeouts(peer, seconds: 2)
            if let line = ControlSocket.readLine(peer) {
                ControlSocket.write(peer, answer(String(decoding: line, as: UTF8.self)) + [0x0A])
            }
            Foundation.close(peer)
        }
    }
}

/// Asks a live run.
public enum ControlClient {
    /// Sends one request and waits for its answer.
    ///
    /// - Throws: ``ControlError`` when nobody answers.
    public static func ask(_ request: String, at path: String) throws(ControlError) -> [UInt8] {
        let descriptor = try ControlSocket.connect(path)
        guard descriptor >= 0 else {
            throw ControlError(
                message: "cannot reach a running service at \(path): nobody listens there; start "
                    + "`grantrail run`, or name its socket with --socket", exitStatus: 69,
                isNobodyThere: true)
        }
        defer { close(descriptor) }
        ControlSocket.write(descriptor, Array((request + "\n").utf8))
        guard let line = ControlSocket.readLine(descriptor) else {
            throw ControlError(
                message: "the service at \(path) did not answer in time; try again, or look at its "
                    + "log", exitStatus: 69)
        }
        return line
    }
}
