internal import AuditModel
internal import MarkedText

/// Reads the verb of a story's line and what belongs to it.
struct StoryVerbs {
    private(set) var words: ArraySlice<StoryWord>
    private let line: Place

    static let names = [
        "login", "logout", "authorize", "code", "refresh", "use", "fail", "introspect", "client",
        "grant", "device", "revoke", "leak", "event",
    ]

    init(words: ArraySlice<StoryWord>, line: Place) {
        self.words = words
        self.line = line
    }

    mutating func verb(_ report: inout RuleText) -> StoryAct.Verb? {
        guard let word = words.popFirst() else {
            return short("a verb: \(Self.names.joined(separator: ", "))", &report)
        }
        switch word.text {
        case "code": return code(&report)
        case "refresh": return refresh(&report)
        case "use": return .use(token() ?? .newest)
        case "device": return device(&report)
        case "leak": return leak(&report)
        default: break
        }
        guard Self.names.contains(String(word.text)) else {
            report.unknown(.story, "verb", String(word.text), word.place, allowed: Self.names)
            return nil
        }
        return deed(word, &report).map { .deed($0) }
    }

    private mutating func deed(
        _ word: StoryWord, _ report: inout RuleText
    ) -> StoryDeed? {
        switch word.text {
        case "login": return attempt(.authnSucceeded, .authnFailed)
        case "logout": return StoryDeed(kind: .sessionEnded)
        case "authorize":
            let code = codeName()
            var deed = attempt(
                code == nil ? .authorizationGranted : .codeIssued, .authorizationFailed)
            deed.code = code
            return deed
        case "client": return attempt(.clientAuthenticated, .clientAuthFailed, .clientAuth)
        case "grant": return grant(&report)
        case "introspect":
            let token = token()
            var deed = attempt(.tokenIntrospected, .tokenIntrospectFailed)
            deed.ipRole = .caller
            deed.token = token
            return deed
        case "revoke":
            return StoryDeed(kind: .tokenRevoked, token: token() ?? .newest)
        case "fail": return fail(&report)
        default: return event(&report)
        }
    }

    private func short<Value>(_ what: String, _ report: inout RuleText) -> Value? {
        report.error(
            .story, line, "the line ends before it says \(what)",
            remedy: "10:00 anna berlin/telekom refresh g5>g6")
        return nil
    }

    // MARK: - Parts

    private mutating func token() -> StoryToken? {
        guard let token = words.first.flatMap({ StoryToken($0.text) }) else { return nil }
        words.removeFirst()
        return token
    }

    private mutating func take(_ word: String) -> Bool {
        guard words.first?.text == Substring(word) else { return false }
        words.removeFirst()
        return true
    }

    private mutating func reason() -> Reason? {
        guard let word = words.first,
            let reason = Reason.allCases.first(where: { $0.name == word.text }), reason != .none
        else { return nil }
        words.removeFirst()
        return reason
    }

    /// `c1`: a code by its name.
    private mutating func codeName() -> String? {
        guard let word = words.first?.text, word.hasPrefix("c"), word.count > 1,
            word.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber })
        else { return nil }
        words.removeFirst()
        return String(word)
    }

    /// Nothing, or `refused` and perhaps a reason.
    private mutating func attempt(
        _ success: EventKind, _ failure: EventKind, _ usual: Reason = .unspecified
    ) -> StoryDeed {
        guard take("refused") else { return StoryDeed(kind: success) }
        return StoryDeed(kind: failure, outcome: .failure, reason: reason() ?? usual)
    }

    private func notToken(
        _ word: StoryWord, _ example: String, _ report: inout RuleText
    ) -> StoryAct.Verb? {
        report.error(
            .story, word.place, "'\(word.text.prefix(40))' names no token",
            remedy: "tokens are g0, g1, g2 and so on: \(example)")
        return nil
    }

    // MARK: - Verbs

    private mutating func code(_ report: inout RuleText) -> StoryAct.Verb? {
        let code = codeName()
        guard let next = words.popFirst() else { return short("what came of it", &report) }
        if next.text == "refused", let code {
            let isReuse = take("reuse")
            return .deed(
                StoryDeed(
                    kind: isReuse ? .codeReplayed : .codeRejected, outcome: .failure,
                    reason: isReuse ? .reused : reason() ?? .unspecified, code: code))
        }
        guard next.text.hasPrefix(">"), let token = StoryToken(next.text.dropFirst())
        else { return notToken(next, "code >g0, or code c1 >g0", &report) }
        return .code(code, issued: token)
    }

    private mutating func refresh(_ report: inout RuleText) -> StoryAct.Verb? {
        guard let word = words.first, !Self.isOption(word.text) else {
            return .refresh(.newest, issued: .newest)
        }
        if word.text == "refused" { return refused(.newest) }
        words.removeFirst()
        let parts = word.text.split(separator: ">", omittingEmptySubsequences: false)
        if parts.count == 2 {
            guard let presented = StoryToken(parts[0]), let issued = StoryToken(parts[1])
            else { return notToken(word, "refresh g5>g6", &report) }
            return .refresh(presented, issued: issued)
        }
        guard let presented = StoryToken(word.text) else {
            return notToken(word, "refresh g5>g6, or refresh g5 refused", &report)
        }
        guard words.first?.text == "refused" else {
            report.error(
                .story, word.place, "the line does not say what came of it",
                remedy: "refresh \(presented.text)>g\(presented.generation + 1), or "
                    + "refresh \(presented.text) refused")
            return nil
        }
        return refused(presented)
    }

    private static func isOption(_ text: Substring) -> Bool {
        text.contains("=") || text.hasPrefix("tab")
    }

    private mutating func refused(_ presented: StoryToken) -> StoryAct.Verb {
        words.removeFirst()
        guard let said = words.first.flatMap({ StoryAct.Refusal(rawValue: String($0.text)) })
        else { return .refused(presented, .plain) }
        words.removeFirst()
        return .refused(presented, said)
    }

    /// A resource server finds a token bad: one of the story, or one that nobody has seen.
    private mutating func fail(_ report: inout RuleText) -> StoryDeed? {
        guard let word = words.first else { return short("why", &report) }
        guard let reason = reason() else {
            report.unknown(
                .story, "reason", String(word.text), word.place,
                allowed: Reason.names.filter { !$0.isEmpty })
            return nil
        }
        let token = token()
        return StoryDeed(
            kind: .tokenValidationFailed, outcome: .failure, reason: reason, token: token,
            isUnknownToken: token == nil)
    }

    /// `grant password`, `grant client_credentials refused`.
    private mutating func grant(_ report: inout RuleText) -> StoryDeed? {
        guard let word = words.popFirst(), word.text != "refused", !Self.isOption(word.text)
        else { return short("which grant type", &report) }
        var deed = attempt(.tokenIssued, .tokenIssueFailed)
        deed.grantType = String(word.text)
        return deed
    }

    private mutating func device(_ report: inout RuleText) -> StoryAct.Verb? {
        let steps: [String: StoryDeed] = [
            "request": StoryDeed(kind: .deviceCodeRequested),
            "approve": StoryDeed(kind: .deviceCodeVerified),
            "deny": StoryDeed(kind: .deviceCodeDenied, outcome: .denied),
            "pending": StoryDeed(kind: .deviceCodeRejected, outcome: .interrupted),
            "redeem": StoryDeed(kind: .deviceCodeRedeemed),
        ]
        guard let word = words.popFirst() else { return short("which step", &report) }
        guard var deed = steps[String(word.text)] else {
            report.unknown(
                .story, "step of a device grant", String(word.text), word.place,
                allowed: steps.keys.sorted())
            return nil
        }
        if word.text == "redeem", let next = words.first, next.text.hasPrefix(">") {
            words.removeFirst()
            guard let token = StoryToken(next.text.dropFirst()) else {
                return notToken(next, "device redeem >g0", &report)
            }
            deed.issued = token
        }
        return .deed(deed)
    }

    /// `leak at live`, `leak g6 rt dead`: a token of the story stands in a log.
    private mutating func leak(_ report: inout RuleText) -> StoryAct.Verb? {
        let token = token() ?? .newest
        guard let kind = words.popFirst(), let state = words.popFirst() else {
            return short("what leaked, and whether it was alive", &report)
        }
        guard !kind.text.isEmpty, kind.text.utf8.allSatisfy({ (0x61...0x7A).contains($0) }),
            state.text == "live" || state.text == "dead"
        else {
            report.error(
                .story, state.place, "a leak is of a kind of token, live or dead",
                remedy: "leak at live, or leak g6 rt dead")
            return nil
        }
        return .deed(
            StoryDeed(
                kind: .tokenLeaked, ipRole: .unknown, token: token,
                leak: .init(kind: String(kind.text), isExpired: state.text == "dead")))
    }

    /// `event mfa.failed refused`: any kind at all.
    private mutating func event(_ report: inout RuleText) -> StoryDeed? {
        guard let word = words.popFirst() else { return short("which kind of event", &report) }
        guard let kind = EventKind(name: String(word.text)) else {
            report.unknown(
                .story, "kind", String(word.text), word.place, allowed: EventKind.names)
            return nil
        }
        return attempt(kind, kind)
    }
}
