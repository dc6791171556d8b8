internal import COpenSSL

/// Signatures of Standard Webhooks 1.0: HMAC-SHA-256 over `id.timestamp.body`.
public enum WebhookSignature {
    /// Seconds that a timestamp may differ from the receiver's clock.
    public static let tolerance: Int64 = 300

    /// The `webhook-signature`: one `v1,BASE64` for every secret, separated by blanks.
    ///
    /// - Parameter timestamp: the `webhook-timestamp`, seconds since 1970.
    /// - Returns: nil if there is no secret, or if the cryptographic library fails.
    public static func header(
        id: String, timestamp: Int64, body: [UInt8], secrets: [WebhookSecret]
    ) -> String? {
        if secrets.isEmpty { return nil }
        let message = message(id, String(timestamp), body)
        var signatures: [String] = []
        for secret in secrets {
            guard let signature = signature(message, secret) else { return nil }
            signatures.append("v1," + String(decoding: signature, as: UTF8.self))
        }
        return signatures.joined(separator: " ")
    }

    /// Whether a message was signed with one of the secrets and is neither old nor from the
    /// future. Signatures of other versions than `v1` are passed over.
    ///
    /// - Parameters:
    ///   - timestamp: the header's text.
    ///   - signatures: the header's text.
    ///   - now: seconds since 1970.
    public static func verify(
        id: String, timestamp: String, signatures: String, body: [UInt8],
        secrets: [WebhookSecret], now: Int64, tolerance: Int64 = Self.tolerance
    ) throws(WebhookFault) {
        guard !id.isEmpty, id.utf8.count <= 256 else { throw .id }
        guard (1...12).contains(timestamp.utf8.count),
            timestamp.utf8.allSatisfy({ $0 &- 0x30 < 10 }), let time = Int64(timestamp)
        else { throw .timestamp }
        let (age, overflow) = now.subtractingReportingOverflow(time)
        if overflow || age > tolerance { throw .old }
        if age < -tolerance { throw .early }
        guard signatures.utf8.count <= 4096 else { throw .signature }
        let offered = signatures.split(separator: " ").compactMap { part in
            part.hasPrefix("v1,") ? Array(part.utf8.dropFirst(3)) : nil
        }
        if offered.isEmpty { throw .signature }
        let message = message(id, timestamp, body)
        var isGood = false
        for secret in secrets {
            guard let right = signature(message, secret) else { continue }
            // Every pair is compared, so that time tells nothing.
            for other in offered.prefix(16) where isEqual(right, other) { isGood = true }
        }
        if !isGood { throw .mismatch }
    }

    private static func message(_ id: String, _ timestamp: String, _ body: [UInt8]) -> [UInt8] {
        var message: [UInt8] = []
        message.reserveCapacity(id.utf8.count + timestamp.utf8.count + body.count + 2)
        message += id.utf8
        message.append(0x2E)
        message += timestamp.utf8
        message.append(0x2E)
        message += body
        return message
    }

    /// The base64 text of the message's HMAC.
    private static func signature(_ message: [UInt8], _ secret: WebhookSecret) -> [UInt8]? {
        MessageCode.sha256(key: secret.key, message).map(Base64.encode)
    }

    private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}

/// Why a received message is not taken for genuine.
public enum WebhookFault: Error, Equatable, Sendable {
    case id
    case timestamp
    case old
    case early
    case signature
    case mismatch

    /// One line.
    public var message: String {
        switch self {
        case .id: "there is no webhook-id, or it is too long"
        case .timestamp: "webhook-timestamp is no number of seconds"
        case .old: "webhook-timestamp is too old: the message is a replay, or a clock is wrong"
        case .early: "webhook-timestamp is in the future: a clock is wrong"
        case .signature: "webhook-signature holds no v1 signature"
        case .mismatch: "no signature matches: another secret, or the bytes were changed"
        }
    }
}
