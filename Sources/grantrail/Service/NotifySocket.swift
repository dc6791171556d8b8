import Foundation

/// The datagram socket at which a supervisor such as systemd hears how a service fares
/// (sd_notify(3)).
struct NotifySocket: Sendable {
    private let descriptor: Int32
    private let address: sockaddr_un
    private let size: socklen_t

    /// Nil without a supervisor that listens.
    ///
    /// - Parameter name: `NOTIFY_SOCKET`: a path, or `@` and a name in the abstract namespace.
    init?(_ name: String?) {
        guard let bytes = name.map({ Array($0.utf8) }), let first = bytes.first,
            first == UInt8(ascii: "/") || first == UInt8(ascii: "@"), bytes.count > 1
        else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.contains(0)
        else { return nil }
        let isAbstract = first == UInt8(ascii: "@")
        withUnsafeMutableBytes(of: &address.sun_path) { path in
            path.copyBytes(from: bytes)
            if isAbstract { path[0] = 0 }
        }
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        // A supervisor that is busy is waited for a little, because it must hear of readiness.
        var time = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        self.descriptor = descriptor
        self.address = address
        // A name in the abstract namespace has no end but its length.
        let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        size = socklen_t(start + bytes.count + (isAbstract ? 0 : 1))
    }

    /// Sends one message; one that nobody takes is lost.
    ///
    /// - Parameter lines: `NAME=value` each, without line ends.
    func send(_ lines: [String]) {
        let bytes = Array(lines.joined(separator: "\n").utf8)
        var address = address
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, size)
            }
        }
    }
}
