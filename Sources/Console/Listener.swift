internal import Foundation

/// The socket at which clients knock.
struct Listener {
    let descriptor: Int32
    /// The port, also when any was asked for.
    let port: Int

    /// - Parameter port: 0 for any that is free.
    init(host: String, port: Int) throws(ConsoleError) {
        let place = Self.place(host, port)
        var hints = addrinfo()
        hints.ai_flags = Int32(AI_PASSIVE) | Int32(AI_NUMERICSERV)
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        defer { if list != nil { freeaddrinfo(list) } }
        guard status == 0, let first = list else {
            throw ConsoleError(
                code: .address,
                message: "cannot listen at \(place): \(String(cString: gai_strerror(status))); "
                    + "name an address of this machine with http.listen")
        }
        var failure: Int32 = 0
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let entry = next {
            if let made = Self.open(entry.pointee, &failure) {
                descriptor = made
                self.port = Self.port(of: made) ?? port
                return
            }
            next = entry.pointee.ai_next
        }
        throw Self.error(failure, at: place)
    }

    /// `host:port`, an IPv6 address in brackets.
    static func place(_ host: String, _ port: Int) -> String {
        "\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    private static func open(_ entry: addrinfo, _ failure: inout Int32) -> Int32? {
        let descriptor = socket(
            entry.ai_family, entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), entry.ai_protocol)
        guard descriptor >= 0 else {
            failure = errno
            return nil
        }
        // Connections of a process that ended must not keep the next one from its port; a process
        // that listens still does.
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size)
        if bind(descriptor, entry.ai_addr, entry.ai_addrlen) == 0, listen(descriptor, 64) == 0 {
            return descriptor
        }
        failure = errno
        close(descriptor)
        return nil
    }

    private static func port(of descriptor: Int32) -> Int? {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                getsockname(descriptor, $0, &size)
            }
        }
        guard status == 0 else { return nil }
        // IPv4 and IPv6 have the port at the same place.
        return withUnsafeBytes(of: &address) { Int($0[2]) << 8 | Int($0[3]) }
    }

    private static func error(_ number: Int32, at place: String) -> ConsoleError {
        let reason = String(cString: strerror(number))
        let (code, remedy): (ConsoleError.Code, String) =
            switch number {
            case EADDRINUSE:
                (.portTaken, "another process listens there; stop it, or name another port with "
                    + "http.listen")
            case EACCES: (.forbidden, "name a port above 1023 with http.listen")
            case EADDRNOTAVAIL:
                (.address, "name an address of this machine with http.listen")
            default: (.failed, "name another address with http.listen")
            }
        return ConsoleError(
            code: code, message: "cannot listen at \(place): \(reason); \(remedy)")
    }
}
