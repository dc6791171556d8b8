internal import AuditModel
internal import CCurl

/// What libcurl's callbacks see of one request. Used by the thread that sends alone.
final class CurlExchange {
    /// Bytes of headers, and of a body, that are read at most.
    static let mostBytes = 64 << 10

    private let allowPrivate: Bool
    private let flag: AbandonFlag
    private var headerBytes = 0
    private var bodyBytes = 0
    /// Whether the headers of the last answer, which is no interim one, came wholly.
    private(set) var isAnswered = false
    private var status = 0
    /// The header's value.
    private(set) var retryAfter: String?
    /// Why the last address was not connected to.
    private(set) var refusal: String?

    init(_ request: HookRequest, _ flag: AbandonFlag) {
        allowPrivate = request.allowPrivate
        self.flag = flag
    }

    /// The exchange behind a pointer that libcurl passes on.
    static func of(_ context: UnsafeMutableRawPointer?) -> CurlExchange? {
        context.map { Unmanaged<CurlExchange>.fromOpaque($0).takeUnretainedValue() }
    }

    /// The final status; nil if none came.
    var finalStatus: Int? { isAnswered ? status : nil }

    var isAbandoned: Bool { flag.isRaised }

    /// Opens a socket to the address that libcurl is about to connect to, after the name was
    /// resolved: a name that changes its address between check and use gains nothing.
    func open(_ address: UnsafeMutablePointer<curl_sockaddr>?) -> curl_socket_t {
        let refused: curl_socket_t = -1
        guard let address else { return refused }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard grantrail_curl_address(address, &bytes) else {
            refusal = "its address is neither IPv4 nor IPv6"
            return refused
        }
        let place = bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { IPAddress(bits: ID128(bigEndianBytes: $0)) } ?? .none
        }
        if !allowPrivate, let kind = AddressGuard.refusal(of: place) {
            refusal = "\(place.isNone ? "::" : place.text) is \(kind)"
            return refused
        }
        return grantrail_curl_open(address)
    }

    /// Takes one line of headers.
    ///
    /// - Returns: how many bytes were taken; fewer than came break off.
    func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
        headerBytes += bytes.count
        if headerBytes > Self.mostBytes { return 0 }
        if isAnswered { return bytes.count }
        if bytes.starts(with: "HTTP/".utf8) {
            status = Self.status(bytes)
            retryAfter = nil
        } else if bytes.first == 0x0D || bytes.first == 0x0A {
            isAnswered = status >= 200
        } else if bytes.count <= 256, Self.isRetryAfter(bytes) {
            retryAfter = String(decoding: bytes.dropFirst(12), as: UTF8.self)
        }
        return bytes.count
    }

    /// Drops a piece of the body.
    func takeBody(_ count: Int) -> Int {
        bodyBytes += count
        return bodyBytes > Self.mostBytes ? 0 : count
    }

    /// The number in `HTTP/1.1 204 No Content`; 0 if there is none.
    private static func status(_ line: UnsafeRawBufferPointer) -> Int {
        let digits = line.drop { $0 != 0x20 }.drop { $0 == 0x20 }.prefix { $0 &- 0x30 < 10 }
        guard digits.count == 3 else { return 0 }
        return digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }

    private static func isRetryAfter(_ line: UnsafeRawBufferPointer) -> Bool {
        let name = "retry-after:".utf8
        return line.count > name.count && zip(line, name).allSatisfy { byte, expected in
            let isCapital = (0x41...0x5A).contains(byte)
            return (isCapital ? byte | 0x20 : byte) == expected
        }
    }
}
