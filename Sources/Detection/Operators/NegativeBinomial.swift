internal import Glibc

/// Tail probabilities of counts whose variance is `mean + dispersion * mean²`.
///
/// Logarithms are natural and in thousandths, rounded: hosts whose `log` differs by a last bit
/// agree on every comparison that is not within that bit of a half.
enum NegativeBinomial {
    /// Thousandths of the natural logarithm of P(N >= count).
    static func upperTail(_ count: Int, mean: Double, dispersion: Double) -> Int {
        if count <= 0 { return 0 }
        let size = 1 / max(dispersion, leastDispersion)
        let mean = max(mean, 1e-9)
        let n = Double(count)
        let odds = mean / (size + mean)
        let mass = logGamma(n + size) - logGamma(size) - logGamma(n + 1)
            + size * log(size / (size + mean)) + n * log(odds)
        // The terms that follow, as multiples of the first.
        var sum = 1.0
        var term = 1.0
        var place = n
        for _ in 0..<mostTerms {
            term *= (place + size) / (place + 1) * odds
            sum += term
            place += 1
            if term < sum * 1e-9 { break }
        }
        return quantised(min(0, mass + log(sum)))
    }

    /// Thousandths of the natural logarithm of P(N = 0).
    static func zero(mean: Double, dispersion: Double) -> Int {
        let dispersion = max(dispersion, leastDispersion)
        return quantised(-log(1 + dispersion * max(mean, 0)) / dispersion)
    }

    /// A bound as rules write it, hundredths of the negative decimal exponent, on the same scale.
    static func limit(tail: Int) -> Int { quantised(-Double(tail) / 100 * 2.302585092994046) }

    static let leastDispersion = 0.01
    private static let mostTerms = 10_000

    private static func quantised(_ logarithm: Double) -> Int {
        // Beyond this, and for what is no number, no rule asks.
        guard logarithm > -1e6 else { return -1_000_000_000 }
        return Int((logarithm * 1000).rounded())
    }

    /// ln Γ(x) for x > 0 by Stirling's series, argument shifted to 8 and above.
    private static func logGamma(_ x: Double) -> Double {
        var x = x
        var product = 1.0
        while x < 8 {
            product *= x
            x += 1
        }
        let inverse = 1 / x
        let square = inverse * inverse
        let series = inverse
            * (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square / 1680)))
        return (x - 0.5) * log(x) - x + 0.9189385332046727 + series - log(product)
    }
}
