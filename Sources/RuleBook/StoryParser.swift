/// Reads stories: one line, one request. The grammar is in docs/RULES.md, "Stories".
///
///     [day N] 10:00[:30]|+19s  WHO|???  CITY/NETWORK[#N]  VERB …  [client= session= tabN of=]
struct StoryParser {
    private struct Word {
        var text: Substring
        var place: Place
    }

    private var words: ArraySlice<Word> = []
    private var line = Place.whole
    private var day = 1
    private var last: Int?
    private var lineages: [StoryAct.Lineage] = []

    static let verbs = ["login", "code", "refresh", "use", "logout"]
    static let latestDay = 1_000

    /// The acts; nil after a diagnostic.
    static func acts(_ story: StoryText, _ report: inout RuleText) -> [StoryAct]? {
        var parser = StoryParser()
        var acts: [StoryAct] = []
        var isComplete = true
        for line in story.lines where !line.isMidlife {
            if let act = parser.act(line, &report) {
                acts.append(act)
            } else {
                isComplete = false
            }
        }
        guard isComplete else { return nil }
        return StoryChecks.areSound(acts, isMidlife: story.isMidlife, &report) ? acts : nil
    }

    private mutating func act(_ line: StoryText.Line, _ report: inout RuleText) -> StoryAct? {
        self.line = line.place
        words = Self.split(line)[...]
        guard let second = time(&report) else { return nil }
        guard let who = words.popFirst() else { return short("who acts", &report) }
        guard let place = place(&report) else { return nil }
        guard let word = words.popFirst() else {
            return short("a verb: \(Self.verbs.joined(separator: ", "))", &report)
        }
        guard let verb = verb(word, &report), let lineage = options(who, &report)
        else { return nil }
        last = second
        return StoryAct(
            second: second, actor: String(who.text), place: place, verb: verb, lineage: lineage,
            line: line.place)
    }

    private static func split(_ line: StoryText.Line) -> [Word] {
        var words: [Word] = []
        for word in line.text.split(whereSeparator: { $0 == " " || $0 == "\t" }) {
            let offset = line.text.unicodeScalars.distance(
                from: line.text.startIndex, to: word.startIndex)
            words.append(
                Word(
                    text: word,
                    place: Place(
                        line: line.place.line, column: line.place.column + offset,
                        length: word.unicodeScalars.count)))
        }
        return words
    }

    private func short<Value>(_ what: String, _ report: inout RuleText) -> Value? {
        report.error(
            .story, line, "the line ends before it says \(what)",
            remedy: "10:00 anna berlin/telekom refresh g5>g6")
        return nil
    }

    // MARK: - Time

    private mutating func time(_ report: inout RuleText) -> Int? {
        if words.first?.text == "day" {
            words.removeFirst()
            guard let word = words.popFirst(), let number = Int(word.text),
                (1...Self.latestDay).contains(number)
            else {
                report.error(.story, line, "day wants a number from 1 to \(Self.latestDay)")
                return nil
            }
            day = number
        }
        guard let word = words.popFirst() else { return short("when", &report) }
        let second = word.text.hasPrefix("+") ? later(word) : clock(word.text)
        guard let second else {
            report.error(
                .story, word.place, "'\(word.text.prefix(20))' is no time",
                remedy: "10:00, 10:00:30, or +19s, +5m, +2h, +1d after the line before")
            return nil
        }
        if let last, second < last {
            report.error(
                .story, word.place, "the line lies before the one above it",
                remedy: "stories run forward; the next day starts with: day \(day + 1) 09:00")
            return nil
        }
        return second
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

    private mutating func later(_ word: Word) -> Int? {
        guard let last, let unit = word.text.last,
            let number = Int(word.text.dropFirst().dropLast()), (0...100_000).contains(number)
        else { return nil }
        let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let seconds = units[unit] else { return nil }
        let second = last + number * seconds
        guard second / 86_400 < Self.latestDay else { return nil }
        day = second / 86_400 + 1
        return second
    }

    // MARK: - Place and verb

    private mutating func place(_ report: inout RuleText) -> StoryPlace? {
        guard let word = words.popFirst() else { return short("where from", &report) }
        switch StoryAtlas.read(String(word.text)) {
        case .place(let place): return place
        case .unknownCity(let city):
            let nearest = Suggestion.phrase(for: city, among: StoryAtlas.cities.keys)
            report.error(
                .story, Place(
                    line: word.place.line, column: word.place.column,
                    length: city.unicodeScalars.count),
                "no city of stories is called '\(city.prefix(40))'\(nearest)",
                remedy: "write ?/\(city.prefix(40)) for an address that no database knows")
        case .malformed:
            report.error(
                .story, word.place, "'\(word.text.prefix(40))' is no place",
                remedy: "a city and a network, such as berlin/telekom")
        }
        return nil
    }

    private mutating func verb(_ word: Word, _ report: inout RuleText) -> StoryAct.Verb? {
        switch word.text {
        case "login": return .login
        case "logout": return .logout
        case "code":
            guard let next = words.popFirst() else { return short("what came of it", &report) }
            guard next.text.hasPrefix(">"), let token = StoryToken(next.text.dropFirst())
            else { return notToken(next, "code >g0", &report) }
            return .code(token)
        case "use":
            guard let next = words.popFirst() else { return short("which token", &report) }
            guard let token = StoryToken(next.text) else {
                return notToken(next, "use g5", &report)
            }
            return .use(token)
        case "refresh": return refresh(&report)
        default:
            report.unknown(
                .story, "verb", String(word.text), word.place, allowed: Self.verbs)
            return nil
        }
    }

    private func notToken(
        _ word: Word, _ example: String, _ report: inout RuleText
    ) -> StoryAct.Verb? {
        report.error(
            .story, word.place, "'\(word.text.prefix(40))' names no token",
            remedy: "tokens are g0, g1, g2 and so on: \(example)")
        return nil
    }

    private mutating func refresh(_ report: inout RuleText) -> StoryAct.Verb? {
        guard let word = words.popFirst() else { return short("which token", &report) }
        let parts = word.text.split(separator: ">", omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard let presented = StoryToken(parts[0]), let issued = StoryToken(parts[1])
            else { return notToken(word, "refresh g5>g6", &report) }
            return .refresh(presented, issued: issued)
        }
        guard let presented = StoryToken(word.text) else {
            return notToken(word, "refresh g5>g6, or refresh g5 refused", &report)
        }
        guard words.popFirst()?.text == "refused" else {
            report.error(
                .story, word.place, "the line does not say what came of it",
                remedy: "refresh \(presented.text)>g\(presented.generation + 1), or "
                    + "refresh \(presented.text) refused")
            return nil
        }
        var refusal = StoryAct.Refusal.plain
        if let next = words.first, let said = StoryAct.Refusal(rawValue: String(next.text)) {
            refusal = said
            words.removeFirst()
        }
        return .refused(presented, refusal)
    }

    // MARK: - Options

    private mutating func options(
        _ who: Word, _ report: inout RuleText
    ) -> StoryAct.Lineage? {
        var values: [String: String] = [:]
        var tab = 1
        while let word = words.popFirst() {
            let parts = word.text.split(separator: "=", maxSplits: 1)
            if word.text.hasPrefix("tab"), let number = Int(word.text.dropFirst(3)), number > 0 {
                tab = number
            } else if parts.count == 2, ["client", "session", "of"].contains(parts[0]) {
                values[String(parts[0])] = String(parts[1])
            } else {
                report.unknown(
                    .story, "word", String(word.text), word.place,
                    allowed: ["client=", "session=", "of=", "tab2"]
                        + StoryAct.Refusal.allCases.dropFirst().map(\.rawValue))
                return nil
            }
        }
        guard who.text == StoryAct.stranger else {
            let lineage = lineage(String(who.text), values, tab)
            if !lineages.contains(lineage) { lineages.append(lineage) }
            return lineage
        }
        return strangersLineage(who, values, tab, &report)
    }

    private func lineage(
        _ subject: String, _ values: [String: String], _ tab: Int
    ) -> StoryAct.Lineage {
        StoryAct.Lineage(
            subject: subject, session: values["session"] ?? "\(subject)-session",
            client: values["client"] ?? "app", tab: tab)
    }

    /// The chain whose token a stranger presents: the only one there is, or that of `of=`.
    private func strangersLineage(
        _ who: Word, _ values: [String: String], _ tab: Int, _ report: inout RuleText
    ) -> StoryAct.Lineage? {
        if let subject = values["of"] { return lineage(subject, values, tab) }
        let fitting = lineages.filter { known in
            known.tab == tab && values["client"].map { $0 == known.client } ?? true
                && values["session"].map { $0 == known.session } ?? true
        }
        if fitting.count == 1 { return fitting[0] }
        report.error(
            .story, who.place,
            fitting.isEmpty
                ? "there is nobody yet whose token a stranger could present"
                : "it is not clear whose token the stranger presents",
            remedy: "name the owner first, or add of=anna")
        return nil
    }
}

extension StoryText.Line {
    var isMidlife: Bool { text.hasPrefix("midlife") && text.dropFirst(7).allSatisfy { $0 == " " } }
}

extension StoryText {
    /// Whether the events of the story's grants begin in their middle.
    var isMidlife: Bool { lines.contains { $0.isMidlife } }
}
