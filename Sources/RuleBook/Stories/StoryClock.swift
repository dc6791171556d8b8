internal import MarkedText

/// When the lines of a story, or the events of a list, happen: each in seconds since the first
/// midnight.
struct StoryClock {
    static let latestDay = 1_000

    private(set) var day = 1
    /// The second of what came before.
    private(set) var last: Int?

    enum Reading: Equatable {
        case second(Int)
        /// `day` without a number from 1 to ``latestDay``.
        case badDay
        /// The words end before a time.
        case missing
        case notTime
        /// Before what came before.
        case backwards
    }

    /// Reads `[day N|dN] 10:00[:30]` or `+19s` off the front of some words.
    ///
    /// - Returns: what was read, and how many words it took; the last of these is the one at fault.
    mutating func read(_ words: [Substring]) -> (reading: Reading, words: Int) {
        var taken = 0
        if let first = words.first, let number = Self.dayWord(first, words.dropFirst().first) {
            taken = first == "day" ? 2 : 1
            guard (1...Self.latestDay).contains(number) else { return (.badDay, taken) }
            day = number
        }
        guard taken < words.count else { return (.missing, taken) }
        let word = words[taken]
        taken += 1
        guard let second = word.hasPrefix("+") ? later(word) : clock(word)
        else { return (.notTime, taken) }
        if let last, second < last { return (.backwards, taken) }
        last = second
        return (.second(second), taken)
    }

    /// Says that what was read last went on until another second.
    mutating func goOn(to second: Int) {
        last = max(last ?? second, second)
        day = max(day, second / 86_400 + 1)
    }

    /// The number of `day 3` or `d3`, 0 for one that is none; nil where no day is meant.
    private static func dayWord(_ word: Substring, _ next: Substring?) -> Int? {
        if word == "day" { return next.flatMap { Int($0) } ?? 0 }
        guard word.hasPrefix("d"), word.count > 1,
            word.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(word.dropFirst()) ?? 0
    }

    private func clock(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts.allSatisfy({ $0.utf8.count == 2 })
        else { return nil }
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, (0...23).contains(numbers[0]),
            numbers.dropFirst().allSatisfy({ (0...59).contains($0) })
        else { return nil }
        let seconds = numbers.count == 3 ? numbers[2] : 0
        return (day - 1) * 86_400 + numbers[0] * 3600 + numbers[1] * 60 + seconds
    }

    private mutating func later(_ word: Substring) -> Int? {
        guard let last, let seconds = DurationText.seconds(word.dropFirst()) else { return nil }
        let second = last + Int(seconds)
        guard second / 86_400 < Self.latestDay else { return nil }
        day = second / 86_400 + 1
        return second
    }
}

/// How often something happens: `x400 over 30m`.
struct StoryRepeat: Sendable, Equatable {
    var times: Int
    /// Seconds from the first time to one step beyond the last.
    var span: Int

    static let once = StoryRepeat(times: 1, span: 0)
    static let mostTimes = 20_000
    /// Seconds.
    static let longest = 366 * 86_400

    /// Milliseconds from the first time to the one with this index.
    func offset(_ index: Int) -> Int { index * span * 1000 / max(1, times) }

    /// `x400`, as a number; nil for any other word.
    static func times(_ word: Substring) -> Int? {
        guard word.hasPrefix("x"), let number = Int(word.dropFirst()) else { return nil }
        return number
    }
}
