internal import AuditModel

/// A split-block Bloom filter over ids, about 10 bits a key: eight bits in one 32-byte bucket, so
/// that a question costs one cache line. Part of the store format.
enum BlockFilter {
    private static let salts: [UInt32] = [
        0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947,
        0x5c6b_fb31,
    ]

    /// 64 bits that choose bucket (upper half) and bits (lower half).
    @inline(__always)
    static func hash(_ id: ID128) -> UInt64 {
        var mixed = id.high ^ (id.low << 32 | id.low >> 32)
        mixed = (mixed ^ mixed >> 29) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 32) &* 0xBF58_476D_1CE4_E5B9
        return mixed ^ mixed >> 32
    }

    /// The filter of some keys: whole buckets, none when there are no keys.
    static func build(_ keys: UnsafeBufferPointer<ID128>) -> [UInt8] {
        let buckets = (keys.count * 10 + 255) / 256
        if buckets == 0 { return [] }
        var words = [UInt32](repeating: 0, count: buckets * 8)
        salts.withUnsafeBufferPointer { salts in
            for key in keys {
                let hash = hash(key)
                let bucket = Int(((hash >> 32) &* UInt64(buckets)) >> 32)
                let low = UInt32(truncatingIfNeeded: hash)
                for index in 0..<8 {
                    words[bucket &* 8 &+ index] |= 1 << ((low &* salts[index]) >> 27)
                }
            }
        }
        return words.withUnsafeBytes { [UInt8]($0) }
    }

    /// False only if the id was not among the keys.
    @inline(__always)
    static func mayContain(_ hash: UInt64, _ filter: UnsafeRawBufferPointer) -> Bool {
        let buckets = filter.count / 32
        if buckets == 0 { return false }
        let bucket = Int(((hash >> 32) &* UInt64(buckets)) >> 32)
        let low = UInt32(truncatingIfNeeded: hash)
        return salts.withUnsafeBufferPointer { salts in
            for index in 0..<8 {
                let word = filter.loadUnaligned(
                    fromByteOffset: bucket &* 32 &+ index &* 4, as: UInt32.self)
                if UInt32(littleEndian: word) & (1 << ((low &* salts[index]) >> 27)) == 0 {
                    return false
                }
            }
            return true
        }
    }
}

/// The filters of one block, as stored: `u32le(length of the first) ‖ event ids ‖ sessions`.
struct FilterPair {
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    init(events: UnsafeBufferPointer<ID128>, sessions: UnsafeBufferPointer<ID128>) {
        let first = BlockFilter.build(events)
        let length = UInt32(first.count).littleEndian
        bytes = withUnsafeBytes(of: length) { [UInt8]($0) } + first + BlockFilter.build(sessions)
    }

    private func split() -> Int {
        guard bytes.count >= 4 else { return bytes.count }
        let length = bytes.withUnsafeBytes {
            UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))
        }
        return min(bytes.count, 4 + Int(length))
    }

    func mayContain(event hash: UInt64) -> Bool {
        bytes.withUnsafeBytes { all in
            BlockFilter.mayContain(
                hash, UnsafeRawBufferPointer(rebasing: all[min(4, all.count)..<split()]))
        }
    }

    func mayContain(session hash: UInt64) -> Bool {
        bytes.withUnsafeBytes { all in
            BlockFilter.mayContain(hash, UnsafeRawBufferPointer(rebasing: all[split()...]))
        }
    }
}
