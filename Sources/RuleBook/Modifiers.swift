internal import Detection

/// The modifiers after a field name: `user_agent|contains|all`.
struct Modifiers {
    /// What becomes of the value, one after another in the order written.
    enum Step: Equatable {
        case affix(Matcher.Affix)
        case base64, base64Offset, windash
        case utf16(bigEndian: Bool, hasMark: Bool)

        var isBase64: Bool { self == .base64 || self == .base64Offset }

        /// Which ends of a text the step leaves open.
        var affix: Matcher.Affix? {
            if case .affix(let affix) = self { affix } else { nil }
        }
    }

    /// What the value is.
    enum Reading: Equatable {
        case text, regex, network, presence, field
    }

    var steps: [Step] = []
    var reading = Reading.text
    var regexOptions: RegexPattern.Options = []
    var comparison: Matcher.Comparison?
    var timePart: RuleField.TimePart?
    var isCased = false
    var requiresAll = false
    /// None of the values (`neq`).
    var isNegated = false
    /// Values hold placeholders.
    var expands = false
    /// A `utf16` behind `base64`, where the specification does not say which comes first.
    private(set) var reordered: String?

    static let supported = [
        "contains", "startswith", "endswith", "all", "cased", "exists", "neq", "gt", "gte", "lt",
        "lte", "re", "i", "m", "s", "cidr", "base64", "base64offset", "utf16", "utf16le",
        "utf16be", "wide", "windash", "expand", "fieldref", "minute", "hour", "day", "week",
        "month", "year",
    ]

    /// What reading a modifier came to.
    enum Outcome: Equatable {
        case understood, unknown
        case contradiction(String)
    }

    mutating func read(_ name: String) -> Outcome {
        switch name {
        case "all": requiresAll = true
        case "cased": isCased = true
        case "expand": expands = true
        case "neq": isNegated = true
        case "contains", "startswith", "endswith": return addAffix(name)
        case "re": return set(.regex)
        case "cidr": return set(.network)
        case "exists": return set(.presence)
        case "fieldref": return set(.field)
        case "i": return option(.ignoresCase, name)
        case "m": return option(.multiline, name)
        case "s": return option(.dotMatchesLineEnds, name)
        case "base64": return encode(.base64)
        case "base64offset": return encode(.base64Offset)
        case "windash": return encode(.windash)
        case "wide", "utf16le": return widen(name, .utf16(bigEndian: false, hasMark: false))
        case "utf16be": return widen(name, .utf16(bigEndian: true, hasMark: false))
        case "utf16": return widen(name, .utf16(bigEndian: false, hasMark: true))
        default: return readNumeric(name)
        }
        return .understood
    }

    private mutating func readNumeric(_ name: String) -> Outcome {
        if let part = RuleField.TimePart(rawValue: name) {
            if timePart != nil { return .contradiction("a value is one part of a time") }
            timePart = part
            return .understood
        }
        guard name != "eq", let comparison = Matcher.Comparison(rawValue: name)
        else { return .unknown }
        if self.comparison != nil { return .contradiction("a value is compared once") }
        self.comparison = comparison
        return .understood
    }

    private mutating func addAffix(_ name: String) -> Outcome {
        if steps.contains(where: { $0.affix != nil }) {
            return .contradiction("it contradicts the one before it")
        }
        if let affix = Matcher.Affix(rawValue: name) { steps.append(.affix(affix)) }
        return .understood
    }

    private mutating func set(_ reading: Reading) -> Outcome {
        if self.reading != .text { return .contradiction("a value is read in one way only") }
        self.reading = reading
        return .understood
    }

    private mutating func option(
        _ option: RegexPattern.Options, _ name: String
    ) -> Outcome {
        guard reading == .regex else { return .contradiction("it belongs behind 're'") }
        regexOptions.insert(option)
        return .understood
    }

    private mutating func encode(_ step: Step) -> Outcome {
        steps.append(step)
        return steps.count > 8 ? .contradiction("there are too many") : .understood
    }

    private mutating func widen(_ name: String, _ step: Step) -> Outcome {
        guard let last = steps.last, last.isBase64 else { return encode(step) }
        reordered = name
        steps.insert(step, at: steps.count - 1)
        return .understood
    }

    /// What does not fit each other or a field of a type; nil if all fits.
    func misfit(for type: FieldSchema.FieldType) -> String? {
        let hasAffixOnly = steps.allSatisfy { $0.affix != nil }
        if reading == .presence {
            return steps.isEmpty && comparison == nil && !isCased && !requiresAll && !isNegated
                && timePart == nil && !expands ? nil : "exists stands alone"
        }
        if isNegated, comparison != nil { return "neq is a comparison, and there is another" }
        if isNegated, requiresAll { return "neq means none of the values already, without all" }
        if reading != .text, comparison != nil { return "a comparison needs a number" }
        if reading == .network, !steps.isEmpty || isCased { return "cidr takes a network as it is" }
        if reading != .text, !hasAffixOnly { return "the value is not a plain text" }
        if comparison != nil || timePart != nil, !steps.isEmpty || isCased {
            return "a number is compared as it is"
        }
        return timePart == nil ? misfitOfType(type) : nil
    }

    private func misfitOfType(_ type: FieldSchema.FieldType) -> String? {
        switch type {
        case .open, .number:
            if reading == .network, type == .number { return "the field is a number" }
            return nil
        case .text: return comparison.map { "\($0.rawValue) compares numbers" }
        case .names:
            if reading == .network { return "the field holds no addresses" }
            return comparison.map { "\($0.rawValue) compares numbers" }
        case .truth:
            let isPlain = steps.isEmpty && !isCased && comparison == nil && reading == .text
            return isPlain ? nil : "the field is true or false"
        }
    }
}
