/// Durations as rules, their tests and configurations write them: a whole number and its unit.
public enum DurationText {
    /// The longest of them.
    public static let mostDays = 3_650
    /// What to write instead of something that is no duration.
    public static let remedy =
        "a whole number and s, m, h, d or w, such as 90s, 5m, 2h, 3d or 2w; at most \(mostDays)d"

    private static let units: [Character: Int64] = [
        "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800,
    ]

    /// Nanoseconds of `90s`, `5m`, `2h`, `3d`, `2w`; nil for anything else, for nothing and for
    /// more than ``mostDays``.
    public static func nanoseconds(_ text: some StringProtocol) -> Int64? {
        seconds(text).flatMap { $0 > 0 ? $0 * 1_000_000_000 : nil }
    }

    /// The same in seconds, where nothing at all, such as `0s`, is a duration, too.
    public static func seconds(_ text: some StringProtocol) -> Int64? {
        guard let last = text.last, let unit = units[last] else { return nil }
        let digits = text.dropLast()
        guard (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits),
            number * unit <= Int64(mostDays) * 86_400
        else { return nil }
        return number * unit
    }
}
