internal import CByteFilter

/// The fast first look: where in a record a secret could start, or a secret's key end.
///
/// A place counts if it holds the last two letters of a secret's name and a delimiter follows, or
/// if it holds three bytes that start or mark a secret of their own: a JWS header, a vendor's
/// prefix, base64 of either. Thirty-two places are tested at once. Nearly all records give a
/// handful of places that the next look refuses.
struct CandidateFilter {
    /// How many bytes behind a place the test looks at.
    private static let reach = 2
    private static let blocks = 32

    private let tables: grantrail_filter

    init() { tables = FilterTables.make() }

    /// Calls `body` with every candidate place of a record, in order.
    ///
    /// - Parameters:
    ///   - count: bytes of the record.
    ///   - readable: bytes that may be read, padding included; at least `count`.
    @inline(__always)
    func forEach(
        _ base: UnsafeRawPointer, count: Int, readable: Int, _ body: (Int) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.blocks) { masks in
            guard let words = masks.baseAddress else { return }
            var index = 0
            while index < count {
                let whole = (min(count + 63, readable - Self.reach) - index) / 64
                let some = min(whole, Self.blocks)
                if some < 1 { break }
                mark(base + index, some, words)
                for block in 0..<some where words[block] != 0 {
                    Self.report(words[block], index + block * 64, count, body)
                }
                index += some * 64
            }
            while index < count {
                if isCandidate(base, index, count) { body(index) }
                index += 1
            }
        }
    }

    @inline(__always)
    private func mark(
        _ base: UnsafeRawPointer, _ blocks: Int, _ words: UnsafeMutablePointer<UInt64>
    ) {
        withUnsafePointer(to: tables) {
            grantrail_filter_masks(
                $0, base.assumingMemoryBound(to: UInt8.self), blocks, words)
        }
    }

    @inline(__always)
    private static func report(_ word: UInt64, _ index: Int, _ count: Int, _ body: (Int) -> Void) {
        var bits = word
        while bits != 0 {
            let place = index + bits.trailingZeroBitCount
            if place < count { body(place) }
            bits &= bits &- 1
        }
    }

    /// The same test for one place; bytes outside the record count as zero.
    private func isCandidate(_ base: UnsafeRawPointer, _ index: Int, _ count: Int) -> Bool {
        let byte = { (place: Int) in
            place < count ? base.load(fromByteOffset: place, as: UInt8.self) : 0
        }
        return withUnsafePointer(to: tables) {
            grantrail_filter_place($0, byte(index), byte(index + 1), byte(index + 2)) != 0
        }
    }
}

/// What ``CandidateFilter`` looks for. Sets of bytes that share a class should share few halves:
/// a class holds every byte whose halves both occur in it.
enum FilterTables {
    /// The last two letters of names and schemes, of either case: en on · et nt · de ie · rd wd ·
    /// er ey ew · op · ic · rm.
    private static let pairs: [(StaticString, StaticString)] = [
        ("eoEO", "nN"), ("enEN", "tT"), ("diDI", "eE"), ("rwRW", "dD"), ("eE", "ryRYwW"),
        ("oO", "pP"), ("iI", "cC"), ("rR", "mM"),
    ]

    /// ey? of a JWS header · gh? · gl? · `b_p` `y_a` `y_r` `k_l` · `xox` `EAA` · `ya2` · `1//`
    /// `1.M` · base64 of a JWS header or of `_token`.
    private static let triples: [(StaticString, StaticString, StaticString)] = [
        ("e", "yw", "IJAo0k"), ("g", "h", "pousr"), ("g", "l", "po"), ("bky", "_", "plar"),
        ("xE", "oA", "xA"), ("y", "a", "2"), ("1", "/.", "/M"), ("ZVlX9f", "X5e30d", "lSURbG"),
    ]

    private static let delimiters: StaticString = " \"%&':=>\\"

    static func make() -> grantrail_filter {
        var tables = grantrail_filter()
        withUnsafeMutableBytes(of: &tables) { bytes in
            for (bit, pair) in pairs.enumerated() {
                add(pair.0, bit, high: 0, low: 32, bytes)
                add(pair.1, bit, high: 16, low: 48, bytes)
            }
            for (bit, triple) in triples.enumerated() {
                add(triple.0, bit, high: 64, low: 112, bytes)
                add(triple.1, bit, high: 80, low: 128, bytes)
                add(triple.2, bit, high: 96, low: 144, bytes)
            }
            delimiters.withUTF8Buffer { text in
                for byte in text { bytes[160 + Int(byte & 15)] |= 1 << (byte >> 4) }
            }
        }
        return tables
    }

    /// Offsets are those of the fields in the C structure.
    private static func add(
        _ set: StaticString, _ bit: Int, high: Int, low: Int, _ bytes: UnsafeMutableRawBufferPointer
    ) {
        set.withUTF8Buffer { text in
            for byte in text {
                bytes[high + Int(byte >> 4)] |= 1 << UInt8(bit)
                bytes[low + Int(byte & 15)] |= 1 << UInt8(bit)
            }
        }
    }
}
