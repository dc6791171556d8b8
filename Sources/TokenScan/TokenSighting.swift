public import AuditModel

/// One secret that stood in a record: what it is, where it stood, and its fingerprints.
public struct TokenSighting: Sendable, Equatable {
    /// The record's index in its batch.
    public var record: Int
    public var kind: TokenKind
    /// Of the token as this kind; the one in the placeholder.
    public var fingerprint: ID128
    /// Of the token whatever its kind, to look it up by.
    public var anyFingerprint: ID128
    /// Where the secret started in the record as it came, in bytes from 0.
    public var offset: Int
    /// Bytes of the token, encodings undone.
    public var length: Int
    /// What a JWS says about itself; nil for other tokens.
    public var claims: TokenClaims?
    /// It starts as a known vendor's tokens do, and its checksum, if they have one, holds.
    public var isVendors = false
}

/// The claims of a JWS that are no secret (RFC 7519 §4.1), unverified.
public struct TokenClaims: Sendable, Equatable {
    /// `iss`, up to 512 bytes.
    public var issuer: String?
    /// `jti`, packed as every id that is no secret.
    public var tokenID: ID128?
    /// `exp`, in seconds since 1970.
    public var expires: Int64?
    /// The header's `alg`, up to 32 bytes.
    public var algorithm: String?
    /// `typ` of the claims, by which Keycloak tells refresh tokens (`Refresh`, `Offline`) from
    /// access tokens (`Bearer`), up to 32 bytes.
    public var type: String?

    private static let mostBytes = 16 << 10

    /// Whether the token says that it is no longer valid.
    ///
    /// - Parameter time: nanoseconds UTC.
    public func isExpired(at time: Int64) -> Bool {
        expires.map { $0 <= time / 1_000_000_000 } ?? false
    }

    /// Reads the claims of a compact JWS; nil for anything else.
    init?(_ token: UnsafeRawBufferPointer) {
        guard token.count <= Self.mostBytes, let dot = token.firstIndex(of: 0x2E),
            let second = token[(dot + 1)...].firstIndex(of: 0x2E)
        else { return nil }
        var header: [UInt8] = []
        var payload: [UInt8] = []
        defer {
            wipe(&header)
            wipe(&payload)
        }
        guard Base64.append(UnsafeRawBufferPointer(rebasing: token[..<dot]), to: &header),
            Base64.append(UnsafeRawBufferPointer(rebasing: token[(dot + 1)..<second]), to: &payload)
        else { return nil }
        guard
            header.withUnsafeBytes({ bytes in
                guard let members = JSONMembers(bytes) else { return false }
                algorithm = Self.string(members.text("alg"), limit: 32)
                return algorithm != nil
            })
        else { return nil }
        payload.withUnsafeBytes { bytes in
            guard let members = JSONMembers(bytes) else { return }
            issuer = Self.string(members.text("iss"), limit: 512)
            // Microsoft Entra ID calls it `uti`.
            tokenID = (members.text("jti") ?? members.text("uti")).flatMap { ID128.pack($0)?.id }
            expires = members.number("exp")
            type = Self.string(members.text("typ"), limit: 32)
        }
    }

    /// Escaped slashes, which some servers write, are undone; other escapes stay.
    private static func string(_ bytes: UnsafeRawBufferPointer?, limit: Int) -> String? {
        guard let bytes, bytes.count <= limit else { return nil }
        var plain: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            let isEscape = byte == 0x5C && index + 1 < bytes.count && bytes[index + 1] == 0x2F
            if !isEscape { plain.append(byte) }
        }
        return String(decoding: plain, as: UTF8.self)
    }
}
