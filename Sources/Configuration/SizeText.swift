/// Sizes as configurations write them: a whole number and its unit.
enum SizeText {
    static let remedy = "a whole number and B, kB, MB, GB, TB, KiB, MiB, GiB or TiB, such as 64MB"

    private static let units: [(name: String, bytes: Int64)] = [
        ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
        ("kB", 1_000), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000),
        ("TB", 1_000_000_000_000), ("B", 1),
    ]

    /// Bytes of `64MB`, `1GiB`; nil for anything else.
    static func bytes(_ text: String) -> Int64? {
        guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return nil }
        guard let number = WholeNumber.read(text.dropLast(unit.name.count)) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit.bytes)
        return overflow ? nil : product
    }

    /// Percent of `5%`; nil for anything else and for more than 100.
    static func percent(_ text: String) -> Int64? {
        guard text.hasSuffix("%"), let number = WholeNumber.read(text.dropLast()), number <= 100
        else { return nil }
        return number
    }
}

/// Whole numbers without sign.
enum WholeNumber {
    static func read(_ digits: some StringProtocol) -> Int64? {
        guard (1...15).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int64(digits)
    }
}
