internal import Synchronization
public import WireFormat

/// One attempt as it goes over the network.
public struct HookRequest: Sendable {
    public let url: WebhookURL
    /// Names in lower case; values are printable ASCII.
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]
    /// Nanoseconds it may take as a whole.
    public let timeout: Int64
    public let allowPrivate: Bool
    /// A PEM file with the authorities to trust in place of the system's.
    public let authorities: String?

    /// A message to a hook, signed with its secrets over the bytes that are sent.
    ///
    /// - Parameters:
    ///   - messageID: the `webhook-id`.
    ///   - time: of this attempt, nanoseconds UTC.
    ///   - version: of the program, for the `user-agent`.
    /// - Returns: nil if a header is none that can be sent, or if it cannot be signed.
    public init?(
        _ settings: HookSettings, messageID: String, rendered: RenderedBody, time: Int64,
        version: String
    ) {
        let timestamp = time / 1_000_000_000
        var headers = rendered.headers.filter { !Self.isOwn($0.name) }
        headers += [
            ("user-agent", "grantrail/\(version)"), ("webhook-id", messageID),
            ("webhook-timestamp", String(timestamp)),
        ]
        if !settings.secrets.isEmpty {
            guard
                let signature = WebhookSignature.header(
                    id: messageID, timestamp: timestamp, body: rendered.bytes,
                    secrets: settings.secrets)
            else { return nil }
            headers.append(("webhook-signature", signature))
        }
        guard headers.count <= 64, headers.allSatisfy({ Self.isSendable($0.name, $0.value) })
        else { return nil }
        url = settings.url
        self.headers = headers
        body = rendered.bytes
        timeout = settings.pace.timeout
        allowPrivate = settings.allowPrivate
        authorities = settings.authorities
    }

    /// Headers that a body does not decide.
    private static func isOwn(_ name: String) -> Bool {
        let name = name.lowercased()
        let own = [
            "connection", "content-length", "expect", "host", "te", "trailer",
            "transfer-encoding", "upgrade", "user-agent",
        ]
        return name.hasPrefix("webhook-") || own.contains(name)
    }

    private static func isSendable(_ name: String, _ value: String) -> Bool {
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x61...0x7A, 0x2D, 0x5F: true
            default: false
            }
        }
        return isName && (1...128).contains(name.utf8.count) && value.utf8.count <= 8192
            && value.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}

/// Posts messages. Any thread may call it.
public protocol HookTransport: Sendable {
    /// Sends one message and waits for the answer. Redirects are answers like any other.
    ///
    /// - Parameter flag: once raised, the attempt breaks off.
    /// - Returns: nil if it was broken off: whether the receiver has the message is not known.
    func send(_ request: HookRequest, _ flag: AbandonFlag) -> HookAnswer?
}

/// Says to attempts that run that nobody waits for them any more.
public final class AbandonFlag: Sendable {
    private let state = Atomic(false)

    public init() {}

    /// Breaks off what runs.
    public func raise() { state.store(true, ordering: .relaxed) }

    public var isRaised: Bool { state.load(ordering: .relaxed) }
}
