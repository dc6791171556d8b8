/// The run of base64url characters in which headers were looked for last, so that a long run of
/// repeated header starts costs its length once.
struct HeaderRun {
    private static let mostAttempts = 16

    var end = -1
    var isFollowedByDot = false
    private var attempts = 0

    /// Whether a header that starts in the current run is still worth decoding.
    mutating func mayTry() -> Bool {
        attempts += 1
        return isFollowedByDot && attempts <= Self.mostAttempts
    }

    mutating func begin(end: Int, isFollowedByDot: Bool) {
        self.end = end
        self.isFollowedByDot = isFollowedByDot
        attempts = 0
    }
}

extension LenientBytes {
    private static let mostHeaderBytes = 16 << 10

    /// Whether the base64url of `{` and a quote, or `{` and white space, stands here.
    @inline(__always)
    func mayStartHeader(at start: Int) -> Bool {
        guard raw(start) == 0x65 else { return false }
        return switch (raw(start + 1), raw(start + 2)) {
        case (0x79, 0x49), (0x79, 0x4A), (0x79, 0x41), (0x77, 0x6F), (0x77, 0x30), (0x77, 0x6B):
            true
        default: false
        }
    }

    /// A JWS or JWE in compact form (RFC 7515 §7.1, RFC 7516 §7.1) that starts here: three or five
    /// segments whose first decodes to a JSON object with `alg`. Dots may be percent-encoded.
    func webToken(at start: Int, _ run: inout HeaderRun) -> SecretSpan? {
        guard mayStartHeader(at: start) else { return nil }
        if start >= run.end {
            let end = segmentEnd(start)
            run.begin(end: end, isFollowedByDot: step(end).byte == 0x2E)
        }
        guard run.mayTry(), let header = header(start..<run.end) else { return nil }
        var end = run.end
        var segments = 1
        var wholeEnd = end
        while segments < (header.isEncrypted ? 5 : 3), step(end).byte == 0x2E {
            let segment = step(end).next
            end = segmentEnd(segment)
            // Of an unsecured token's empty signature only the dot is left.
            wholeEnd = end
            segments += 1
        }
        guard segments == (header.isEncrypted ? 5 : 3), wholeEnd - run.end > 4 else { return nil }
        return SecretSpan(range: start..<wholeEnd, kind: .jwt)
    }

    private func segmentEnd(_ start: Int) -> Int {
        var index = start
        while true {
            let (byte, next) = step(index)
            guard next > index, ByteClass.isBase64URL(byte) else { return index }
            index = next
        }
    }

    private func header(_ range: Range<Int>) -> (isEncrypted: Bool, Void)? {
        guard range.count <= Self.mostHeaderBytes else { return nil }
        var text: [UInt8] = []
        var decoded: [UInt8] = []
        append(range, to: &text)
        defer {
            wipe(&text)
            wipe(&decoded)
        }
        guard text.withUnsafeBytes({ Base64.append($0, to: &decoded) }) else { return nil }
        return decoded.withUnsafeBytes { bytes in
            let members = JSONMembers(bytes)
            guard let members, members.text("alg") != nil else { return nil }
            return (members.text("enc") != nil, ())
        }
    }
}
