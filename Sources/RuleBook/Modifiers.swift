internal import Detection

/// The modifiers after a field name: `user_agent|contains|all`.
struct Modifiers {
    enum Affix {
        case contains, startsWith, endsWith
    }

    var affix: Affix?
    var comparison: Matcher.Comparison?
    var isCased = false
    var requiresAll = false
    var isExists = false

    static let supported = [
        "contains", "startswith", "endswith", "all", "cased", "gt", "gte", "lt", "lte", "exists",
    ]

    /// Sigma's other modifiers: valid, but not read by this version.
    static let unsupported = [
        "re", "i", "m", "s", "base64", "base64offset", "wide", "utf16", "utf16le", "utf16be",
        "windash", "cidr", "expand", "fieldref", "neq", "minute", "hour", "day", "week", "month",
        "year",
    ]

    /// What reading a modifier came to.
    enum Reading {
        case understood, unsupported, unknown, repeated
    }

    mutating func read(_ name: String) -> Reading {
        if Self.unsupported.contains(name) { return .unsupported }
        switch name {
        case "contains": return setAffix(.contains)
        case "startswith": return setAffix(.startsWith)
        case "endswith": return setAffix(.endsWith)
        case "all": requiresAll = true
        case "cased": isCased = true
        case "exists": isExists = true
        default:
            guard name != "eq", let comparison = Matcher.Comparison(rawValue: name)
            else { return .unknown }
            if self.comparison != nil { return .repeated }
            self.comparison = comparison
        }
        return .understood
    }

    private mutating func setAffix(_ affix: Affix) -> Reading {
        if self.affix != nil { return .repeated }
        self.affix = affix
        return .understood
    }

    /// The first modifier that does not fit a text, a number or a truth; nil if all fit.
    func misfit(for type: FieldSchema.FieldType) -> String? {
        if isExists {
            return affix != nil || comparison != nil || isCased || requiresAll
                ? "exists stands alone" : nil
        }
        switch type {
        case .text, .names:
            return comparison.map { "\($0.rawValue) compares numbers" }
        case .number:
            if affix != nil || isCased { return "the field is a number" }
            return nil
        case .truth:
            return affix != nil || isCased || comparison != nil ? "the field is true or false" : nil
        }
    }

    /// The pattern of one text value.
    func pattern(_ text: String) -> TextPattern {
        var pieces = SigmaValue.pieces(text)
        if affix == .contains || affix == .endsWith, pieces.first != .anyRun {
            pieces.insert(.anyRun, at: 0)
        }
        if affix == .contains || affix == .startsWith, pieces.last != .anyRun {
            pieces.append(.anyRun)
        }
        return TextPattern(pieces: pieces, isCased: isCased)
    }
}
