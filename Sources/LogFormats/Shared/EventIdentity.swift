internal import AuditModel

/// Event ids of one dialect.
///
/// With a native id: `H("event/1": dialect, issuer as written, native id)`. Without:
/// `H("event/1": dialect, stream lineage, place in the stream, record digest)`.
struct EventIdentity {
    private let dialect: String
    private let lineage: ID128
    /// The hash after dialect and issuer, for the next event of the same issuer.
    private var prefix: IdentityHash
    private var issuer: [UInt8] = []

    init(dialect: String, lineage: ID128) {
        self.dialect = dialect
        self.lineage = lineage
        prefix = Self.start(dialect, UnsafeRawBufferPointer(start: nil, count: 0))
    }

    private static func start(
        _ dialect: String, _ issuer: UnsafeRawBufferPointer
    ) -> IdentityHash {
        var hash = IdentityHash("event/1")
        hash.add(dialect)
        hash.add(issuer)
        return hash
    }

    /// The id of an event that its server gave one.
    mutating func native(
        issuer: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer
    ) -> ID128 {
        let isSame = self.issuer.withUnsafeBytes { RawBytes.equal($0, issuer) }
        if !isSame {
            self.issuer = Array(issuer)
            prefix = Self.start(dialect, issuer)
        }
        var hash = prefix
        hash.add(id)
        return hash.id()
    }

    /// The id of an event that has only its place: decompressed bytes from the stream's start.
    func positional(at: Int64, digest: ID128) -> ID128 {
        var hash = IdentityHash("event/1")
        hash.add(dialect)
        hash.add(lineage)
        hash.add(at)
        hash.add(digest)
        return hash.id()
    }
}
