/// The fast first look: where in a record a secret could start, or a secret's key end.
///
/// A place counts if a JWS header may start there (`ey`, `ew`: base64url of `{` and a quote or
/// white space), or if it holds the last two letters of a secret's name and a delimiter follows.
/// Sixteen places are tested at once. Nearly all records give a handful of places that the next
/// look, at the name itself, refuses.
enum CandidateFilter {
    /// How many bytes behind a place the test looks at.
    private static let reach = 2

    /// Calls `body` with every candidate place of a record, in order.
    ///
    /// - Parameters:
    ///   - count: bytes of the record.
    ///   - readable: bytes that may be read, padding included; at least `count`.
    @inline(__always)
    static func forEach(
        _ base: UnsafeRawPointer, count: Int, readable: Int, _ body: (Int) -> Void
    ) {
        var index = 0
        while index < count, index + 16 + reach <= readable {
            let words = unsafeBitCast(candidates(base + index), to: SIMD2<UInt64>.self)
            if words.x | words.y != 0 {
                report(words.x, index, count, body)
                report(words.y, index + 8, count, body)
            }
            index += 16
        }
        while index < count {
            if isCandidate(base, index, count) { body(index) }
            index += 1
        }
    }

    @inline(__always)
    private static func report(_ word: UInt64, _ index: Int, _ count: Int, _ body: (Int) -> Void) {
        // Every lane is all ones or all zeros; one bit of each is enough.
        var bits = word & 0x0101_0101_0101_0101
        while bits != 0 {
            let place = index + bits.trailingZeroBitCount >> 3
            if place < count { body(place) }
            bits &= bits &- 1
        }
    }

    @inline(__always)
    private static func candidates(_ base: UnsafeRawPointer) -> SIMDMask<SIMD16<Int8>> {
        typealias Block = SIMD16<UInt8>
        let raw0 = base.loadUnaligned(as: Block.self)
        let raw1 = base.loadUnaligned(fromByteOffset: 1, as: Block.self)
        let raw2 = base.loadUnaligned(fromByteOffset: 2, as: Block.self)
        let fold = Block(repeating: 0x20)
        let (one, two) = (raw0 | fold, raw1 | fold)
        func first(_ letter: UInt8) -> SIMDMask<SIMD16<Int8>> { one .== Block(repeating: letter) }
        func second(_ letter: UInt8) -> SIMDMask<SIMD16<Int8>> { two .== Block(repeating: letter) }
        let (e, d, o, i, n) = (first(0x65), first(0x64), first(0x6F), first(0x69), first(0x6E))
        // en on · et nt · de ie · er · rd wd · op · ic
        var names = (e .| o) .& second(0x6E)
        names = names .| ((e .| n) .& second(0x74))
        names = names .| ((d .| i) .& second(0x65))
        names = names .| (e .& second(0x72))
        names = names .| ((first(0x72) .| first(0x77)) .& second(0x64))
        names = names .| (o .& second(0x70)) .| (i .& second(0x63))
        // 20…27 and 38…3F hold all delimiters but the backslash.
        let upper = raw2 & Block(repeating: 0xF8)
        let delimiter =
            (upper .== Block(repeating: 0x20)) .| (upper .== Block(repeating: 0x38))
            .| (raw2 .== Block(repeating: 0x5C))
        let header =
            (raw0 .== Block(repeating: 0x65))
            .& ((raw1 .== Block(repeating: 0x79)) .| (raw1 .== Block(repeating: 0x77)))
        return (names .& delimiter) .| header
    }

    /// The same test for one place; bytes outside the record count as zero.
    private static func isCandidate(_ base: UnsafeRawPointer, _ index: Int, _ count: Int) -> Bool {
        let byte = { (place: Int) in
            place < count ? base.load(fromByteOffset: place, as: UInt8.self) : 0
        }
        let (first, second, third) = (byte(index), byte(index + 1), byte(index + 2))
        if first == 0x65 && (second == 0x79 || second == 0x77) { return true }
        guard ByteClass.isDelimiter(third) else { return false }
        switch (first | 0x20, second | 0x20) {
        case (0x65, 0x6E), (0x6F, 0x6E), (0x65, 0x74), (0x6E, 0x74), (0x64, 0x65), (0x69, 0x65),
            (0x65, 0x72), (0x72, 0x64), (0x77, 0x64), (0x6F, 0x70), (0x69, 0x63):
            return true
        default: return false
        }
    }
}
