extension LenientBytes {
    /// A password or client secret: all up to the closing quote, or up to a delimiter.
    func freeValue(_ separator: Separator, _ kind: TokenKind) -> SecretSpan? {
        let start = separator.valueStart
        if isMask(at: start) { return nil }
        let closing = closingQuote(separator)
        let isQuoted = closing != nil
        if !isQuoted, raw(start) == 0x7B || raw(start) == 0x5B || raw(start) == 0x28 { return nil }
        let end = closing ?? delimiter(from: start, separator)
        var shape = ValueShape()
        var index = start
        while index < end {
            let (byte, next) = step(index)
            shape.add(byte)
            index = next
        }
        guard shape.count >= CandidateCheck.fewestFreeBytes, !shape.isMask, !shape.isConstant else {
            return nil
        }
        // `password: incorrect for user` is prose, `password=incorrect` is not.
        if !isQuoted && separator.symbol == 0x3A && separator.isSpaced && shape.isWords {
            return nil
        }
        return SecretSpan(range: start..<index, kind: kind)
    }

    private func delimiter(from start: Int, _ separator: Separator) -> Int {
        var index = start
        while index < count {
            switch raw(index) {
            case 0...0x20, 0x22, 0x26, 0x27, 0x29, 0x2C, 0x3B, 0x3C, 0x3E, 0x5D, 0x7D: return index
            case 0x25 where separator.isEncoded && step(index).byte == 0x26: return index
            case 0x5C:
                let (byte, next) = step(index)
                if byte == 0x22 || byte == 0x26 || next == index + 1 { return index }
                index = next
            default: index += 1
            }
        }
        return index
    }

    /// Where the quote stands that closes a quoted value; nil if it has none within bounds.
    private func closingQuote(_ separator: Separator) -> Int? {
        let start = separator.valueStart
        let end = min(count, start + CandidateCheck.mostFreeBytes)
        switch separator.quote {
        case .none: return nil
        case .encoded(let quote):
            var index = start
            while index < end {
                let isEncoded = raw(index) == 0x25 || raw(index) == 0x26
                if isEncoded, step(index).byte == quote { return index }
                index += 1
            }
            return nil
        case .plain(let quote, let depth):
            // Each layer of JSON doubles backslashes, so that those in front of the closing quote
            // are `depth` modulo the next power of two.
            let modulus = (depth + 1) * 2
            var backslashes = 0
            for index in start..<max(start, end) {
                let byte = raw(index)
                if byte == quote && backslashes % modulus == depth { return index - depth }
                backslashes = byte == 0x5C ? backslashes + 1 : 0
            }
            return nil
        }
    }
}

// MARK: - Cookies

extension LenientBytes {
    private static let mostCookies = 64

    /// Cookies that name a session without granting it: their values are ids which every other
    /// line of a Keycloak log prints too.
    private static let harmlessCookies: [StaticString] = [
        "KEYCLOAK_SESSION", "KEYCLOAK_SESSION_LEGACY", "AUTH_SESSION_ID", "AUTH_SESSION_ID_LEGACY",
        "Domain", "domain", "Path", "path",
    ]

    /// Reads `name=value; name=value …` and keeps the values that look like secrets.
    func appendCookies(_ separator: Separator, to spans: inout [SecretSpan]) {
        var index = separator.valueStart
        for _ in 0..<Self.mostCookies {
            let name = index
            while ByteClass.isToken(raw(index)) { index += 1 }
            guard index > name, step(index).byte == 0x3D else { return }
            let nameEnd = index
            index = step(index).next
            let quote = step(index)
            if quote.byte == 0x22 { index = quote.next }
            if !isHarmlessCookie(name..<nameEnd),
                let span = opaqueValue(from: index, .cookie, .credential)
            {
                spans.append(span)
                index = span.range.upperBound
            }
            guard let next = nextCookie(index) else { return }
            index = next
        }
    }

    private func nextCookie(_ start: Int) -> Int? {
        var index = start
        while index < count, index - start < CandidateCheck.mostFreeBytes {
            switch raw(index) {
            case 0x3B, 0x2C: return skipBlanks(index + 1)
            case 0...0x1F, 0x22, 0x5C: return nil
            default: index += 1
            }
        }
        return nil
    }

    private func isHarmlessCookie(_ name: Range<Int>) -> Bool {
        Self.harmlessCookies.contains { harmless in
            harmless.utf8CodeUnitCount == name.count
                && (0..<name.count).allSatisfy {
                    raw(name.lowerBound + $0) == harmless.utf8Start[$0]
                }
        }
    }
}

// MARK: - Authorization responses

extension LenientBytes {
    /// Whether the key that ends at `end` is a parameter in the query or fragment of a URL.
    func isQueryParameter(before end: Int) -> Bool {
        var start = end
        while start > 0, ByteClass.isLetter(raw(start - 1)) || raw(start - 1) == 0x5F { start -= 1 }
        let isMark = { (byte: UInt8) in byte == 0x3F || byte == 0x26 || byte == 0x23 }
        if isMark(raw(start - 1)) { return true }
        return [3, 5, 6].contains { width in
            let (byte, next) = step(start - width)
            return start >= width && next == start && isMark(byte)
        }
    }

    /// Whether the record speaks of an OAuth redirect or token request: a sibling parameter or the
    /// usual paths.
    var isAuthorizationResponse: Bool {
        let signs: [StaticString] = [
            "state", "iss=", "iss%3d", "callback", "redirect", "/cb", "signin", "oauth", "oidc",
            "grant_type",
        ]
        for index in 0..<count {
            for sign in signs where raw(index) | 0x20 == sign.utf8Start[0] | 0x20 {
                let isEqual = (0..<sign.utf8CodeUnitCount).allSatisfy {
                    folded(index + $0) == sign.utf8Start[$0]
                }
                if isEqual { return true }
            }
        }
        return false
    }

    private func folded(_ index: Int) -> UInt8 {
        let byte = raw(index)
        return ByteClass.isLetter(byte) ? byte | 0x20 : byte
    }
}
