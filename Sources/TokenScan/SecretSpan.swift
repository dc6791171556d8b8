/// A recognised secret: the bytes of a record that hold it, in whatever encoding.
struct SecretSpan: Equatable {
    var range: Range<Int>
    var kind: TokenKind
    /// The bytes are base64 of a text that holds the secret.
    var isWrapped = false
    /// The bytes start as a known vendor's tokens do.
    var isVendors = false
}

/// Looks at candidate places of one record, from front to back, and keeps what is a secret.
struct CandidateCheck {
    static let fewestTokenBytes = 16
    static let fewestFreeBytes = 8
    /// How far the closing quote of a value of any sort is looked for.
    static let mostFreeBytes = 4096

    let names: [SecretName]
    private let unwraps: Bool
    private var run = HeaderRun()
    private var wrapped = WrappedRun()
    private var vendor = VendorRun()
    /// Whether the record speaks of an authorization response, once that was asked.
    private var isResponse: Bool?
    private(set) var spans: [SecretSpan] = []

    /// - Parameter unwraps: whether to look into base64.
    init(names: [SecretName] = SecretName.all, unwraps: Bool = true) {
        self.names = names
        self.unwraps = unwraps
    }

    mutating func start() {
        spans.removeAll(keepingCapacity: true)
        run = HeaderRun()
        wrapped = WrappedRun()
        vendor = VendorRun()
        isResponse = nil
    }

    /// Looks at one place. Places must come in ascending order.
    @inline(__always)
    mutating func look(_ bytes: LenientBytes, at index: Int) {
        if bytes.mayEndName(at: index) || bytes.sign(at: index) != .none {
            lookClosely(bytes, at: index)
        }
    }

    /// Looks for a secret that needs no name in front of it.
    private mutating func lookForItself(_ bytes: LenientBytes, at index: Int) -> Bool {
        let span: SecretSpan? =
            switch bytes.sign(at: index) {
            case .none: nil
            case .header: bytes.webToken(at: index, &run)
            case .vendor: bytes.vendorToken(at: index, &vendor)
            case .base64: unwraps ? bytes.wrappedSecret(at: index, &wrapped) : nil
            }
        guard let span, span.range.lowerBound >= (spans.last?.range.upperBound ?? 0) else {
            return false
        }
        spans.append(span)
        return true
    }

    @inline(never)
    private mutating func lookClosely(_ bytes: LenientBytes, at index: Int) {
        if let last = spans.last, index < last.range.upperBound { return }
        if lookForItself(bytes, at: index) { return }
        let end = index + 2
        guard bytes.mayEndName(at: index), ByteClass.isDelimiter(bytes.raw(end)) else { return }
        // Most words are followed by neither a separator nor credentials; names cost more.
        let separator = bytes.separator(at: end)
        if separator == nil && !bytes.mayEndScheme(before: end) { return }
        guard let name = bytes.secretName(before: end, among: names) else { return }
        if name.rule == .scheme, let span = bytes.credentials(at: end, name.kind) {
            spans.append(span)
            return
        }
        guard name.kind != .basic, let separator else { return }
        if name.rule == .cookie {
            bytes.appendCookies(separator, to: &spans)
        } else if let span = bytes.value(of: name, separator) {
            if name.rule == .code, bytes.isQueryParameter(before: end) {
                let isKnown = isResponse ?? bytes.isAuthorizationResponse
                isResponse = isKnown
                if !isKnown { return }
            }
            spans.append(span)
        }
    }
}

extension LenientBytes {
    /// The value behind a key, if it is a secret.
    fileprivate func value(of name: SecretName, _ separator: Separator) -> SecretSpan? {
        switch name.rule {
        case .free: return freeValue(separator, name.kind)
        case .authorization: return authorization(separator)
        case .code:
            // HTML has a tag of this name.
            if separator.symbol == 0x3E { return nil }
            return opaqueValue(from: separator.valueStart, name.kind)
        case .opaque, .scheme:
            return opaqueValue(from: nested(separator.valueStart), name.kind)
        case .named: return opaqueValue(from: nested(separator.valueStart), name.kind, .named)
        case .cookie: return nil
        }
    }

    /// How much the context says that a value is a secret.
    enum Trust {
        /// A key that ids stand behind, too.
        case key
        /// A place for credentials: UUIDs count.
        case credential
        /// A secret's own name: UUIDs, long numbers and long runs of letters count.
        case named
    }

    /// A run of token characters that looks like a secret.
    func opaqueValue(
        from start: Int, _ kind: TokenKind, _ trust: Trust = .key
    ) -> SecretSpan? {
        if isMask(at: start) || raw(start) == 0x2F { return nil }
        guard let (end, shape) = tokenRun(from: start) else { return nil }
        if shape.count < CandidateCheck.fewestTokenBytes || shape.isDate || shape.isMask {
            return nil
        }
        let isPlain = trust == .named && shape.isLongRun
        if (shape.isNumber || shape.isWords) && !isPlain { return nil }
        if shape.isUUID && trust == .key { return nil }
        return SecretSpan(range: start..<end, kind: kind)
    }

    /// Where the value starts: `start`, or, if an object opens there, the value of its member
    /// `value`, `token` or `raw`.
    private func nested(_ start: Int) -> Int {
        let (brace, next) = step(start)
        guard brace == 0x7B else { return start }
        var index = next
        let end = min(count, start + 512)
        while index < end {
            let (byte, afterByte) = step(index)
            if byte == 0x7D { break }
            if byte == 0x22 || byte == 0x27 {
                for name in Self.memberNames {
                    let after = afterByte + name.utf8CodeUnitCount
                    let isEqual = (0..<name.utf8CodeUnitCount).allSatisfy {
                        raw(afterByte + $0) | 0x20 == name.utf8Start[$0]
                    }
                    if isEqual, step(after).byte == byte, let separator = separator(at: after) {
                        return separator.valueStart
                    }
                }
            }
            index = afterByte
        }
        return start
    }

    private static let memberNames: [StaticString] = ["value", "token", "raw"]

    /// Token characters and their padding; full stops at the end of a sentence are none of it.
    private func tokenRun(from start: Int) -> (end: Int, shape: ValueShape)? {
        var index = start
        var end = start
        var shape = ValueShape()
        var pending = 0
        while true {
            let (byte, next) = step(index)
            guard next > index, ByteClass.isToken(byte) else { break }
            index = next
            if byte == 0x2E {
                pending += 1
                continue
            }
            while pending > 0 {
                shape.add(0x2E)
                pending -= 1
            }
            shape.add(byte)
            end = index
        }
        if shape.count == 0 { return nil }
        if pending > 0 { return (end, shape) }
        for _ in 0..<2 {
            let (byte, next) = step(end)
            if byte != 0x3D { break }
            end = next
        }
        return (end, shape)
    }

    /// Whether the value says that it was hidden: `***`, `[REDACTED]`, our own placeholders.
    func isMask(at start: Int) -> Bool {
        if raw(start) == 0x2A && raw(start + 1) == 0x2A { return true }
        if raw(start) == 0xC2 && raw(start + 1) == 0xAB { return true }
        if raw(start) == 0xE2 && raw(start + 1) == 0x80 { return true }
        var index = start
        switch raw(start) {
        case 0x5B, 0x3C, 0x28, 0x25, 0x7B, 0x24: index += 1
        default: break
        }
        for mask in Self.masks {
            let text = mask.utf8Start
            let isEqual = (0..<mask.utf8CodeUnitCount).allSatisfy {
                raw(index + $0) | 0x20 == text[$0]
            }
            // Behind the word a mask goes on as words do, never as random characters.
            let after = raw(index + mask.utf8CodeUnitCount)
            if isEqual && !ByteClass.isDigit(after) { return true }
        }
        return false
    }

    private static let masks: [StaticString] = [
        "hidden", "redacted", "masked", "filtered", "protected", "removed", "sensitive", "omitted",
    ]

    /// A scheme's credentials: blanks and token68. Basic ones must decode to `id:secret`.
    fileprivate func credentials(at end: Int, _ kind: TokenKind) -> SecretSpan? {
        let start = skipBlanks(end)
        if start == end { return nil }
        guard kind == .basic else { return opaqueValue(from: start, kind, .named) }
        guard let (end, shape) = tokenRun(from: start), shape.count >= 4 else { return nil }
        var text: [UInt8] = []
        var decoded: [UInt8] = []
        append(start..<end, to: &text)
        defer {
            wipe(&text)
            wipe(&decoded)
        }
        guard text.withUnsafeBytes({ Base64.append($0, to: &decoded) }),
            let colon = decoded.firstIndex(of: 0x3A), colon > 0, colon + 1 < decoded.count,
            decoded.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { return nil }
        return SecretSpan(range: start..<end, kind: .basic)
    }

    /// An Authorization header: Bearer and DPoP are found by their own names, and so is Basic; but
    /// behind this key its credentials need not decode to text.
    private func authorization(_ separator: Separator) -> SecretSpan? {
        var index = separator.valueStart
        while ByteClass.isLetter(raw(index)) || raw(index) == 0x2D { index += 1 }
        let second = skipBlanks(index)
        if second == index { return opaqueValue(from: separator.valueStart, .bearer) }
        let scheme = secretName(before: index, among: SecretName.schemes)
        if let scheme, scheme.kind != .basic { return nil }
        return opaqueValue(from: second, scheme?.kind ?? .bearer, .credential)
    }
}

extension SecretName {
    static let schemes = all.filter { $0.rule == .scheme }
}
