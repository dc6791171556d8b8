internal import AuditModel

/// The append-only list of texts behind the codes, and its hash chain.
///
/// The chain has one link for each text, so that its head after any number of texts depends on
/// nothing but the texts: `head(n) = H("dict/1", head(n-1), text n)`.
struct DictionaryLog {
    private(set) var head = HashTree.zero
    /// Codes that `head` covers, the absent one included.
    private(set) var count: UInt32 = 1

    init() {}

    /// Goes on from a head that was stored.
    init(head: [UInt8], count: UInt32) {
        self.head = head
        self.count = count
    }

    /// Links all texts of `pool` up to `end` codes.
    mutating func extend(_ pool: borrowing StringPool, to end: UInt32) {
        while count < end {
            pool.withBytes(of: count) { link($0) }
        }
    }

    /// Links one text.
    mutating func link(_ text: UnsafeRawBufferPointer) {
        var hash = IdentityHash("dict/1")
        head.withUnsafeBytes { hash.add($0) }
        hash.add(text)
        head = hash.digest()
        count += 1
    }

    /// `method ‖ u32le length ‖ (varint lengths ‖ texts)`, the last part a zstd frame if
    /// method is 1.
    static func entries(
        _ pool: borrowing StringPool, _ codes: Range<UInt32>, zstd: ZstdCodec
    ) -> [UInt8] {
        let plain = ByteSink()
        for code in codes { plain.appendVarint(UInt64(pool.withBytes(of: code) { $0.count })) }
        for code in codes { pool.withBytes(of: code) { plain.append($0) } }
        let packed = ByteSink()
        packed.append(UInt8(1))
        packed.append(UInt32(truncatingIfNeeded: plain.count))
        if zstd.compress(plain.bytes, into: packed) == nil {
            packed.truncate(to: 0)
            packed.append(UInt8(0))
            packed.append(UInt32(truncatingIfNeeded: plain.count))
            packed.append(plain.bytes)
        }
        return [UInt8](packed.bytes)
    }

    /// Gives every text of a row to `body`, in order; false if the bytes are no dictionary row.
    static func read(
        _ bytes: UnsafeRawBufferPointer, count: Int64, zstd: ZstdCodec, scratch: ByteSink,
        _ body: (UnsafeRawBufferPointer) -> Bool
    ) -> Bool {
        var cursor = ByteCursor(bytes)
        guard let method = cursor.byte(), let length = cursor.word32() else { return false }
        var plain = cursor
        if method == 1 {
            guard length <= BlockFormat.packedLimit,
                zstd.decompress(cursor.rest, count: Int(length), into: scratch)
            else { return false }
            plain = ByteCursor(scratch.bytes)
        } else if method != 0 || cursor.rest.count != Int(length) {
            return false
        }
        guard count >= 1, count <= Int64(plain.rest.count) else { return false }
        var lengths: ContiguousArray<Int> = []
        for _ in 0..<count {
            guard let length = plain.length(atMost: BlockFormat.packedLimit) else { return false }
            lengths.append(length)
        }
        for length in lengths {
            guard length > 0, let text = plain.take(length), body(text) else { return false }
        }
        return plain.isAtEnd
    }

    /// The digest of one row's stored columns.
    static func rowDigest(
        firstCode: Int64, count: Int64, chain: UnsafeRawBufferPointer,
        entries: UnsafeRawBufferPointer
    ) -> [UInt8] {
        var hash = IdentityHash("dict-row/1")
        hash.add(firstCode)
        hash.add(count)
        hash.add(chain)
        hash.add(entries)
        return hash.digest()
    }
}

/// The digests and links of block rows.
enum RowHash {
    /// What the `digest` column of a journal or segment row holds.
    ///
    /// A journal row has neither leaf nor filters: both count as empty.
    static func digest(
        _ info: BlockInfo, ingestTime: Int64, leaf: UnsafeRawBufferPointer,
        filters: UnsafeRawBufferPointer, block: UnsafeRawBufferPointer
    ) -> [UInt8] {
        var hash = IdentityHash("block-row/1")
        hash.add(info.position)
        hash.add(Int64(info.count))
        hash.add(info.minTime)
        hash.add(info.maxTime)
        hash.add(ingestTime)
        hash.add(leaf)
        hash.add(filters)
        hash.add(block)
        return hash.digest()
    }

    /// SHA-256(previous link ‖ digest): the chain of the journal. Before its first row stands the
    /// leaf of the last segment, or 32 zero bytes.
    static func link(_ previous: [UInt8], _ digest: [UInt8]) -> [UInt8] {
        HashTree.sha256(previous + digest)
    }
}
