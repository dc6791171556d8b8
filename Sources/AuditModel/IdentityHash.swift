internal import COpenSSL

/// SHA-256 over a domain name and a list of parts, each preceded by its length, so that no two
/// different lists give the same input bytes.
///
/// Input: `u32le(count) ‖ bytes` for the domain and for every part, in the order added.
/// Used for event ids, lineage and family ids, alert ids and the trees of the store.
public struct IdentityHash {
    private var context = grantrail_sha256()

    /// - Parameter domain: names the use and its version, such as `alert/1`.
    public init(_ domain: StaticString) {
        grantrail_sha256_start(&context)
        domain.withUTF8Buffer { add(UnsafeRawBufferPointer($0)) }
    }

    /// Adds one part.
    public mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var length = UInt32(truncatingIfNeeded: bytes.count).littleEndian
        grantrail_sha256_add(&context, &length, 4)
        if let base = bytes.baseAddress { grantrail_sha256_add(&context, base, bytes.count) }
    }

    /// Adds the UTF-8 bytes of a text as one part.
    public mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    /// Adds an id as one part of 16 big-endian bytes.
    public mutating func add(_ id: ID128) {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 8) { bytes in
            guard let base = bytes.baseAddress else { return }
            id.store(into: base)
            add(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Adds a number as one part of 8 little-endian bytes.
    public mutating func add(_ number: Int64) {
        var word = number.littleEndian
        withUnsafeBytes(of: &word) { add($0) }
    }

    /// The whole digest, 32 bytes. The hash is spent.
    public mutating func digest() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            grantrail_sha256_finish(&context, buffer.baseAddress)
            count = 32
        }
    }

    /// The first 128 bits of the digest. The hash is spent.
    public mutating func id() -> ID128 {
        withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { bytes in
            grantrail_sha256_finish(&context, bytes.bindMemory(to: UInt8.self).baseAddress)
            guard let base = bytes.baseAddress else { return .none }
            return ID128(bigEndianBytes: base)
        }
    }

    /// Plain SHA-256 of some bytes, without domain or lengths.
    public static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var context = grantrail_sha256()
        grantrail_sha256_start(&context)
        if let base = bytes.baseAddress { grantrail_sha256_add(&context, base, bytes.count) }
        return [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            grantrail_sha256_finish(&context, buffer.baseAddress)
            count = 32
        }
    }
}

extension ID128 {
    /// Packs the text of an id that is no secret: a lower-case UUID as its own bits, any other
    /// text as a hash. Nil for empty text.
    ///
    /// - Returns: the id, and whether the text can be rebuilt from it (``uuidText``).
    public static func pack(_ text: UnsafeRawBufferPointer) -> (id: ID128, isText: Bool)? {
        if text.isEmpty { return nil }
        if let id = ID128(uuid: text) { return (id, true) }
        var hash = IdentityHash("id/1")
        hash.add(text)
        return (hash.id(), false)
    }
}
