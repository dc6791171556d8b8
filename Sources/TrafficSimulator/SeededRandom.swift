internal import AuditModel

/// A stream of pseudo-random numbers (SplitMix64) with integer-only distributions, so that one
/// seed gives the same numbers on any machine.
struct SeededRandom: Sendable {
    private var state: UInt64

    init(state: UInt64) { self.state = state }

    /// An independent stream for one actor: the seed, what kind of actor it is, and its number.
    init(seed: UInt64, domain: UInt64, index: UInt64) {
        var mixer = SeededRandom(state: seed)
        let first = mixer.next() ^ domain &* 0xD6E8_FEB8_6659_FD93
        mixer.state = first
        state = mixer.next() ^ index &* 0xA24B_AED4_963E_E407
        _ = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in `0..<bound`; 0 for a bound below 1.
    mutating func below(_ bound: Int) -> Int {
        bound < 1 ? 0 : Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// A number in `range`, both ends included.
    mutating func within(_ range: ClosedRange<Int64>) -> Int64 {
        range.lowerBound &+ Int64(below(Int(range.upperBound &- range.lowerBound) + 1))
    }

    /// True with a probability of `perMillion` in a million.
    mutating func chance(perMillion: Int) -> Bool { below(1_000_000) < perMillion }

    /// True with a probability of `percent` in a hundred.
    mutating func chance(percent: Int) -> Bool { below(100) < percent }

    /// An exponentially distributed number with the given mean, at most 45 times the mean.
    ///
    /// The logarithm is taken bit by bit, because a library's last digit differs between machines.
    mutating func exponential(mean: Int64) -> Int64 {
        let word = next() | 1
        let zeros = word.leadingZeroBitCount
        var fraction = word << UInt64(zeros)
        var bits: Int64 = 0
        for _ in 0..<16 {
            fraction = fraction.multipliedFullWidth(by: fraction).high
            bits <<= 1
            if fraction >> 63 == 1 { bits |= 1 } else { fraction <<= 1 }
        }
        let negativeLog2 = (Int64(zeros) + 1) << 16 - bits
        return (mean &* ((negativeLog2 &* 45_426) >> 16)) >> 16
    }

    /// A number between `low` and `low << doublings`, even on a logarithmic scale.
    mutating func logUniform(low: Int64, doublings: Int) -> Int64 {
        let base = low << Int64(below(doublings))
        return base + Int64(below(Int(base)))
    }

    /// The bits of a random (version 4) UUID, RFC 9562 §5.4.
    mutating func uuid() -> ID128 {
        let high = next() & ~0xF000 | 0x4000
        let low = next() & ~(3 << 62) | 2 << 62
        return ID128(high: high, low: low)
    }
}
