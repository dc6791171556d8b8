internal import AuditModel
internal import MarkedText

/// A word of a line, with its place in the file.
struct StoryWord {
    var text: Substring
    var place: Place

    static func split(_ line: StoryText.Line) -> [StoryWord] {
        line.text.split(whereSeparator: { $0 == " " || $0 == "\t" }).map { word in
            let offset = line.text.unicodeScalars.distance(
                from: line.text.startIndex, to: word.startIndex)
            return StoryWord(
                text: word,
                place: Place(
                    line: line.place.line, column: line.place.column + offset,
                    length: word.unicodeScalars.count))
        }
    }

    /// The word with the running number of a repetition in it.
    func numbered(_ number: Int) -> StoryWord {
        guard text.contains("{n}") else { return self }
        return StoryWord(text: Substring(text.replacing("{n}", with: "\(number)")), place: place)
    }
}

/// Reads stories: one line, one request. The grammar is in docs/RULES.md, "Stories".
///
///     [dN] 10:00[:30]|+19s  WHO|???|-  CITY/NETWORK[#N]  VERB …  [FIELD=VALUE]  [xN over 30m]
struct StoryParser {
    private var words: ArraySlice<StoryWord> = []
    private var line = Place.whole
    private var clock = StoryClock()
    private var lineages: [StoryAct.Lineage] = []
    private var newest: [StoryAct.Lineage: StoryToken] = [:]
    private var actCount = 0

    static let mostActs = 50_000

    /// The acts; nil after a diagnostic.
    static func acts(_ story: StoryText, _ report: inout RuleText) -> [StoryAct]? {
        var parser = StoryParser()
        var acts: [StoryAct] = []
        var isComplete = true
        for line in story.lines where !line.isMidlife {
            if let found = parser.acts(line, &report) {
                acts += found
            } else {
                isComplete = false
            }
        }
        guard isComplete else { return nil }
        return StoryChecks.areSound(acts, isMidlife: story.isMidlife, &report) ? acts : nil
    }

    private mutating func acts(
        _ line: StoryText.Line, _ report: inout RuleText
    ) -> [StoryAct]? {
        self.line = line.place
        var all = StoryWord.split(line)
        let count = repetition(&all, &report)
        guard let count, let second = time(&all, &report) else { return nil }
        var acts: [StoryAct] = []
        for index in 0..<count.times {
            words = (count.times == 1 ? all : all.map { $0.numbered(index + 1) })[...]
            guard var act = act(&report) else { return nil }
            let offset = count.offset(index)
            act.second = second + offset / 1000
            act.millisecond = offset % 1000
            acts.append(act)
        }
        clock.goOn(to: acts.last?.second ?? second)
        actCount += acts.count
        guard actCount <= Self.mostActs else {
            report.error(.story, self.line, "a story has at most \(Self.mostActs) requests")
            return nil
        }
        return acts
    }

    private mutating func act(_ report: inout RuleText) -> StoryAct? {
        guard let who = words.popFirst() else { return short("who acts", &report) }
        guard let place = place(&report) else { return nil }
        var verbs = StoryVerbs(words: words, line: line)
        guard let verb = verbs.verb(&report) else { return nil }
        words = verbs.words
        guard let options = options(&report),
            let lineage = lineage(who, options, verb, &report)
        else { return nil }
        let resolved = resolve(verb, lineage)
        if !resolved.isFailure, let token = resolved.act.issued { newest[lineage] = token }
        return StoryAct(
            second: 0, actor: String(who.text), place: place, verb: resolved.verb,
            lineage: lineage, members: options.members, line: line)
    }

    private func short<Value>(_ what: String, _ report: inout RuleText) -> Value? {
        report.error(
            .story, line, "the line ends before it says \(what)",
            remedy: "10:00 anna berlin/telekom refresh g5>g6")
        return nil
    }

    // MARK: - Time

    private mutating func time(_ all: inout [StoryWord], _ report: inout RuleText) -> Int? {
        let (reading, count) = clock.read(all.map(\.text))
        let word = count > 0 && count <= all.count ? all[count - 1] : nil
        all.removeFirst(min(count, all.count))
        switch reading {
        case .second(let second): return second
        case .badDay:
            report.error(
                .story, line, "day wants a number from 1 to \(StoryClock.latestDay)")
        case .missing: return short("when", &report)
        case .notTime:
            report.error(
                .story, word?.place ?? line, "'\(word?.text.prefix(20) ?? "")' is no time",
                remedy: "10:00, 10:00:30, or +19s, +5m, +2h, +1d after the line before")
        case .backwards:
            report.error(
                .story, word?.place ?? line, "the line lies before the one above it",
                remedy: "stories run forward; the next day starts with: d\(clock.day + 1) 09:00")
        }
        return nil
    }

    /// Takes `x400 over 30m` off the end of a line.
    private func repetition(
        _ words: inout [StoryWord], _ report: inout RuleText
    ) -> StoryRepeat? {
        guard let index = words.lastIndex(where: { StoryRepeat.times($0.text) != nil }),
            let times = StoryRepeat.times(words[index].text)
        else { return .once }
        guard (1...StoryRepeat.mostTimes).contains(times) else {
            report.error(
                .story, words[index].place,
                "a line is repeated 1 to \(StoryRepeat.mostTimes) times")
            return nil
        }
        var span = times
        var end = index + 1
        if end < words.count, words[end].text == "over" {
            let word = end + 1 < words.count ? words[end + 1] : words[end]
            guard let read = DurationText.seconds(word.text), read > 0,
                read <= StoryRepeat.longest
            else {
                report.error(
                    .story, word.place, "'\(word.text.prefix(20))' is no stretch of time",
                    remedy: "such as x400 over 30m, at most \(StoryRepeat.longest / 86_400)d")
                return nil
            }
            span = Int(read)
            end += 2
        }
        guard end == words.count else { return .once }
        words.removeSubrange(index...)
        return StoryRepeat(times: times, span: span)
    }

    // MARK: - Place

    private mutating func place(_ report: inout RuleText) -> StoryPlace? {
        guard let word = words.popFirst() else { return short("where from", &report) }
        return Self.place(String(word.text), word.place, .story, &report)
    }

    /// Reads a place; reports one that is none.
    static func place(
        _ text: String, _ place: Place, _ code: RuleDiagnostic.Code, _ report: inout RuleText
    ) -> StoryPlace? {
        switch StoryAtlas.read(text) {
        case .place(let place): return place
        case .unknownCity(let city):
            let nearest = Suggestion.phrase(for: city, among: StoryAtlas.cities.keys)
            report.error(
                code, Place(
                    line: place.line, column: place.column, length: city.unicodeScalars.count),
                "no city of stories is called '\(city.prefix(40))'\(nearest)",
                remedy: "write ?/\(city.prefix(40)) for an address that no database knows")
        case .unknownClass(let name):
            report.unknown(code, "class of network", name, place, allowed: NetworkClass.names)
        case .malformed:
            report.error(
                code, place, "'\(text.prefix(40))' is no place",
                remedy: "a city and a network, such as berlin/telekom or berlin/hosting:ovh")
        }
        return nil
    }

    // MARK: - Options

    private struct Options {
        var values: [String: String] = [:]
        var tab = 1
        var members: [RawEvent.Member] = []
    }

    private mutating func options(_ report: inout RuleText) -> Options? {
        var options = Options()
        while let word = words.popFirst() {
            let parts = word.text.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            if name.hasPrefix("tab"), let number = Int(name.dropFirst(3)), number > 0 {
                options.tab = number
            } else if parts.count == 2, ["client", "session", "of"].contains(name) {
                options.values[name] = String(parts[1])
            } else if parts.count == 2, RawEventReader.storyNames.contains(name) {
                let member = RawEvent.Member(
                    name: name, values: parts[1].split(separator: ",").map(String.init),
                    keyPlace: word.place, place: word.place)
                var scratch = TestEvent()
                guard RawEventReader.read(member, into: &scratch) else {
                    report.error(
                        .story, word.place, "'\(parts[1].prefix(40))' is no value of \(name)")
                    return nil
                }
                options.members.append(member)
            } else {
                report.unknown(
                    .story, "word", String(word.text), word.place,
                    allowed: ["client=", "session=", "of=", "tab2"]
                        + StoryAct.Refusal.allCases.dropFirst().map(\.rawValue)
                        + RawEventReader.storyNames.map { $0 + "=" })
                return nil
            }
        }
        return options
    }

    // MARK: - Lineages

    private mutating func lineage(
        _ who: StoryWord, _ options: Options, _ verb: StoryAct.Verb, _ report: inout RuleText
    ) -> StoryAct.Lineage? {
        switch String(who.text) {
        case StoryAct.stranger: return strangersLineage(who, options, verb, &report)
        case StoryAct.nobody:
            return StoryAct.Lineage(
                subject: "", session: options.values["session"] ?? "",
                client: options.values["client"] ?? "app", tab: options.tab)
        default:
            let lineage = lineage(String(who.text), options)
            if newest[lineage] == nil, !lineages.contains(lineage) { lineages.append(lineage) }
            return lineage
        }
    }

    private func lineage(_ subject: String, _ options: Options) -> StoryAct.Lineage {
        StoryAct.Lineage(
            subject: subject, session: options.values["session"] ?? "\(subject)-session",
            client: options.values["client"] ?? "app", tab: options.tab)
    }

    /// The chain whose token a stranger presents: the only one there is, or that of `of=`. One who
    /// presents no token of the story is nobody.
    private func strangersLineage(
        _ who: StoryWord, _ options: Options, _ verb: StoryAct.Verb, _ report: inout RuleText
    ) -> StoryAct.Lineage? {
        if let subject = options.values["of"] { return lineage(subject, options) }
        if case .deed(let deed) = verb, deed.token == nil {
            return StoryAct.Lineage(
                subject: "", session: options.values["session"] ?? "",
                client: options.values["client"] ?? "app", tab: options.tab)
        }
        let fitting = lineages.filter { known in
            known.tab == options.tab && options.values["client"].map { $0 == known.client } ?? true
                && options.values["session"].map { $0 == known.session } ?? true
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

    // MARK: - Newest tokens

    /// The verb with the chain's newest token where the line names none.
    private mutating func resolve(
        _ verb: StoryAct.Verb, _ lineage: StoryAct.Lineage
    ) -> (verb: StoryAct.Verb, act: (named: StoryToken?, issued: StoryToken?), isFailure: Bool) {
        let token = newest[lineage] ?? StoryToken(generation: 0)
        func named(_ given: StoryToken) -> StoryToken { given == .newest ? token : given }
        switch verb {
        case .refresh(let presented, let issued):
            let presented = named(presented)
            let next = issued == .newest ? presented.next : issued
            return (.refresh(presented, issued: next), (presented, next), false)
        case .refused(let presented, let refusal):
            return (.refused(named(presented), refusal), (named(presented), nil), true)
        case .use(let presented):
            if newest[lineage] == nil { newest[lineage] = named(presented) }
            return (.use(named(presented)), (named(presented), nil), false)
        case .code(_, let issued): return (verb, (nil, issued), false)
        case .deed(var deed):
            deed.token = deed.token.map(named)
            return (.deed(deed), (deed.token, deed.issued), deed.outcome != .success)
        }
    }
}

extension StoryText.Line {
    var isMidlife: Bool { text.hasPrefix("midlife") && text.dropFirst(7).allSatisfy { $0 == " " } }
}

extension StoryText {
    /// Whether the events of the story's grants begin in their middle.
    var isMidlife: Bool { lines.contains { $0.isMidlife } }
}
