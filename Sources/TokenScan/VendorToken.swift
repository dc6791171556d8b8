/// How one vendor's tokens start, and what follows.
struct VendorPrefix {
    enum Alphabet {
        case alphanumeric, base64URL, dotted
    }

    let text: StaticString
    /// Where in the prefix the three bytes stand by which ``CandidateFilter`` finds it.
    let lead: Int
    let kind: TokenKind
    let alphabet: Alphabet
    /// How many characters follow at least.
    let fewest: Int
    /// The last 6 of 36 characters are a checksum of the others.
    var hasChecksum = false

    static let mostBytes = 2048

    static let all: [VendorPrefix] = [
        github("ghp_"), github("gho_"), github("ghu_"), github("ghs_"),
        github("ghr_", .refreshToken),
        VendorPrefix("github_pat_", 5, .accessToken, .base64URL, 36),
        VendorPrefix("glpat-", 0, .accessToken, .dotted, 20),
        VendorPrefix("gloas-", 0, .clientSecret, .base64URL, 40),
        VendorPrefix("xoxa-", 0, .accessToken, .base64URL, 24),
        VendorPrefix("xoxb-", 0, .accessToken, .base64URL, 24),
        VendorPrefix("xoxp-", 0, .accessToken, .base64URL, 24),
        VendorPrefix("xoxs-", 0, .accessToken, .base64URL, 24),
        VendorPrefix("ya29.", 0, .accessToken, .base64URL, 30),
        VendorPrefix("1//0", 0, .refreshToken, .base64URL, 30),
        VendorPrefix("EAAC", 0, .accessToken, .alphanumeric, 50),
        VendorPrefix("sk_live_", 1, .clientSecret, .alphanumeric, 24),
        VendorPrefix("rk_live_", 1, .clientSecret, .alphanumeric, 24),
        VendorPrefix("v1.M", 1, .refreshToken, .base64URL, 40),
        VendorPrefix("ory_at_", 2, .accessToken, .dotted, 40),
        VendorPrefix("ory_rt_", 2, .refreshToken, .dotted, 40),
        VendorPrefix("ory_ac_", 2, .authorizationCode, .dotted, 40),
    ]

    private init(
        _ text: StaticString, _ lead: Int, _ kind: TokenKind, _ alphabet: Alphabet, _ fewest: Int
    ) {
        self.text = text
        self.lead = lead
        self.kind = kind
        self.alphabet = alphabet
        self.fewest = fewest
    }

    private static func github(_ text: StaticString, _ kind: TokenKind = .accessToken) -> Self {
        var prefix = VendorPrefix(text, 0, kind, .alphanumeric, 36)
        prefix.hasChecksum = true
        return prefix
    }
}

/// How far the characters of vendors' tokens were looked at, so that prefixes in a row cost their
/// length a few times at most.
struct VendorRun {
    static let mostAttempts = 16

    var end = -1
    var attempts = 0
}

/// What three bytes may be the sign of.
enum SecretSign {
    case none, header, vendor, base64
}

extension LenientBytes {
    /// What the three bytes at `index` may start: a JWS header, a vendor's token or, in base64, one
    /// of those or the name of a token.
    @inline(__always)
    func sign(at index: Int) -> SecretSign {
        guard index + 4 <= count else { return .none }
        let word = base.loadUnaligned(fromByteOffset: index, as: UInt32.self)
        switch UInt32(bigEndian: word) >> 8 {
        case 0x65_7949, 0x65_794A, 0x65_7941, 0x65_776F, 0x65_7730, 0x65_776B: return .header
        // ghp gho ghu ghs ghr glp glo b_p y_a y_r k_l xox EAA ya2 1// 1.M
        case 0x67_6870, 0x67_686F, 0x67_6875, 0x67_6873, 0x67_6872, 0x67_6C70, 0x67_6C6F,
            0x62_5F70, 0x79_5F61, 0x79_5F72, 0x6B_5F6C, 0x78_6F78, 0x45_4141, 0x79_6132,
            0x31_2F2F, 0x31_2E4D:
            return .vendor
        // ZXl V5S leU X3R 90b fdG
        case 0x5A_586C, 0x56_3553, 0x6C_6555, 0x58_3352, 0x39_3062, 0x66_6447: return .base64
        default: return .none
        }
    }

    /// A token with a vendor's prefix, whose sign stands at `place`.
    func vendorToken(at place: Int, _ run: inout VendorRun) -> SecretSpan? {
        if place < run.end, run.attempts == VendorRun.mostAttempts { return nil }
        for prefix in VendorPrefix.all {
            let start = place - prefix.lead
            let length = prefix.text.utf8CodeUnitCount
            let isEqual = (0..<length).allSatisfy {
                raw(start + $0) == prefix.text.utf8Start[$0]
            }
            guard isEqual, startsName(start) else { continue }
            let end = vendorEnd(from: start, prefix)
            run.attempts = place < run.end ? run.attempts + 1 : 1
            run.end = max(run.end, end)
            return vendorToken(start..<end, prefix)
        }
        return nil
    }

    /// Whether the whole is one token with a vendor's prefix.
    var isVendorToken: Bool {
        VendorPrefix.all.contains { prefix in
            let text = prefix.text
            return (0..<text.utf8CodeUnitCount).allSatisfy { raw($0) == text.utf8Start[$0] }
                && vendorToken(0..<vendorEnd(from: 0, prefix), prefix)?.range.upperBound == count
        }
    }

    private func vendorEnd(from start: Int, _ prefix: VendorPrefix) -> Int {
        let body = start + prefix.text.utf8CodeUnitCount
        var end = body
        while end < count, end - body < VendorPrefix.mostBytes, isIn(prefix, raw(end)) { end += 1 }
        return end
    }

    private func vendorToken(_ range: Range<Int>, _ prefix: VendorPrefix) -> SecretSpan? {
        let body = range.lowerBound + prefix.text.utf8CodeUnitCount
        var shape = ValueShape()
        for index in body..<range.upperBound { shape.add(raw(index)) }
        var end = range.upperBound
        // Full stops at the end of a sentence are none of it.
        while end > body, raw(end - 1) == 0x2E { end -= 1 }
        guard end - body >= prefix.fewest, !shape.isMask, !shape.isWords else { return nil }
        if prefix.alphabet == .alphanumeric && !shape.hasBothCases { return nil }
        if prefix.hasChecksum {
            guard end - body == prefix.fewest, hasChecksum(body) else { return nil }
        }
        return SecretSpan(range: range.lowerBound..<end, kind: prefix.kind, isVendors: true)
    }

    private func isIn(_ prefix: VendorPrefix, _ byte: UInt8) -> Bool {
        switch prefix.alphabet {
        case .alphanumeric: ByteClass.isLetterOrDigit(byte)
        case .base64URL: ByteClass.isBase64URL(byte)
        case .dotted: ByteClass.isBase64URL(byte) || byte == 0x2E
        }
    }

    /// Whether 6 characters are the CRC-32 of the 30 before them, in base 62.
    private func hasChecksum(_ body: Int) -> Bool {
        var remainder = UInt32.max
        for index in body..<(body + 30) {
            remainder ^= UInt32(raw(index))
            for _ in 0..<8 {
                remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0)
            }
        }
        var rest = ~remainder
        for index in stride(from: body + 35, through: body + 30, by: -1) {
            let digit = UInt8(rest % 62)
            rest /= 62
            let letter = digit < 10 ? 0x30 + digit : digit < 36 ? 0x37 + digit : 0x3D + digit
            if raw(index) != letter { return false }
        }
        return true
    }
}
