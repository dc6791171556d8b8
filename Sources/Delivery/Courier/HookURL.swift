internal import AuditModel

/// Where a hook posts to: an absolute `https` URL, or `http` where that is allowed.
///
/// Strict on purpose, so that no two readers of the URL can differ: printable ASCII, no user
/// information, no fragment, no escapes in the host.
public struct HookURL: Sendable, Equatable, CustomStringConvertible {
    /// The most bytes of a URL.
    public static let mostBytes = 2048

    /// As written. Path and query may hold secrets of the receiver: never shown.
    public let text: String
    public let isSecure: Bool
    /// The host's name, or its address without brackets.
    public let host: String
    /// Nil when none is written.
    public let port: UInt16?

    /// What may be shown: no path and no query.
    public var description: String {
        let shown = host.utf8.contains(0x3A) ? "[\(host)]" : host
        return (isSecure ? "https://" : "http://") + shown + (port.map { ":\($0)" } ?? "")
    }

    /// - Parameter allowHTTP: whether it need not be encrypted.
    public init(_ text: String, allowHTTP: Bool) throws(HookError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.mostBytes else {
            throw Self.fault("it is longer than \(Self.mostBytes) bytes; use a shorter one")
        }
        guard bytes.allSatisfy(Self.isPlain) else {
            throw Self.fault(
                "it has characters that must be written as %XX, or in Punycode in the host")
        }
        guard let colon = bytes.firstIndex(of: 0x3A), bytes[colon...].starts(with: "://".utf8)
        else { throw Self.fault("it is not absolute; write https://HOST/PATH") }
        switch String(decoding: bytes[..<colon], as: UTF8.self).lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: throw Self.fault("its scheme is not https; write https://HOST/PATH")
        }
        if !isSecure, !allowHTTP {
            throw HookError(
                .insecure, "cannot use the URL: alerts would cross the network unencrypted; "
                    + "write https://, or set allow_http")
        }
        if bytes.contains(0x23) {
            throw Self.fault("it has a fragment; leave out what begins at #")
        }
        let authority = bytes[(colon + 3)...].prefix { $0 != 0x2F && $0 != 0x3F }
        (host, port) = try Self.place(authority)
        self.text = text
    }

    private static func place(
        _ authority: ArraySlice<UInt8>
    ) throws(HookError) -> (String, UInt16?) {
        if authority.contains(0x40) {
            throw fault("it names a user or a password; leave out what stands before @")
        }
        let host: ArraySlice<UInt8>
        let rest: ArraySlice<UInt8>
        if authority.first == 0x5B {
            host = authority.dropFirst().prefix { $0 != 0x5D }
            rest = authority.dropFirst(host.count + 2)
            let isClosed = authority.count >= host.count + 2
            let address = IPAddress(String(decoding: host, as: UTF8.self))
            guard isClosed, let address, host.contains(0x3A), !address.isNone else {
                throw fault("what stands in brackets is no IPv6 address")
            }
        } else {
            host = authority.prefix { $0 != 0x3A }
            rest = authority.dropFirst(host.count)
            guard !host.isEmpty, host.count <= 253, host.allSatisfy(isHostByte) else {
                throw fault("its host is missing or no host name")
            }
        }
        return (String(decoding: host, as: UTF8.self), try port(rest))
    }

    private static func port(_ text: ArraySlice<UInt8>) throws(HookError) -> UInt16? {
        guard let first = text.first else { return nil }
        let digits = text.dropFirst()
        guard first == 0x3A, (1...5).contains(digits.count),
            digits.allSatisfy({ $0 &- 0x30 < 10 }),
            let port = UInt16(String(decoding: digits, as: UTF8.self)), port > 0
        else { throw fault("its port is no number from 1 to 65535") }
        return port
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x3C, 0x3E, 0x5C, 0x5E, 0x60, 0x7B...0x7D: false
        case 0x21...0x7E: true
        default: false
        }
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    private static func fault(_ why: String) -> HookError {
        HookError(.url, "cannot use the URL: " + why)
    }
}
